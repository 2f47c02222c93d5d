/**
 * What an owner may expect of what they do, one action after the other: a model of a few lines that
 * knows which things exist, which states are legal and what must be refused. Where deliveries are on
 * their way it knows nothing of their state, and says so.
 */
import type { Answer, ApiClient } from '../support/api-client.ts'

export const ACTIONS = [
  'createChatbot',
  'deleteChatbot',
  'createWebhook',
  'changeWebhook',
  'pause',
  'resume',
  'rotate',
  'finishRotation',
  'deleteWebhook',
  'postLead',
  'postLead',
  'eraseLead',
  'readLead',
  'cancel',
  'resend',
  'recover',
] as const
type Action = (typeof ACTIONS)[number]

export interface Step {
  action: Action
  /** Which of the things that there are, or were. */
  at: number
}

interface Chatbot {
  id: string
  alive: boolean
}

interface Webhook extends Chatbot {
  chatbot: Chatbot
  paused: boolean
  rotating: boolean
}

interface Lead extends Chatbot {
  chatbot: Chatbot
  eventId: string
}

interface Delivery {
  id: string
  webhook: Webhook
  lead: Lead
  /** Null: on its way, or it was. */
  state: 'parked' | 'cancelled' | null
}

type Body = Record<string, unknown> & { id: string; code: string; state: string }

export class OwnerModel {
  readonly log: string[] = []
  readonly #api: ApiClient
  readonly #endpointUrl: string
  readonly #chatbots: Chatbot[] = []
  readonly #webhooks: Webhook[] = []
  readonly #leads: Lead[] = []
  readonly #deliveries: Delivery[] = []

  constructor(api: ApiClient, endpointUrl: string) {
    this.#api = api
    this.#endpointUrl = endpointUrl
  }

  async run({ action, at }: Step): Promise<void> {
    const chatbot = nth(this.#chatbots, at)
    const webhook = nth(this.#webhooks, at)
    const lead = nth(this.#leads, at)
    const delivery = nth(this.#deliveries, at)
    if (action === 'createChatbot') return this.#createChatbot()
    if (chatbot) {
      if (action === 'deleteChatbot') return this.#deleteChatbot(chatbot)
      if (action === 'createWebhook') return this.#createWebhook(chatbot)
      if (action === 'postLead') return this.#postLead(chatbot)
    }
    if (webhook) await this.#onWebhook(action, webhook)
    if (lead && action === 'eraseLead') await this.#eraseLead(lead)
    if (lead && action === 'readLead') await this.#readLead(lead)
    if (delivery && action === 'cancel') await this.#cancel(delivery)
    if (delivery && action === 'resend') await this.#resend(delivery)
  }

  async #onWebhook(action: Action, webhook: Webhook): Promise<void> {
    const path = `/api/v1/webhooks/${webhook.id}`
    switch (action) {
      case 'changeWebhook': {
        const body = { description: `d${this.log.length}` }
        const answer = await this.#ask('PATCH', path, isAlive(webhook) ? 200 : 404, body)
        if (isAlive(webhook)) this.#same(answer.body.description, body.description)
        return
      }
      case 'pause':
      case 'resume':
        return this.#setPaused(webhook, action)
      case 'rotate':
        await this.#ask('POST', `${path}/rotate-secret`, this.#unless(webhook, webhook.rotating), {
          overlapHours: 1,
        })
        webhook.rotating = true
        return
      case 'finishRotation':
        await this.#ask(
          'POST',
          `${path}/rotate-secret/finish`,
          this.#unless(webhook, !webhook.rotating),
        )
        webhook.rotating = false
        return
      case 'deleteWebhook':
        await this.#ask('DELETE', path, isAlive(webhook) ? 204 : 404)
        webhook.alive = false
        await this.#ask('GET', path, 404)
        return
      case 'recover': {
        const body = { since: '2026-01-01', states: ['cancelled'] }
        await this.#ask('POST', `${path}/recover`, isAlive(webhook) ? 202 : 404, body)
        for (const delivery of this.#of(webhook)) delivery.state = null
      }
    }
  }

  async #createChatbot(): Promise<void> {
    const { body } = await this.#ask('POST', '/api/v1/chatbots', 201, { name: 'Shop' })
    this.#chatbots.push({ id: body.id, alive: true })
  }

  async #deleteChatbot(chatbot: Chatbot): Promise<void> {
    await this.#ask('DELETE', `/api/v1/chatbots/${chatbot.id}`, chatbot.alive ? 204 : 404)
    chatbot.alive = false
    await this.#ask('GET', `/api/v1/chatbots/${chatbot.id}`, 404)
  }

  async #createWebhook(chatbot: Chatbot): Promise<void> {
    const path = `/api/v1/chatbots/${chatbot.id}/webhooks`
    const body = { url: this.#endpointUrl, eventTypes: ['lead.submit'] }
    const answer = await this.#ask('POST', path, chatbot.alive ? 201 : 404, body)
    if (!chatbot.alive) return
    this.#same(answer.body.state, 'active')
    const { id } = answer.body
    this.#webhooks.push({ id, chatbot, alive: true, paused: false, rotating: false })
  }

  async #setPaused(webhook: Webhook, action: 'pause' | 'resume'): Promise<void> {
    const path = `/api/v1/webhooks/${webhook.id}/${action}`
    const { body } = await this.#ask('POST', path, isAlive(webhook) ? 200 : 404)
    if (!isAlive(webhook)) return
    webhook.paused = action === 'pause'
    this.#same(body.state, webhook.paused ? 'paused' : 'active')
    if (webhook.paused) return
    for (const delivery of this.#of(webhook)) {
      if (delivery.state === 'parked') delivery.state = null
    }
  }

  async #postLead(chatbot: Chatbot): Promise<void> {
    const path = `/api/v1/chatbots/${chatbot.id}/leads`
    const { status, body } = await this.#ask('POST', path, chatbot.alive ? 202 : 404, {
      customerName: 'Ann',
    })
    if (status !== 202) return
    const lead = { id: String(body.leadId), eventId: String(body.eventId), chatbot, alive: true }
    this.#leads.push(lead)
    const event = await this.#ask('GET', `/api/v1/events/${lead.eventId}`, 200)
    const found = event.body.deliveries as { id: string; webhookId: string; state: string }[]
    const expected = this.#webhooks.filter((one) => isAlive(one) && one.chatbot === chatbot)
    this.#same(found.map(({ webhookId }) => webhookId).sort(), expected.map(({ id }) => id).sort())
    for (const { id, webhookId, state } of found) {
      const webhook = this.#webhooks.find((one) => one.id === webhookId)
      if (!webhook) continue
      if (webhook.paused) this.#same(state, 'parked')
      this.#deliveries.push({ id, webhook, lead, state: webhook.paused ? 'parked' : null })
    }
  }

  async #eraseLead(lead: Lead): Promise<void> {
    await this.#ask('DELETE', `/api/v1/leads/${lead.id}`, isAlive(lead) ? 204 : 404)
    lead.alive = false
    await this.#readLead(lead)
  }

  async #readLead(lead: Lead): Promise<void> {
    await this.#ask('GET', `/api/v1/leads/${lead.id}`, isAlive(lead) ? 200 : 404)
    const known = lead.chatbot.alive ? 200 : 404
    const event = await this.#ask('GET', `/api/v1/events/${lead.eventId}`, known)
    if (lead.chatbot.alive) this.#same(event.body.payload === null, !lead.alive)
  }

  async #cancel(delivery: Delivery): Promise<void> {
    const isWaiting = delivery.state === 'parked' && isAlive(delivery.webhook)
    const isKnown = isWaiting && isAlive(delivery.lead)
    const known = isKnown ? 200 : delivery.state === 'cancelled' ? 409 : [200, 409]
    const isThere = delivery.lead.chatbot.alive
    const expected = isThere ? known : 404
    const answer = await this.#ask('POST', `/api/v1/deliveries/${delivery.id}/cancel`, expected)
    if (answer.status === 200) this.#same(answer.body.state, 'cancelled')
    else this.#same(answer.body.code, isThere ? 'wrong_state' : 'delivery_not_found')
    if (answer.status === 200) delivery.state = 'cancelled'
  }

  async #resend(delivery: Delivery): Promise<void> {
    const { webhook, lead, state } = delivery
    const mayGo = isAlive(webhook) && isAlive(lead)
    const known = state === 'cancelled' ? 200 : state === 'parked' ? 409 : [200, 409]
    const expected = mayGo ? known : lead.chatbot.alive ? [409, 410] : 404
    const answer = await this.#ask('POST', `/api/v1/deliveries/${delivery.id}/resend`, expected)
    if (answer.status !== 200) return
    if (webhook.paused) this.#same(answer.body.state, 'parked')
    delivery.state = webhook.paused ? 'parked' : null
  }

  #of(webhook: Webhook): Delivery[] {
    return this.#deliveries.filter((delivery) => delivery.webhook === webhook)
  }

  #unless(webhook: Webhook, isInTheWay: boolean): number {
    if (!isAlive(webhook)) return 404
    return isInTheWay ? 409 : 200
  }

  async #ask(
    method: string,
    path: string,
    expected: number | number[],
    body?: unknown,
  ): Promise<Answer<Body>> {
    const answer = await this.#api.send<Body>(method, path, { body })
    this.log.push(`${method} ${path} ${JSON.stringify(body) ?? ''} → ${answer.status}`)
    if ([expected].flat().includes(answer.status)) return answer
    return this.#fail(`expected ${expected}, got ${answer.status}: ${JSON.stringify(answer.body)}`)
  }

  #same(given: unknown, expected: unknown): void {
    if (JSON.stringify(given) === JSON.stringify(expected)) return
    this.#fail(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(given)}`)
  }

  #fail(sentence: string): never {
    throw new Error([...this.log.slice(-25), sentence].join('\n'))
  }
}

/** Who belongs to a chatbot ends with it. */
function isAlive(thing: { alive: boolean; chatbot: Chatbot }): boolean {
  return thing.alive && thing.chatbot.alive
}

function nth<Item>(items: readonly Item[], at: number): Item | undefined {
  return items[at % Math.max(1, items.length)]
}
