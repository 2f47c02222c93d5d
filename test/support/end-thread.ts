/**
 * Loaded before the program (`NODE_OPTIONS=--import`): when the file END_THREAD_FILE is there, the
 * database thread that it names ends in the way that it names: `writer throw`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { isMainThread, workerData } from 'node:worker_threads'

const path = process.env.END_THREAD_FILE ?? ''
const LOOK_EVERY_MS = 20

if (!isMainThread) {
  const looking = setInterval(() => {
    if (!existsSync(path)) return
    const [role, way] = readFileSync(path, 'utf8').split(' ')
    if (role !== workerData?.role || !way) return
    clearInterval(looking)
    end(way)
  }, LOOK_EVERY_MS)
  looking.unref()
}

function end(way: string): void {
  if (way === 'exit') process.exit(0)
  if (way === 'throw') throw new Error('ended on purpose')
  // Large objects, which are allocated one by one: where the young ones that a collection keeps find no
  // room, V8 ends the whole process (SIGABRT), not the thread.
  const kept: number[][] = []
  for (;;) kept.push(new Array<number>(1_000_000).fill(0.5 + kept.length))
}
