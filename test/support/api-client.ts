/** The server's HTTP API as the tests speak it: plain fetch, and the shapes that they look at. */
import { type Patience, until } from './until.ts'

export interface Answer<Body> {
  status: number
  headers: Headers
  body: Body
}

export interface WebhookView {
  id: string
  url: string
  state: 'active' | 'paused' | 'disabled' | 'away'
  stateReason: string | null
  health: { consecutiveFailures: number; failingSince: string | null }
  restingUntil: string | null
  restingReason: string | null
  overlapEndsAt: string | null
}

export interface DeliveryView {
  id: string
  eventId: string
  webhookId: string
  eventType: string
  state: 'pending' | 'delivered' | 'exhausted' | 'parked' | 'cancelled'
  stateReason: string | null
  attemptCount: number
  nextAttemptAt: string | null
}

export interface AttemptView {
  number: number
  startedAt: string
  durationMs: number
  result: 'delivered' | 'failed'
  status: number | null
  errorCode: string | null
  error: string | null
  responseHeaders: Record<string, string>
  responseBody: string
  note: string | null
}

interface DeliveryDetailView extends DeliveryView {
  attempts: AttemptView[]
  request: { url: string; headers: Record<string, string>; body: string } | null
  explanation: string
}

export interface LeadFields {
  conversationId?: string | null
  customerName?: string | null
  customerEmail?: string | null
  customerPhone?: string | null
  custom?: object
  context?: object
}

export interface LeadAnswer {
  leadId: string
  conversationId: string
  eventId: string
}

export interface ErrorView {
  statusCode: number
  code: string
  message: string
  details?: { path: string; message: string }[]
}

interface RequestOptions {
  body?: unknown
  headers?: Record<string, string>
}

export class ApiClient {
  readonly url: string
  readonly #adminKey: string

  constructor({ url, adminKey }: { url: string; adminKey: string }) {
    this.url = url
    this.#adminKey = adminKey
  }

  /** Whatever the answer. `path` from `/`. */
  async send<Body>(
    method: string,
    path: string,
    { body, headers = {} }: RequestOptions = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const parsed = text === '' ? null : JSON.parse(text)
    return { status: response.status, headers: response.headers, body: parsed as Body }
  }

  /** An answer that isn't 2xx is the test's failure. */
  async #demand<Body>(method: string, path: string, options?: RequestOptions): Promise<Body> {
    const { status, body } = await this.send<Body>(method, path, options)
    if (status >= 200 && status < 300) return body
    throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`)
  }

  get<Body>(path: string): Promise<Body> {
    return this.#demand('GET', path)
  }

  post<Body>(path: string, body?: unknown): Promise<Body> {
    return this.#demand('POST', path, { body })
  }

  patch<Body>(path: string, body: unknown): Promise<Body> {
    return this.#demand('PATCH', path, { body })
  }

  delete(path: string): Promise<null> {
    return this.#demand('DELETE', path)
  }

  async createChatbot(name = 'Shop assistant'): Promise<string> {
    return (await this.post<{ id: string }>('/api/v1/chatbots', { name })).id
  }

  createWebhook(
    chatbotId: string,
    fields: Record<string, unknown>,
  ): Promise<WebhookView & { secret: string }> {
    return this.post(`/api/v1/chatbots/${chatbotId}/webhooks`, fields)
  }

  postLead(chatbotId: string, fields: LeadFields): Promise<LeadAnswer> {
    return this.post(`/api/v1/chatbots/${chatbotId}/leads`, fields)
  }

  webhook(id: string): Promise<WebhookView> {
    return this.get(`/api/v1/webhooks/${id}`)
  }

  delivery(id: string): Promise<DeliveryDetailView> {
    return this.get(`/api/v1/deliveries/${id}`)
  }

  async deliveriesOf(eventId: string): Promise<DeliveryView[]> {
    return (await this.get<{ deliveries: DeliveryView[] }>(`/api/v1/events/${eventId}`)).deliveries
  }

  /** The event's one delivery, as soon as it is in that state. */
  async deliveryIn(
    state: DeliveryView['state'],
    eventId: string,
    patience: Omit<Patience, 'what'> = {},
  ): Promise<DeliveryDetailView> {
    let last = 'none'
    const look = async () => {
      const [delivery] = await this.deliveriesOf(eventId)
      last = delivery?.state ?? 'none'
      return delivery?.state === state ? delivery.id : null
    }
    const what = `the delivery of ${eventId} to be ${state}`
    const id = await until(look, { what, ...patience }).catch((cause: Error) => {
      throw new Error(`${cause.message}; it is ${last}`, { cause })
    })
    return this.delivery(id)
  }

  /** As soon as it waits no longer. */
  finished(id: string): Promise<DeliveryDetailView> {
    const look = async () => {
      const delivery = await this.delivery(id)
      return delivery.state === 'pending' ? null : delivery
    }
    return until(look, { what: `delivery ${id} to be finished` })
  }

  /** The event's one delivery, as soon as it has so many attempts. */
  async deliveryAfter(attempts: number, eventId: string): Promise<DeliveryDetailView> {
    const look = async () => {
      const [delivery] = await this.deliveriesOf(eventId)
      return delivery && delivery.attemptCount >= attempts ? delivery.id : null
    }
    return this.delivery(await until(look, { what: `attempt ${attempts} of ${eventId}` }))
  }
}
