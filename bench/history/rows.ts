/**
 * The rows of a past of thirty days: one generator for both stores. A row is its values in the order
 * of `COLUMNS`. Everything is finished; ids carry the time of what they name and rise, as in life.
 */

import { createIds, deliveryIdOf, type Ids, leadIdOf } from '../../packages/server/src/id.ts'
import { systemRandom } from '../../packages/server/src/random.ts'
import { type Person, termsOf } from '../../packages/server/src/store/reading/searching/terms.ts'
import {
  BUCKET_LEADS,
  type BucketRow,
  sharedOf,
  shelfOf,
} from '../../packages/server/src/store/rules/search-buckets.ts'
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
  events: ['id', 'chatbot_id', 'event_type', 'payload', 'created_at'],
  finished: [
    'id',
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
    'attempt_id',
    'started_at',
    'duration_ms',
    'error_code',
    'response_headers',
    'response_body',
    'note',
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
    'customer_name',
    'customer_email',
    'customer_phone',
    'created_at',
  ],
  search_buckets: ['bucket', 'shelf', 'first_lead', 'last_lead', 'lead_count'],
  search_entries: ['bucket', 'term', 'lead'],
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
  /** The newest of each shelf. */
  readonly #buckets = new Map<number, BucketRow>()
  #bucket = 0
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
    for (const row of this.#buckets.values()) this.#writeBucket(row)
    await pause(this.#made)
    return this.#made
  }

  #makeEvent(past: Past): void {
    const chatbot = drawOwner(this.#owners, this.#draw())
    const eventType = drawType(chatbot === this.#owners.shop, this.#draw())
    const eventId = this.#ids.next('event')
    // The event of a lead is its lead.
    if (eventType === LEAD_TYPE) this.#makeLead(chatbot, eventId, past)
    else this.#writeEvent({ eventId, eventType, chatbotId: chatbot.id })
    // Most events go to one webhook, some to two.
    const { webhooks } = chatbot
    const first = Math.floor(this.#draw() * webhooks.length)
    const copies = webhooks.length > 1 && this.#draw() < 0.2 ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const webhook = webhooks[(first + copy) % webhooks.length]
      if (!webhook) continue
      const id = deliveryIdOf(eventId, copy + 1)
      this.#makeDelivery({ id, eventType, webhookId: webhook.id, chatbotId: chatbot.id })
    }
  }

  #writeEvent(event: { eventId: string; eventType: string; chatbotId: string }): void {
    const number = this.#made
    const payload = JSON.stringify({
      conversationId: `order-${number}`,
      customerEmail: `customer${number}@example.com`,
      customerName: `Customer ${number}`,
      customerPhone: '',
      items: ['blue shirt, size M', 'canvas bag'],
    })
    this.#write('events', [event.eventId, event.chatbotId, event.eventType, payload, this.#now])
  }

  #makeLead(chatbot: HistoryChatbot, eventId: string, { to }: Past): void {
    const id = leadIdOf(eventId)
    const conversationId = this.#ids.next('conversation')
    const first = this.#firstName(chatbot)
    const last = LAST_NAMES[Math.floor(this.#draw() * LAST_NAMES.length)] ?? ''
    const name = `${first} ${last} ${this.#made}`
    const email = `customer${this.#made}@example.com`
    const phone = `+2547${this.#made.toString().padStart(8, '0')}`
    const at = this.#now
    this.#write('conversations', [chatbot.id, conversationId, at])
    this.#write('leads', [id, chatbot.id, conversationId, name, email, phone, at])
    this.#index(id, chatbot.id, {
      customerName: name,
      customerEmail: email,
      customerPhone: phone,
    })
    // They are kept for a day.
    if (at > to - DAY_MS && this.#made % 4 === 0) {
      const answer = JSON.stringify({ leadId: id, conversationId, eventId })
      this.#write('idempotency', [chatbot.id, 'leads', id, 'f'.repeat(64), answer, at])
    }
  }

  /** As upkeep would have done, but that ids only rise here. */
  #index(id: string, chatbotId: string, person: Person): void {
    const [lead, shelf] = [sharedOf(id), shelfOf(chatbotId)]
    let row = this.#buckets.get(shelf)
    if (row === undefined || row.lead_count >= BUCKET_LEADS) {
      if (row) this.#writeBucket(row)
      const first_lead = row ? lead : ''
      this.#bucket += 1
      row = { bucket: this.#bucket, shelf, first_lead, last_lead: lead, lead_count: 0 }
      this.#buckets.set(shelf, row)
    }
    row.lead_count += 1
    row.last_lead = lead
    for (const term of termsOf(person)) this.#write('search_entries', [row.bucket, term, lead])
  }

  #writeBucket({ bucket, shelf, first_lead, last_lead, lead_count }: BucketRow): void {
    this.#write('search_buckets', [bucket, shelf, first_lead, last_lead, lead_count])
  }

  #firstName(chatbot: HistoryChatbot): string {
    const common = this.#draw() < COMMON_NAME_SHARE && hasCommonName(this.#owners, chatbot)
    return common ? COMMON_NAME : (FIRST_NAMES[Math.floor(this.#draw() * FIRST_NAMES.length)] ?? '')
  }

  /** Written complete, with the attempt that ended it; those before it have rows of their own. */
  #makeDelivery({ id, eventType, webhookId, chatbotId }: NewDelivery): void {
    const { state, attempts, reason } = drawEnd(eventType, this.#draw())
    const at = this.#now
    const isDelivered = state === 'delivered'
    const status = attempts === 0 ? null : isDelivered ? 200 : 500
    for (let number = 1; number < attempts; number++) this.#writeAttempt(id, number)
    this.#write('finished', [
      id,
      webhookId,
      chatbotId,
      eventType,
      'event',
      state,
      reason,
      attempts,
      attempts,
      status,
      status === 500 ? FAULT : null,
      at,
      at + 60 + attempts * 30,
      ...(attempts === 0 ? NO_ATTEMPT : this.#lastAttempt(attempts, isDelivered)),
    ])
    this.#stats.add({ webhookId, chatbotId, at, state, attempts })
    this.#made += 1
  }

  #lastAttempt(number: number, succeeds: boolean): Row {
    return [
      this.#ids.next('attempt'),
      this.#now + number * 30,
      this.#drawDuration(),
      succeeds ? null : 'status',
      ANSWER_HEADERS,
      succeeds ? ANSWER : '',
      null,
    ]
  }

  /** One that failed, and was not the last. */
  #writeAttempt(deliveryId: string, number: number): void {
    const startedAt = this.#now + number * 30
    this.#write('attempts', [
      this.#ids.next('attempt'),
      deliveryId,
      number,
      startedAt,
      this.#drawDuration(),
      'failed',
      500,
      'status',
      FAULT,
      ANSWER_HEADERS,
      '',
      null,
      startedAt + 50,
    ])
  }

  #drawDuration(): number {
    return 12.5 + 200 * this.#draw()
  }
}

interface NewDelivery {
  id: string
  eventType: string
  webhookId: string
  chatbotId: string
}

/** Of a delivery that was never sent: the last columns of `finished`. */
const NO_ATTEMPT: Row = [null, null, null, null, null, null, null]

/** 97 % delivered, most at once; 2 % used up their schedule; 1 % cancelled. */
function drawEnd(eventType: string, draw: number): End {
  if (eventType === SOUND_TYPE) return { state: 'delivered', reason: null, attempts: 1 }
  if (draw < 0.9) return { state: 'delivered', reason: null, attempts: 1 }
  if (draw < 0.97) return { state: 'delivered', reason: null, attempts: 2 }
  if (draw < 0.99) return { state: 'exhausted', reason: null, attempts: 10 }
  return { state: 'cancelled', reason: 'cancelled_by_owner', attempts: 0 }
}
