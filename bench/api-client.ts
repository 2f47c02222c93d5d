/** What the bench asks of the server over its HTTP API, as a customer's program would. */
import { Pool } from 'undici'

export interface BenchEvent {
  eventType: string
  payload: Record<string, unknown>
}

/** Batches on their way at a time while loading. */
const BATCHES_OPEN = 4
export const BATCH_EVENTS_MAX = 500

export class ApiClient {
  readonly #pool: Pool
  readonly #headers: Record<string, string>

  constructor(options: { url: string; adminKey: string; connections: number }) {
    this.#pool = new Pool(options.url, { connections: options.connections, pipelining: 1 })
    const authorization = `Bearer ${options.adminKey}`
    this.#headers = { authorization, 'content-type': 'application/json' }
  }

  async createChatbot(): Promise<string> {
    const { id } = (await this.#call('POST', '/api/v1/chatbots', { name: 'Bench' })) as Made
    return id
  }

  /** Of the chatbot alone. */
  async createKey(chatbotId: string): Promise<string> {
    const made = await this.#call('POST', '/api/v1/api-keys', { name: 'Bench', chatbotId })
    return (made as { key: string }).key
  }

  async createWebhook(chatbotId: string, webhook: Record<string, unknown>): Promise<string> {
    const path = `/api/v1/chatbots/${chatbotId}/webhooks`
    const { id } = (await this.#call('POST', path, webhook)) as Made
    return id
  }

  async deleteWebhook(webhookId: string): Promise<void> {
    await this.#call('DELETE', `/api/v1/webhooks/${webhookId}`)
  }

  async changeWebhook(webhookId: string, change: Record<string, unknown>): Promise<void> {
    await this.#call('PATCH', `/api/v1/webhooks/${webhookId}`, change)
  }

  /** `pause` or `resume`. */
  async setWebhook(webhookId: string, action: 'pause' | 'resume'): Promise<void> {
    await this.#call('POST', `/api/v1/webhooks/${webhookId}/${action}`)
  }

  async publish(chatbotId: string, events: BenchEvent[]): Promise<void> {
    await this.#call('POST', `/api/v1/chatbots/${chatbotId}/events/batch`, { events })
  }

  /** Publishes `count` events in whole batches, a few at a time. */
  async load(
    chatbotId: string,
    count: number,
    event: (index: number) => BenchEvent,
  ): Promise<void> {
    let next = 0
    const work = async () => {
      while (next < count) {
        const from = next
        next = Math.min(count, from + BATCH_EVENTS_MAX)
        const events = Array.from({ length: next - from }, (_, index) => event(from + index))
        await this.publish(chatbotId, events)
      }
    }
    await Promise.all(Array.from({ length: BATCHES_OPEN }, work))
  }

  /** One lead; its event's id, unless only its acceptance matters. */
  async postLead(chatbotId: string, body: string): Promise<string> {
    const path = `/api/v1/chatbots/${chatbotId}/leads`
    const answer = await this.#pool.request({ path, method: 'POST', headers: this.#headers, body })
    if (answer.statusCode !== 202) throw await refused(path, answer)
    return ((await answer.body.json()) as { eventId: string }).eventId
  }

  /** Whether a delivery of the chatbot is still on its way or waits. */
  async hasPending(chatbotId: string): Promise<boolean> {
    const path = `/api/v1/deliveries?chatbotId=${chatbotId}&state=pending&limit=1`
    const { data } = (await this.#call('GET', path)) as { data: unknown[] }
    return data.length > 0
  }

  get(path: string): Promise<unknown> {
    return this.#call('GET', path)
  }

  /** With a body it is posted. */
  ask(path: string, body?: unknown): Promise<unknown> {
    return this.#call(body === undefined ? 'GET' : 'POST', path, body)
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }

  async #call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<unknown> {
    const text = body === undefined ? null : JSON.stringify(body)
    const { authorization = '' } = this.#headers
    const headers = text === null ? { authorization } : this.#headers
    const answer = await this.#pool.request({ path, method, headers, body: text })
    if (answer.statusCode >= 300) throw await refused(`${method} ${path}`, answer)
    return answer.statusCode === 204 ? null : answer.body.json()
  }
}

interface Made {
  id: string
}

async function refused(
  what: string,
  { statusCode, body }: { statusCode: number; body: { text(): Promise<string> } },
): Promise<Error> {
  return new Error(`${what} was answered ${statusCode}: ${await body.text()}`)
}
