/** The bench's end of the receiver process: what it asks, and what it is told. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { endProcess } from './end-process.ts'

export interface Counts {
  requests: number
  /** On the machine's monotonic clock. */
  firstAt: number
  lastAt: number
}

export interface ReceiverAsk {
  id: number
  command: 'open' | 'shut' | 'drop' | 'counts' | 'stamp'
  group: string
}

export interface ReceiverReply {
  id: number
  reply: {
    /** When the command was carried out. */
    at: number
    counts: Counts
    /** Of a group that is stamped: `webhook-id` and its first arrival. */
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

  ask(command: ReceiverAsk['command'], group: string): Promise<ReceiverReply['reply']> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve)
      const ask: ReceiverAsk = { id, command, group }
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
