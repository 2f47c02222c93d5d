/** The test's end of the receiver's process: endpoints to register, and what arrived at them. */
import { type ChildProcess, fork } from 'node:child_process'
import { type Ended, watchChild } from './child-processes.ts'
import type { Ask, ReceivedRequest, Step, Tell } from './receiver-protocol.ts'
import { until } from './until.ts'

type Order = { command: 'behave'; steps: Step[] } | { command: 'release' }

export class ReceiverProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>
  readonly #received = new Map<string, ReceivedRequest[]>()
  readonly #waiting = new Map<number, () => void>()
  #url = ''
  #lastId = 0
  #lastEndpoint = 0

  private constructor() {
    this.#child = fork(new URL('./receiver.ts', import.meta.url), { serialization: 'advanced' })
    this.#ended = watchChild(this.#child)
  }

  static async start(): Promise<ReceiverProcess> {
    const receiver = new ReceiverProcess()
    await new Promise<void>((resolve, reject) => {
      receiver.#child.on('message', (message) => receiver.#hear(message as Tell, resolve))
      receiver.#ended.then(() => reject(new Error('The receiver ended')), reject)
    })
    return receiver
  }

  /** A new endpoint; without steps it answers 200. */
  async endpoint(...steps: Step[]): Promise<Endpoint> {
    const name = `e${++this.#lastEndpoint}`
    const endpoint = new Endpoint({
      url: `${this.#url}/${name}`,
      received: this.#listOf(name),
      order: (order) => this.#order(name, order),
    })
    if (steps.length > 0) await endpoint.behave(...steps)
    return endpoint
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #hear(message: Tell, onReady: () => void): void {
    switch (message.kind) {
      case 'ready':
        this.#url = message.url
        onReady()
        return
      case 'received':
        this.#listOf(message.request.endpoint).push(asReceived(message.request))
        return
      case 'done':
        this.#waiting.get(message.id)?.()
        this.#waiting.delete(message.id)
    }
  }

  #listOf(name: string): ReceivedRequest[] {
    let list = this.#received.get(name)
    if (!list) {
      list = []
      this.#received.set(name, list)
    }
    return list
  }

  #order(endpoint: string, order: Order): Promise<void> {
    const id = ++this.#lastId
    const ask: Ask = { ...order, id, endpoint }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve)
      this.#child.send(ask, (error) => error && reject(error))
    })
  }
}

export class Endpoint {
  /** Paths below it, and queries, belong to it too. */
  readonly url: string
  /** What arrived so far, in the order of arrival. */
  readonly received: readonly ReceivedRequest[]
  readonly #order: (order: Order) => Promise<void>

  constructor(options: {
    url: string
    received: readonly ReceivedRequest[]
    order: (order: Order) => Promise<void>
  }) {
    this.url = options.url
    this.received = options.received
    this.#order = options.order
  }

  behave(...steps: Step[]): Promise<void> {
    return this.#order({ command: 'behave', steps })
  }

  /** Answers 200 to all that hang. */
  release(): Promise<void> {
    return this.#order({ command: 'release' })
  }

  arrived(count: number, withinMs?: number): Promise<readonly ReceivedRequest[]> {
    return until(() => (this.received.length >= count ? this.received : null), {
      what: `request ${count} at ${this.url}`,
      ...(withinMs === undefined ? {} : { withinMs }),
    })
  }

  async first(): Promise<ReceivedRequest> {
    const [request] = await this.arrived(1)
    if (!request) throw new Error('Nothing arrived')
    return request
  }
}

/** Bytes come over the channel as a bare Uint8Array. */
function asReceived(request: ReceivedRequest): ReceivedRequest {
  return { ...request, body: Buffer.from(request.body) }
}
