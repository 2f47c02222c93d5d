/** The bench's end of the receiver process: what it asks, and what it is told. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { endProcess } from './end-process.ts'

export interface Counts {
  requests: number
  /** Those that were not refused. */
  taken: number
  /** On the machine's monotonic clock. */
  firstAt: number
  lastAt: number
}

export interface ReceiverAsk {
  id: number
  command: 'open' | 'shut' | 'drop' | 'counts' | 'stamp' | 'stamp-leads' | 'rule'
  group: string
  rule?: ReceiverRule
}

/** What a group takes; by default everything, at once. */
export interface ReceiverRule {
  /** Requests of a second; 429 beyond. */
  perSecond?: number
  retryAfterSeconds?: number
  /** So many of all are answered 503, by chance. */
  failShare?: number
  /** Nothing is taken. */
  refuses?: { status: number; retryAfterSeconds: number | null }
  /** Until it answers. */
  afterMs?: number
}

export interface ReceiverReply {
  id: number
  reply: {
    /** When the command was carried out. */
    at: number
    counts: Counts
    /** Of a group that is stamped: `webhook-id`, or the lead's email, and its first arrival. */
    stamps: [id: string, at: number][]
  }
}

export class ReceiverProcess {
  readonly url: string
  readonly pid: number
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (reply: ReceiverReply['reply']) => void>()
  #lastId = 0

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
    this.pid = child.pid ?? 0
    child.on('message', (message) => {
      const { id, reply } = message as ReceiverReply
      this.#waiting.get(id)?.(reply)
      this.#waiting.delete(id)
    })
  }

  static async start(onSpawn: (child: ChildProcess) => void): Promise<ReceiverProcess> {
    const program = new URL('./receiver.ts', import.meta.url)
    const child = fork(program, { serialization: 'advanced' })
    onSpawn(child)
    const [ready] = (await once(child, 'message')) as [{ url: string }]
    return new ReceiverProcess(child, ready.url)
  }

  async rule(group: string, rule: ReceiverRule): Promise<void> {
    await this.ask('rule', group, rule)
  }

  ask(
    command: ReceiverAsk['command'],
    group: string,
    rule?: ReceiverRule,
  ): Promise<ReceiverReply['reply']> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve)
      const ask: ReceiverAsk = { id, command, group, ...(rule && { rule }) }
      this.#child.send(ask, (error) => error && reject(error))
    })
  }

  async counts(group: string): Promise<Counts> {
    return (await this.ask('counts', group)).counts
  }

  stop(): Promise<void> {
    return endProcess(this.#child)
  }
}
