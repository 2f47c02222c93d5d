/**
 * A worker thread as a function: a request goes in, its answer comes back, in order. A thread that
 * died answers nobody any more, and says so at once.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { StoreUnavailable } from '../../../errors.ts'
import { toError } from '../file/faults.ts'
import { Checkpoints } from './checkpoints.ts'
import { type PackedReply, packBatch, unpackReply } from './packing.ts'
import type { EnginePort } from './port.ts'
import {
  CHECKPOINT,
  type FromThread,
  type Query,
  type ThreadSetup,
  type ToThread,
} from './thread-messages.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** The engine in a thread of its own, and a second one for reading. */
export async function openThreads(
  dataDir: string,
  onDied: (error: StoreUnavailable) => void,
): Promise<EnginePort> {
  // Both at once: most of a thread's start is reading its code. The reader opens the database when
  // it is first asked, and nobody asks before the writer has made it.
  const writer = new Thread({ role: 'writer', dataDir })
  const reader = new Thread({ role: 'reader', dataDir })
  try {
    await Promise.all([writer.ready, reader.ready])
  } catch (error) {
    await Promise.all([writer.terminate(), reader.terminate()])
    throw error
  }
  writer.onDied(onDied)
  reader.onDied(onDied)
  const checkpoints = new Checkpoints(() => reader.ask(CHECKPOINT))
  return {
    async write(batch) {
      checkpoints.count(batch.calls.length)
      return unpackReply((await writer.ask(packBatch(batch))) as PackedReply)
    },
    afterTurn: (work) => void setImmediate(work),
    read: oneByOne((queries: Query[]) => reader.ask(queries) as Promise<unknown[][]>),
    async close() {
      // The reader first: the log can be emptied only when nobody reads.
      await reader.close()
      await writer.close()
    },
  }
}

/**
 * One question at a time, and the loop turns between two answers. All that a thread has answered
 * meanwhile is taken in one turn of the loop: a hundred pages were 16 s in which nobody else was
 * answered.
 */
function oneByOne<Question, Answer>(
  ask: (question: Question) => Promise<Answer>,
): (question: Question) => Promise<Answer> {
  const waiting: (() => void)[] = []
  let isBusy = false
  const next = () => {
    const go = waiting.shift()
    if (go) go()
    else isBusy = false
  }
  return async (question) => {
    if (isBusy) await new Promise<void>((resolve) => waiting.push(resolve))
    isBusy = true
    try {
      return await ask(question)
    } finally {
      setImmediate(next)
    }
  }
}

export class Thread {
  readonly ready: Promise<unknown>
  readonly #worker: Worker
  readonly #role: string
  /** Answers come in the order of the requests. */
  #waiting: Waiting[] = []
  #dead: StoreUnavailable | null = null
  /** It is ended on purpose: its end is no news. */
  #ending = false
  #onDied: (error: StoreUnavailable) => void = () => {}

  constructor(setup: ThreadSetup) {
    this.#role = setup.role
    // The published program is JavaScript: the worker's name ends as this one's does.
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
    this.#worker = new Worker(file, { workerData: setup })
    this.ready = new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#worker.on('message', (message: FromThread) => this.#take(message))
    this.#worker.on('error', (error) => this.#die(error))
    this.#worker.on('exit', () => this.#die(null))
  }

  ask(request: unknown): Promise<unknown> {
    return this.#send({ request })
  }

  /** Calls `listener` once if the thread ends, or has ended, before it is closed. */
  onDied(listener: (error: StoreUnavailable) => void): void {
    this.#onDied = listener
    if (this.#dead && !this.#ending) listener(this.#dead)
  }

  async close(): Promise<void> {
    if (this.#dead) return
    this.#ending = true
    await this.#send({ close: true })
    await this.terminate()
  }

  async terminate(): Promise<void> {
    this.#ending = true
    await this.#worker.terminate()
  }

  #send(message: ToThread): Promise<unknown> {
    if (this.#dead) return Promise.reject(this.#dead)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(message)
    })
  }

  #take(message: FromThread): void {
    const waiting = this.#waiting.shift()
    if ('value' in message) waiting?.resolve(message.value)
    else waiting?.reject(toError(message.fault))
  }

  #die(cause: unknown): void {
    if (this.#dead) return
    const why = cause instanceof Error ? ` (${cause.message})` : ''
    const sentence = `The database's ${this.#role} thread has stopped${why}. The server must be started again; nothing that was accepted is lost.`
    const dead = new StoreUnavailable(sentence, { cause, shown: sentence })
    this.#dead = dead
    for (const { reject } of this.#waiting) reject(dead)
    this.#waiting = []
    if (!this.#ending) this.#onDied(dead)
  }
}
