/**
 * Leads at a steady rate, in turn to all nodes in use, over many connections: what does not wait for
 * one node's answer goes to the next. It remembers what was promised by a 202, and every refusal.
 */
import { setTimeout as pause } from 'node:timers/promises'

interface LoadTarget {
  url: string
}

interface LoadOptions {
  adminKey: string
  chatbotId: string
  leadsPerSecond: number
}

interface Answered {
  status: number
  retryAfter: string | null
  /** Of the events that a 202 named. */
  eventIds: string[]
}

const POSTERS = 24
/** A frozen node doesn't answer; its posts may be there or not. */
const PATIENCE_MS = 4_000

export class Load {
  /** Of each event that was answered 202: the text that its body holds. */
  readonly promised = new Map<string, string>()
  /** Answers 503, each with a Retry-After. */
  refused = 0
  unanswered = 0
  /** Answers that may not be: neither 202 nor a 503 that says when to come back. */
  readonly surprises: string[] = []
  readonly #options: LoadOptions
  #targets: readonly LoadTarget[] = []
  #turn = 0
  #lastNumber = 0
  #nextAt = 0
  #stopping = false
  #posters: Promise<void>[] = []

  constructor(options: LoadOptions) {
    this.#options = options
  }

  use(targets: readonly LoadTarget[]): void {
    this.#targets = targets
  }

  start(): void {
    this.#stopping = false
    this.#nextAt = Date.now()
    this.#posters = Array.from({ length: POSTERS }, () => this.#postLoop())
  }

  /** Resolves when every post has its answer, or will never have one. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#posters)
  }

  /** So many events at once, to one node. */
  async burst(target: LoadTarget, count: number): Promise<void> {
    const texts = Array.from({ length: count }, () => `note ${++this.#lastNumber}.`)
    const events = texts.map((text) => ({ eventType: 'note.taken', payload: { text } }))
    await this.#posted(target, { path: 'events/batch', body: { events }, texts })
  }

  /** One lead to that node. */
  lead(target: LoadTarget): Promise<Answered | null> {
    const customerPhone = `+${++this.#lastNumber}`
    const body = { customerName: 'Ann', customerPhone }
    return this.#posted(target, { path: 'leads', body, texts: [`"${customerPhone}"`] })
  }

  async #postLoop(): Promise<void> {
    while (!this.#stopping) {
      const waitMs = this.#nextAt - Date.now()
      if (waitMs > 0) {
        await pause(waitMs)
        continue
      }
      // What the machine could not keep up with is not made up for in one go.
      this.#nextAt = Math.max(this.#nextAt, Date.now() - 200) + 1_000 / this.#options.leadsPerSecond
      const target = this.#targets[this.#turn++ % this.#targets.length]
      if (target) await this.lead(target)
    }
  }

  /** Null: no answer came. */
  async #posted(
    { url }: LoadTarget,
    { path, body, texts }: { path: string; body: object; texts: string[] },
  ): Promise<Answered | null> {
    const { adminKey, chatbotId } = this.#options
    let answered: Answered
    try {
      const response = await fetch(`${url}/api/v1/chatbots/${chatbotId}/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      answered = await readAnswer(response)
    } catch {
      this.unanswered += 1
      return null
    }
    const { status, retryAfter, eventIds } = answered
    if (status === 202) {
      for (const [index, id] of eventIds.entries()) this.promised.set(id, texts[index] ?? '')
    } else if (status === 503 && retryAfter !== null) this.refused += 1
    else this.surprises.push(`${status}, Retry-After ${retryAfter}`)
    return answered
  }
}

async function readAnswer(response: Response): Promise<Answered> {
  const { status, headers } = response
  const body: { eventId?: string; eventIds?: string[] } = JSON.parse(await response.text())
  const eventIds = body.eventIds ?? (body.eventId === undefined ? [] : [body.eventId])
  return { status, retryAfter: headers.get('retry-after'), eventIds }
}
