/**
 * Leads and batches from many connections, as fast as the server answers, across its deaths. It
 * remembers what was promised: every event whose 202 arrived whole.
 */
import type { ApiClient, LeadAnswer } from './api-client.ts'

interface TrafficOptions {
  chatbotId: string
  /** Connections that post leads, and those that post batches. */
  leadPosters: number
  batchPosters: number
  batchEvents: number
}

export class Traffic {
  /** Event ids that were answered 202; of a lead, its number (also its phone). */
  readonly promisedLeads = new Map<string, string>()
  readonly promisedEvents = new Set<string>()
  /** Posted without an answer: they may be there or not. */
  unanswered = 0
  /** Answers that were neither 202 nor a connection's end: none is expected. */
  readonly surprises: string[] = []
  readonly #options: TrafficOptions
  #api: ApiClient | null = null
  #onApi: (() => void)[] = []
  #onAnswer: (() => void)[] = []
  #stopping = false
  #lastNumber = 0
  #posters: Promise<void>[] = []

  constructor(options: TrafficOptions) {
    this.#options = options
  }

  start(): void {
    const { leadPosters, batchPosters } = this.#options
    const lead = () => this.#postLoop((api) => this.#postLead(api))
    const batch = () => this.#postLoop((api) => this.#postBatch(api))
    this.#posters = [
      ...Array.from({ length: leadPosters }, lead),
      ...Array.from({ length: batchPosters }, batch),
    ]
  }

  /** Null: the server is down; posters wait. */
  useServer(api: ApiClient | null): void {
    this.#api = api
    if (api === null) return
    for (const go of this.#onApi.splice(0)) go()
  }

  /** Resolves with the next answer of a server. */
  nextAnswer(): Promise<void> {
    return new Promise((resolve) => this.#onAnswer.push(resolve))
  }

  /** Resolves when every post has its answer, or will never have one. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const go of this.#onApi.splice(0)) go()
    await Promise.all(this.#posters)
  }

  async #postLoop(post: (api: ApiClient) => Promise<void>): Promise<void> {
    while (!this.#stopping) {
      const api = this.#api
      if (!api) {
        await new Promise<void>((resolve) => this.#onApi.push(resolve))
        continue
      }
      try {
        await post(api)
        for (const go of this.#onAnswer.splice(0)) go()
      } catch {
        this.unanswered += 1
        // The server is gone: wait for the next one, if nobody has noticed yet.
        if (this.#api === api) this.#api = null
      }
    }
  }

  async #postLead(api: ApiClient): Promise<void> {
    const number = `+${++this.#lastNumber}`
    const path = `/api/v1/chatbots/${this.#options.chatbotId}/leads`
    const { status, body } = await api.send<LeadAnswer>('POST', path, {
      body: { customerName: 'Ann', customerPhone: number },
    })
    if (status === 202) this.promisedLeads.set(body.eventId, number)
    else this.surprises.push(`${status} ${JSON.stringify(body)}`)
  }

  async #postBatch(api: ApiClient): Promise<void> {
    const batch = ++this.#lastNumber
    const path = `/api/v1/chatbots/${this.#options.chatbotId}/events/batch`
    const events = Array.from({ length: this.#options.batchEvents }, (_, index) => ({
      eventType: 'note.taken',
      payload: { batch, index },
    }))
    const { status, body } = await api.send<{ eventIds: string[] }>('POST', path, {
      body: { events },
    })
    if (status === 202) for (const id of body.eventIds) this.promisedEvents.add(id)
    else this.surprises.push(`${status} ${JSON.stringify(body)}`)
  }
}
