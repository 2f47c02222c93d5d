/**
 * The rows of a past of thirty days: one generator for both stores. A row is its values in the order
 * of `COLUMNS`. Everything is finished; ids carry the time of what they name and rise, as in life.
 */
import { createIds, type Ids } from '../../packages/server/src/id.ts'
import { systemRandom } from '../../packages/server/src/random.ts'
import { seededRandom } from '../../test/support/seeded-random.ts'
import {
  drawOwner,
  drawType,
  type HistoryChatbot,
  hasCommonName,
  LEAD_TYPE,
  type Owners,
  SOUND_TYPE,
} from './owners.ts'
import type { End, Row } from './row.ts'
import { StatsMinutes } from './stats-minutes.ts'

/** Those that the fill writes; all others have defaults. */
export const COLUMNS = {
  events: ['id', 'chatbot_id', 'event_type', 'payload', 'lead_id', 'created_at'],
  deliveries: [
    'id',
    'event_id',
    'webhook_id',
    'chatbot_id',
    'event_type',
    'kind',
    'state',
    'state_reason',
    'attempt_count',
    'series_attempts',
    'last_status',
    'last_error',
    'created_at',
    'finished_at',
    'updated_at',
  ],
  attempts: [
    'id',
    'delivery_id',
    'number',
    'started_at',
    'duration_ms',
    'result',
    'status',
    'error_code',
    'error',
    'response_headers',
    'response_body',
    'note',
    'recorded_at',
  ],
  conversations: ['chatbot_id', 'id', 'created_at'],
  leads: [
    'id',
    'chatbot_id',
    'conversation_id',
    'event_id',
    'customer_name',
    'customer_email',
    'customer_phone',
    'name_key',
    'email_key',
    'created_at',
  ],
  idempotency: ['chatbot_id', 'route', 'key', 'body_hash', 'answer', 'created_at'],
  stats_minutes: [
    'webhook_id',
    'minute',
    'chatbot_id',
    'accepted',
    'delivered',
    'exhausted',
    'cancelled',
    'attempts',
    'failed_attempts',
    'latency_5',
    'latency_7',
    'latency_9',
  ],
} as const
export type Table = keyof typeof COLUMNS

/** Writes one row; may hold it back until the next batch. */
export type WriteRow = (table: Table, row: Row) => void

export interface Past {
  from: number
  to: number
}

export const SPAN_MS = 30 * 86_400_000
const DAY_MS = 86_400_000

const FIRST_NAMES = ['Amina', 'Ann', 'Brian', 'Chidi', 'David', 'Esther', 'Fatuma', 'Grace', 'Ines']
/** Of which thousands are, but only with some chatbots. */
export const COMMON_NAME = 'Zuri'
const COMMON_NAME_SHARE = 0.02
const LAST_NAMES = ['Kamau', 'Mwangi', 'Otieno', 'Wanjiru', 'Njoroge', 'Achieng', 'Mutua', 'Silva']
const ANSWER_HEADERS = JSON.stringify({
  date: 'Tue, 15 Sep 2026 09:30:00 GMT',
  'content-type': 'application/json',
  'content-length': '17',
})
const ANSWER = '{"received":true}'
const FAULT = 'The endpoint answered 500.'

export class HistoryRows {
  readonly #owners: Owners
  readonly #write: WriteRow
  readonly #ids: Ids
  readonly #stats: StatsMinutes
  readonly #draw = seededRandom(20_260_915).fraction
  #now = 0
  #made = 0

  constructor(owners: Owners, write: WriteRow) {
    this.#owners = owners
    this.#write = write
    this.#stats = new StatsMinutes((row) => write('stats_minutes', row))
    const clock = { now: () => this.#now, monotonic: () => this.#now, setTimer: () => () => {} }
    this.#ids = createIds(clock, systemRandom)
  }

  /** Makes about `count` deliveries, evenly over the past; `pause` is awaited now and then. */
  async make(count: number, past: Past, pause: (made: number) => Promise<void>): Promise<number> {
    const stepMs = (past.to - past.from) / count
    let pauseAt = 0
    while (this.#made < count) {
      this.#now = Math.floor(past.from + this.#made * stepMs)
      this.#makeEvent(past)
      if (this.#made < pauseAt) continue
      await pause(this.#made)
      pauseAt = this.#made + 5_000
    }
    this.#stats.flush()
    await pause(this.#made)
    return this.#made
  }

  #makeEvent(past: Past): void {
    const chatbot = drawOwner(this.#owners, this.#draw())
    const eventType = drawType(chatbot === this.#owners.shop, this.#draw())
    const eventId = this.#ids.next('event')
    const leadId = eventType === LEAD_TYPE ? this.#makeLead(chatbot, eventId, past) : null
    const number = this.#made
    const payload = JSON.stringify({
      conversationId: `order-${number}`,
      customerEmail: `customer${number}@example.com`,
      customerName: `Customer ${number}`,
      customerPhone: '',
      items: ['blue shirt, size M', 'canvas bag'],
    })
    this.#write('events', [eventId, chatbot.id, eventType, payload, leadId, this.#now])
    // Most events go to one webhook, some to two.
    const { webhooks } = chatbot
    const first = Math.floor(this.#draw() * webhooks.length)
    const copies = webhooks.length > 1 && this.#draw() < 0.2 ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const webhook = webhooks[(first + copy) % webhooks.length]
      if (webhook) this.#makeDelivery({ eventId, eventType, webhookId: webhook.id, chatbot })
    }
  }

  #makeLead(chatbot: HistoryChatbot, eventId: string, { to }: Past): string {
    const id = this.#ids.next('lead')
    const conversationId = this.#ids.next('conversation')
    const first = this.#firstName(chatbot)
    const last = LAST_NAMES[Math.floor(this.#draw() * LAST_NAMES.length)] ?? ''
    const name = `${first} ${last} ${this.#made}`
    const email = `customer${this.#made}@example.com`
    const phone = `+2547${this.#made.toString().padStart(8, '0')}`
    const at = this.#now
    this.#write('conversations', [chatbot.id, conversationId, at])
    this.#write('leads', [
      id,
      chatbot.id,
      conversationId,
      eventId,
      name,
      email,
      phone,
      name.toLowerCase(),
      email,
      at,
    ])
    // They are kept for a day.
    if (at > to - DAY_MS && this.#made % 4 === 0) {
      const answer = JSON.stringify({ leadId: id, conversationId, eventId })
      this.#write('idempotency', [chatbot.id, 'leads', id, 'f'.repeat(64), answer, at])
    }
    return id
  }

  #firstName(chatbot: HistoryChatbot): string {
    const common = this.#draw() < COMMON_NAME_SHARE && hasCommonName(this.#owners, chatbot)
    return common ? COMMON_NAME : (FIRST_NAMES[Math.floor(this.#draw() * FIRST_NAMES.length)] ?? '')
  }

  #makeDelivery(delivery: NewDelivery): void {
    const { eventId, eventType, webhookId, chatbot } = delivery
    const end = drawEnd(eventType, this.#draw())
    const deliveryId = this.#ids.next('delivery')
    const at = this.#now
    const { state, attempts, reason } = end
    const isDelivered = state === 'delivered'
    const status = attempts === 0 ? null : isDelivered ? 200 : 500
    const error = status === 500 ? FAULT : null
    const finishedAt = at + 60 + attempts * 30
    this.#write('deliveries', [
      deliveryId,
      eventId,
      webhookId,
      chatbot.id,
      eventType,
      'event',
      state,
      reason,
      attempts,
      attempts,
      status,
      error,
      at,
      finishedAt,
      finishedAt,
    ])
    for (let number = 1; number <= attempts; number++) {
      this.#makeAttempt({ deliveryId, number, succeeds: isDelivered && number === attempts })
    }
    this.#stats.add({ webhookId, chatbotId: chatbot.id, at, state, attempts })
    this.#made += 1
  }

  #makeAttempt(attempt: { deliveryId: string; number: number; succeeds: boolean }): void {
    const { deliveryId, number, succeeds } = attempt
    const startedAt = this.#now + number * 30
    this.#write('attempts', [
      this.#ids.next('attempt'),
      deliveryId,
      number,
      startedAt,
      12.5 + 200 * this.#draw(),
      succeeds ? 'delivered' : 'failed',
      succeeds ? 200 : 500,
      succeeds ? null : 'status',
      succeeds ? null : FAULT,
      ANSWER_HEADERS,
      succeeds ? ANSWER : '',
      null,
      startedAt + 50,
    ])
  }
}

interface NewDelivery {
  eventId: string
  eventType: string
  webhookId: string
  chatbot: HistoryChatbot
}

/** 97 % delivered, most at once; 2 % used up their schedule; 1 % cancelled. */
function drawEnd(eventType: string, draw: number): End {
  if (eventType === SOUND_TYPE) return { state: 'delivered', reason: null, attempts: 1 }
  if (draw < 0.9) return { state: 'delivered', reason: null, attempts: 1 }
  if (draw < 0.97) return { state: 'delivered', reason: null, attempts: 2 }
  if (draw < 0.99) return { state: 'exhausted', reason: null, attempts: 10 }
  return { state: 'cancelled', reason: 'cancelled_by_owner', attempts: 0 }
}
