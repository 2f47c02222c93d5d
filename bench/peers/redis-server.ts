/** A Redis of the bench's own, with a record on disk each second, in a folder of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { DATA_ROOT, watch, watchFolder } from '../bench-world.ts'
import { endProcess } from '../end-process.ts'
import type { StoreServer } from './store-server.ts'

const READY_PATIENCE_MS = 30_000

/** Why there is none; null: it can be started. */
export function redisObstacle(): string | null {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'there is no redis-server in the PATH (apt-get install redis-server, brew install redis)'
  }
}

export async function startRedis(): Promise<StoreServer> {
  const port = await freePort()
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: makeFolder(),
    // As BullMQ's documentation advises for production.
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    // The log of commands is the record; snapshots beside it would only take processor time.
    save: '',
    daemonize: 'no',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  watch(child)
  await untilReady(child)
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid ?? null,
    stop: () => endProcess(child),
  }
}

/** On the disk that our own store is on. */
function makeFolder(): string {
  mkdirSync(DATA_ROOT, { recursive: true })
  const folder = mkdtempSync(`${DATA_ROOT}bench-redis-`)
  watchFolder(folder)
  return folder
}

/** Goes on reading afterwards: a full pipe would stop the server. */
function untilReady(child: ChildProcess): Promise<void> {
  let told = ''
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`Redis did not start (${why}): ${told}`))
    const patience = setTimeout(() => fail('it took too long'), READY_PATIENCE_MS)
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => {
      clearTimeout(patience)
      fail(`it ended with ${signal ?? code}`)
    })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      told = (told + text).slice(-1_000)
      if (!told.includes('Ready to accept connections')) return
      clearTimeout(patience)
      resolve()
    })
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
