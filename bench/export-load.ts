/**
 * A thread that asks for large answers, apart from the one that measures: so many clients at once,
 * each again and again until it is told to stop; refused ones come again soon.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { Pool } from 'undici'

export interface ExportLoad {
  url: string
  key: string
  path: string
  clients: number
}

export interface ExportCounts {
  finished: number
  refused: number
  megabytes: number
}

const AGAIN_MS = 200

const { url, key, path, clients } = workerData as ExportLoad
const pool = new Pool(url, { connections: clients, pipelining: 1 })
const counts: ExportCounts = { finished: 0, refused: 0, megabytes: 0 }
let stopped = false

async function ask(): Promise<void> {
  const headers = { authorization: `Bearer ${key}` }
  const { statusCode, body } = await pool.request({ path, method: 'GET', headers })
  for await (const chunk of body) counts.megabytes += (chunk as Buffer).length / 1e6
  if (statusCode === 200) counts.finished += 1
  else if (statusCode === 429) counts.refused += 1
  else throw new Error(`${path} was answered ${statusCode}`)
  if (statusCode === 429) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
}

async function work(): Promise<void> {
  while (!stopped) {
    try {
      await ask()
    } catch (error) {
      // The pool is gone: that was the end.
      if (!stopped) throw error
    }
  }
}

parentPort?.once('message', () => {
  stopped = true
  void pool.destroy()
})
await Promise.all(Array.from({ length: clients }, work))
parentPort?.postMessage(counts)
