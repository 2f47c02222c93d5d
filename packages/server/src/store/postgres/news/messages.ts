/**
 * What nodes tell each other, through LISTEN and NOTIFY: webhooks with deliveries to claim, settings
 * that changed, deliveries that moved while another node held them. Messages are hints: each may be
 * lost, and whoever was away looks for itself when it is back (others-changes.ts).
 *
 * A notification is sent outside the transaction that it tells of: a commit with one takes a lock
 * that all others with one wait for. So they are gathered, and sent at most ten times a second.
 */
import pg from 'pg'
import type { Clock } from '../../../clock.ts'
import { assert } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { clientConfig, prepareConnection } from '../connection/connection.ts'
import type { Database } from '../connection/database.ts'
import { reasonOf } from '../connection/faults.ts'
import { array } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'

/** What one notification carries; `all`: too much for one, look for yourself. */
export interface Message {
  from: string
  waiting: string[]
  /** Webhooks and their chatbots. */
  touched: [webhookId: string, chatbotId: string][]
  moved: string[]
  all: boolean
}

type News = Pick<Message, 'waiting' | 'touched' | 'moved'>

interface MessagesOptions {
  database: Database
  databaseUrl: string
  clock: Clock
  log: Log
  /** Of this process; its own messages are not told to it. */
  origin: string
  onMessage(message: Message): void
  /** Messages may have been missed. */
  onGap(): void
}

const CHANNEL = 'chatzuri'
const SEND_EVERY_MS = 100
const SEND_RETRY_MS = 1_000
/** PostgreSQL takes a payload of less than 8,000 bytes; ours is ASCII. */
const PAYLOAD_LENGTH_MAX = 7_900
/** Some thousand deliveries. Past it, each of the others looks at what it holds itself. */
const MESSAGES_MAX = 32
const RECONNECT_MS = [100, 250, 500, 1_000, 2_000, 5_000]
/** A connection that only listens would never notice that its other end is gone. */
const HEARTBEAT_MS = 30_000

export class Messages {
  readonly #options: MessagesOptions
  readonly #waiting = new Set<string>()
  readonly #touched = new Map<string, string>()
  readonly #moved = new Set<string>()
  #sentAt = Number.NEGATIVE_INFINITY
  #cancelSend: (() => void) | null = null
  #sending: Promise<void> = Promise.resolve()
  #client: pg.Client | null = null
  #cancelTimer: (() => void) | null = null
  #failures = 0
  #closed = false

  constructor(options: MessagesOptions) {
    this.#options = options
  }

  /** Rejects when the first connection fails; later ones are tried again for ever. */
  start(): Promise<void> {
    return this.#connect()
  }

  /** To be called after each commit. */
  tell(tx: Pick<Transaction, 'waiting' | 'woken' | 'touched' | 'moved'>): void {
    for (const id of tx.waiting) this.#waiting.add(id)
    for (const id of tx.woken) this.#waiting.add(id)
    for (const { webhookId, chatbotId, aspect } of tx.touched.values()) {
      if (aspect !== 'health') this.#touched.set(webhookId, chatbotId)
    }
    for (const id of tx.moved) this.#moved.add(id)
    if (this.#hasNews()) this.#sendSoon(SEND_EVERY_MS)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelTimer?.()
    this.#cancelSend?.()
    this.#cancelSend = null
    await this.#sending
    // The last words of a node that stops: others take over what it gave back.
    if (this.#hasNews()) await this.#send()
    const client = this.#client
    this.#client = null
    await client?.end().catch(() => {})
  }

  // ─── sending ────────────────────────────────────────────────────────────────────────────────────

  #hasNews(): boolean {
    return this.#waiting.size + this.#touched.size + this.#moved.size > 0
  }

  #sendSoon(everyMs: number): void {
    if (this.#cancelSend || this.#closed) return
    const { clock } = this.#options
    const waitMs = Math.max(0, this.#sentAt + everyMs - clock.monotonic())
    this.#cancelSend = clock.setTimer(waitMs, () => {
      this.#sending = this.#send()
    })
  }

  /** Never rejects: what could not be sent is sent with the next. */
  async #send(): Promise<void> {
    const { clock, database, log } = this.#options
    this.#sentAt = clock.monotonic()
    const [waiting, touched, moved] = [[...this.#waiting], [...this.#touched], [...this.#moved]]
    this.#waiting.clear()
    this.#touched.clear()
    this.#moved.clear()
    try {
      const payloads = this.#payloads({ waiting, touched, moved })
      await database.query(NOTIFY, [CHANNEL, array(payloads)])
      this.#cancelSend = null
      if (this.#hasNews()) this.#sendSoon(SEND_EVERY_MS)
    } catch (error) {
      log.warn({ error: reasonOf(error) }, 'notify.failed')
      for (const id of waiting) this.#waiting.add(id)
      for (const [id, chatbotId] of touched) this.#touched.set(id, chatbotId)
      for (const id of moved) this.#moved.add(id)
      this.#cancelSend = null
      this.#sendSoon(SEND_RETRY_MS)
    }
  }

  #payloads(news: News): string[] {
    const { origin: from } = this.#options
    const payloads = this.#split(news)
    if (payloads.length <= MESSAGES_MAX) return payloads
    const empty = { waiting: [], touched: [], moved: [] }
    return [JSON.stringify({ from, ...empty, all: true } satisfies Message)]
  }

  /** Halved until each part fits: one id of each kind does by far. */
  #split(news: News): string[] {
    const { origin: from } = this.#options
    const whole = JSON.stringify({ from, ...news, all: false } satisfies Message)
    if (whole.length <= PAYLOAD_LENGTH_MAX) return [whole]
    const [waiting, touched, moved] = [
      halves(news.waiting),
      halves(news.touched),
      halves(news.moved),
    ]
    return [
      ...this.#split({ waiting: waiting[0], touched: touched[0], moved: moved[0] }),
      ...this.#split({ waiting: waiting[1], touched: touched[1], moved: moved[1] }),
    ]
  }

  // ─── listening ──────────────────────────────────────────────────────────────────────────────────

  async #connect(): Promise<void> {
    const client = new pg.Client(clientConfig(this.#options.databaseUrl))
    const lose = (error?: Error) => this.#lose(client, error)
    client.on('error', lose)
    client.on('end', () => lose())
    client.on('notification', ({ payload = '' }) => this.#hear(payload))
    try {
      await client.connect()
      await prepareConnection(client)
      await client.query(`LISTEN ${CHANNEL}`)
    } catch (error) {
      client.removeAllListeners('end')
      await client.end().catch(() => {})
      throw error
    }
    if (this.#closed) return void (await client.end().catch(() => {}))
    this.#client = client
    this.#failures = 0
    this.#beat(client)
  }

  #beat(client: pg.Client): void {
    this.#cancelTimer = this.#options.clock.setTimer(HEARTBEAT_MS, () => {
      client.query('SELECT 1').then(
        () => {
          if (this.#client === client) this.#beat(client)
        },
        (error: Error) => this.#lose(client, error),
      )
    })
  }

  #lose(client: pg.Client, error?: Error): void {
    if (this.#client !== client || this.#closed) return
    this.#client = null
    this.#cancelTimer?.()
    this.#options.log.warn({ error: error?.message }, 'listen.lost')
    client.end().catch(() => {})
    this.#reconnectLater()
  }

  #reconnectLater(): void {
    const waitMs = RECONNECT_MS[Math.min(this.#failures, RECONNECT_MS.length - 1)] ?? 0
    this.#failures += 1
    this.#cancelTimer = this.#options.clock.setTimer(waitMs, () => {
      this.#connect().then(
        () => {
          if (!this.#closed) this.#options.onGap()
        },
        () => {
          if (!this.#closed) this.#reconnectLater()
        },
      )
    })
  }

  #hear(payload: string): void {
    const { origin, onMessage, onGap, log } = this.#options
    try {
      const message = parse(payload)
      if (message.from === origin) return
      if (message.all) onGap()
      else onMessage(message)
    } catch (error) {
      // Another program's, or a newer version's.
      log.warn({ error: reasonOf(error) }, 'listen.unreadable')
    }
  }
}

function halves<Item>(items: Item[]): [Item[], Item[]] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}

function parse(payload: string): Message {
  const found: unknown = JSON.parse(payload)
  assert(typeof found === 'object' && found !== null, 'a message is an object')
  const { from, waiting, touched, moved, all } = found as Record<string, unknown>
  assert(typeof from === 'string' && typeof all === 'boolean', 'a message names its sender')
  assert(isTexts(waiting) && isTexts(moved), 'a message has lists of ids')
  assert(Array.isArray(touched) && touched.every(isPair), 'a message has pairs of ids')
  return { from, waiting, touched, moved, all }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function isPair(value: unknown): value is [string, string] {
  return isTexts(value) && value.length === 2
}

const NOTIFY = 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload'
