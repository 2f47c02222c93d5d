/**
 * Leads that a search finds, newest first, a chunk at a time: from the newest buckets of the index to
 * the oldest, in rounds that grow, so that what many have is found in the first and what few have in a
 * handful of queries. What is not in the index yet is looked through by itself.
 */
import { type RawBuilder, sql } from 'kysely'
import { LOOKED_AT, sharedOf, shelfOf } from '../../rules/search-buckets.ts'
import { type Builder, isPostgres } from '../builder.ts'
import type { ReadParts } from '../read-parts.ts'
import { unindexed } from '../walking.ts'
import { isListed } from './listed.ts'
import { matches, type SoughtTerms, soughtIn, type TermRange } from './terms.ts'

interface Walked {
  q: string
  chatbotId?: string | undefined
  /** In the names of the index: from it up to … */
  floor: string
  /** … but without it. */
  ceiling: string
}

/** Of the index, in one query. */
const FOUND_MAX = 2_000
/** How many buckets are looked into in each round, but for the last of this row, again and again. */
const ROUNDS = [2, 8, 32, 128, 256]
/** What is not in the index yet; after an upgrade it is more, and its newest are looked through. */
const PENDING_MAX = 5_000
/** Buckets in which it is counted how many have a word, and how far. */
const SAMPLED_BUCKETS = 2
const COUNTED_MAX = 1_000
/** Of one conversation. */
const CONVERSATION_MAX = 1_000

interface Bucket {
  bucket: number
  shelf: number
  first_lead: string
}

export class IndexWalk {
  readonly #parts: Pick<ReadParts, 'db' | 'run'>
  readonly #walked: Walked
  #sought: SoughtTerms
  /** Newest first; null: not asked for yet. */
  #buckets: Bucket[] | null = null
  /** What was found beside the index, and is newer than what the walk has come to. */
  #aside: string[] = []
  /** Found in the index, and not handed out yet. */
  #found: string[] = []
  #round = 0
  /** All from here on has been looked for. */
  #cut: string

  constructor(parts: Pick<ReadParts, 'db' | 'run'>, walked: Walked) {
    this.#parts = parts
    this.#walked = walked
    this.#sought = soughtIn(walked.q)
    this.#cut = walked.ceiling
  }

  /** Up to `limit` of them, each once; null: there are no more. */
  async next(limit: number): Promise<string[] | null> {
    this.#buckets ??= await this.#begin()
    while (this.#found.length < limit && this.#cut > this.#walked.floor) await this.#look()
    if (this.#found.length === 0) return null
    return this.#found.splice(0, limit)
  }

  /** What is pending is read before the index: a lead that moves meanwhile is in both. */
  async #begin(): Promise<Bucket[]> {
    const { db } = this.#parts
    const { q, chatbotId } = this.#walked
    const aside = new Set<string>()
    if (this.#sought.ways.length > 0) {
      for (const row of await this.#all<PendingRow>(pendingLeads(db, this.#walked))) {
        if (matches(personOf(row), this.#sought)) aside.add(row.lead)
      }
    }
    for (const { id } of await this.#all<{ id: string }>(ofConversation({ q, chatbotId }))) {
      aside.add(sharedOf(id))
    }
    const { floor, ceiling } = this.#walked
    this.#aside = [...aside]
      .filter((lead) => lead >= floor && lead < ceiling)
      .sort()
      .reverse()
    if (this.#sought.ways.length === 0) return []
    const buckets = await this.#all<Bucket>(bucketsOf(chatbotId))
    await this.#rarestFirst(buckets)
    return buckets
  }

  /** Of several words the one leads that fewest of the newest have: "kamau" is in every eighth name. */
  async #rarestFirst(buckets: readonly Bucket[]): Promise<void> {
    if (this.#sought.ways.every((parts) => parts.length < 2)) return
    const newest = buckets.slice(0, SAMPLED_BUCKETS).map(({ bucket }) => bucket)
    if (newest.length === 0) return
    const bounds = { buckets: newest, from: '', to: this.#walked.ceiling }
    const counts = await this.#all<{ at: number; found: number }>(
      countsOf(this.#parts.db, this.#sought, bounds),
    )
    const foundOf = new Map(counts.map(({ at, found }) => [Number(at), Number(found)]))
    let at = 0
    const ways = this.#sought.ways.map((parts) => {
      const counted = parts.map((ranges) => ({ ranges, found: foundOf.get(at++) ?? 0 }))
      return counted.sort((a, b) => a.found - b.found).map(({ ranges }) => ranges)
    })
    this.#sought = { ways }
  }

  /** One round: down to where its oldest bucket begins, or to the last that a full answer has. */
  async #look(): Promise<void> {
    const { floor } = this.#walked
    const size = ROUNDS[Math.min(this.#round, ROUNDS.length - 1)] ?? 1
    const below = (this.#buckets ?? []).filter(({ first_lead }) => first_lead < this.#cut)
    const taken = below.slice(0, size)
    const last = taken.at(-1)
    const isLast = below.length <= size
    const end = isLast || last === undefined || last.first_lead < floor ? floor : last.first_lead
    // Of other shelves the bucket in which that place lies, too.
    const shelves = new Set(
      taken.filter(({ first_lead }) => first_lead <= end).map(({ shelf }) => shelf),
    )
    for (const bucket of below.slice(size)) {
      if (!shelves.has(bucket.shelf)) taken.push(bucket)
      shelves.add(bucket.shelf)
    }
    let found: string[] = []
    if (taken.length > 0) {
      const bounds = { buckets: taken.map(({ bucket }) => bucket), from: end, to: this.#cut }
      const rows = await this.#all<{ lead: string }>(
        foundLeads(this.#parts.db, this.#sought, bounds),
      )
      found = rows.map(({ lead }) => lead)
    }
    const isFull = found.length >= FOUND_MAX
    const reached = isFull ? (found.at(-1) ?? end) : end
    const aside = this.#aside.filter((lead) => lead >= reached)
    this.#aside = this.#aside.filter((lead) => lead < reached)
    this.#found.push(...[...new Set([...found, ...aside])].sort().reverse())
    this.#cut = reached
    if (!isFull) this.#round += 1
  }

  async #all<Row>(query: RawBuilder<unknown>): Promise<Row[]> {
    const [rows] = await this.#parts.run([query.compile(this.#parts.db)])
    return (rows ?? []) as Row[]
  }
}

interface Bounds {
  buckets: readonly number[]
  from: string
  to: string
}

/** Each way by its first part; what else is asked for must be beside it. */
export function foundLeads(
  db: Builder,
  { ways }: SoughtTerms,
  bounds: Bounds,
): RawBuilder<unknown> {
  const found = ways.map((parts) => {
    const [led, ...others] = parts
    const beside = others.map((ranges) => sql` AND lead IN (${entriesOf(db, ranges, bounds)})`)
    return sql`SELECT lead FROM (${entriesOf(db, led ?? [], bounds)}) AS led
      WHERE TRUE${sql.join(beside, sql``)}`
  })
  return sql`SELECT DISTINCT lead FROM (${sql.join(found, sql` UNION ALL `)}) AS found
    ORDER BY lead DESC LIMIT ${FOUND_MAX}`
}

/** How many have each part of each way, counted so far. */
export function countsOf(db: Builder, { ways }: SoughtTerms, bounds: Bounds): RawBuilder<unknown> {
  const counts = ways.flat().map(
    (ranges, at) => sql`SELECT ${sql.lit(at)} AS at, count(*) AS found
      FROM (SELECT lead FROM (${entriesOf(db, ranges, bounds)}) AS entries LIMIT ${COUNTED_MAX}) AS counted`,
  )
  return sql.join(counts, sql` UNION ALL `)
}

function entriesOf(db: Builder, ranges: readonly TermRange[], { buckets, from, to }: Bounds) {
  const walks = ranges.map(
    (range) => sql`SELECT lead FROM search_entries WHERE ${isListed(db, 'bucket', buckets)}
      AND term >= ${range.from} AND term < ${range.to} AND lead >= ${from} AND lead < ${to}`,
  )
  return sql.join(walks, sql` UNION ALL `)
}

export function bucketsOf(chatbotId: string | undefined): RawBuilder<unknown> {
  const own = chatbotId === undefined ? sql`TRUE` : sql`shelf = ${shelfOf(chatbotId)}`
  return sql`SELECT bucket, shelf, first_lead FROM search_buckets WHERE ${own}
    ORDER BY first_lead DESC`
}

export interface PersonRow {
  customer_name: string
  customer_email: string
  customer_phone: string
}

export const PERSON_COLUMNS = sql`substr(customer_name, 1, ${sql.lit(LOOKED_AT)}) AS customer_name,
  customer_email, customer_phone`

export function personOf({ customer_name, customer_email, customer_phone }: PersonRow) {
  return {
    customerName: customer_name,
    customerEmail: customer_email,
    customerPhone: customer_phone,
  }
}

interface PendingRow extends PersonRow {
  lead: string
}

export function pendingLeads(
  db: Builder,
  { chatbotId, floor, ceiling }: Omit<Walked, 'q'>,
): RawBuilder<unknown> {
  const own = chatbotId === undefined ? sql`TRUE` : sql`leads.chatbot_id || '' = ${chatbotId}`
  const id = isPostgres(db)
    ? sql`'lead_' || pending.lead || '000' COLLATE "C"`
    : sql`'lead_' || pending.lead || '000'`
  return sql`SELECT pending.lead, ${PERSON_COLUMNS}
    FROM (SELECT lead FROM search_pending WHERE lead >= ${floor} AND lead < ${ceiling}
      ORDER BY lead DESC LIMIT ${PENDING_MAX}) AS pending
    JOIN leads ON leads.id = ${id} AND ${own}`
}

/** A caller's own is kept as given, white space and all. */
export function ofConversation({
  q,
  chatbotId,
}: Pick<Walked, 'q' | 'chatbotId'>): RawBuilder<unknown> {
  const own = chatbotId === undefined ? sql`TRUE` : sql`${unindexed('chatbot_id')} = ${chatbotId}`
  return sql`SELECT id FROM leads WHERE conversation_id = ${q} AND ${own}
    ORDER BY ${unindexed('id')} DESC LIMIT ${CONVERSATION_MAX}`
}
