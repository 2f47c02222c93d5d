/**
 * Which rows are on a page of a list that is searched for people. Two walks in turns: one goes through
 * the leads that the index finds, and asks which of their rows the list has; the other goes through the
 * list, and asks whose rows are found. Whichever has the page first, or comes to its end, answers: what
 * is found often is on the first way, a short list is on the second.
 */
import { type Compilable, sql } from 'kysely'
import type { DeliveryFilter, LeadFilter, Page } from '../../lists.ts'
import { sharedOf } from '../../rules/search-buckets.ts'
import type { Builder } from '../builder.ts'
import { listDeliveries } from '../deliveries.ts'
import { leads } from '../queries.ts'
import type { ReadParts } from '../read-parts.ts'
import { isLeadEvent } from '../searches.ts'
import { idRange } from '../walking.ts'
import { IndexWalk, PERSON_COLUMNS, type PersonRow, personOf } from './index-walk.ts'
import { isListed } from './listed.ts'
import { matches, soughtIn } from './terms.ts'

/** Leads that are looked at in one turn; it grows, as the page needs many. */
const CHUNK_MIN = 200
const CHUNK_MAX = 1_600
/** Rows of the list, each of which costs more: a list that is short is at its end all the same. */
const LISTED_MIN = 100
const LISTED_MAX = 400
/** With these a page may be short though more follow (lead-states.ts): their end says nothing. */
const ENDLESS: readonly unknown[] = ['delivered', 'none']

/** So many leads are looked at then, as without a search. */
const ENDLESS_TURNS = 5

/** After any character of a lead's name in the index. */
const AFTER_SHARED = '~'

type Parts = Pick<ReadParts, 'db' | 'run'>

/** In each turn what it has found; null: it has come to its end. */
interface PageWalk {
  next(turn: number): Promise<string[] | null>
}

function grown(least: number, most: number, turn: number): number {
  return Math.min(least * 2 ** turn, most)
}

export function findLeads(parts: Parts, filter: LeadFilter & { q: string }, page: Page) {
  const walks = [new LeadsOfIndex(parts, filter, page)]
  return filter.deliveryStates?.some((state) => ENDLESS.includes(state))
    ? inTurns(walks, page.limit, ENDLESS_TURNS)
    : inTurns([...walks, new ListedLeads(parts, filter, page)], page.limit)
}

export async function findDeliveries(
  parts: Parts,
  filter: DeliveryFilter & { q: string },
  page: Page,
): Promise<string[]> {
  // People are behind leads alone.
  if (filter.eventType !== undefined && !isLeadEvent(filter.eventType)) return []
  const walks = [
    new DeliveriesOfIndex(parts, filter, page),
    new ListedDeliveries(parts, filter, page),
  ]
  return inTurns(walks, page.limit)
}

async function inTurns(
  walks: readonly PageWalk[],
  limit: number,
  turnsMax = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const found = walks.map((): string[] => [])
  for (let turn = 0; turn < turnsMax; turn++) {
    for (const [index, walk] of walks.entries()) {
      const page = found[index] ?? []
      const ids = await walk.next(turn)
      if (ids !== null) page.push(...ids)
      if (ids === null || page.length >= limit) return page.slice(0, limit)
    }
  }
  return found[0] ?? []
}

class LeadsOfIndex implements PageWalk {
  readonly #parts: Parts
  readonly #filter: Omit<LeadFilter, 'q'>
  readonly #index: IndexWalk
  readonly #limit: number

  constructor(parts: Parts, { q, ...filter }: LeadFilter & { q: string }, page: Page) {
    this.#parts = parts
    this.#filter = filter
    this.#limit = page.limit
    this.#index = new IndexWalk(parts, { q, chatbotId: filter.chatbotId, ...rangeOf(filter, page) })
  }

  async next(turn: number): Promise<string[] | null> {
    const found = await this.#index.next(grown(CHUNK_MIN, CHUNK_MAX, turn))
    if (found === null) return null
    const ids = found.map((lead) => `lead_${lead}000`)
    const asked = { ...this.#filter, ids }
    return idsOf(this.#parts, leads(this.#parts.db, asked, { limit: this.#limit, after: null }))
  }
}

class ListedLeads implements PageWalk {
  readonly #parts: Parts
  readonly #filter: Omit<LeadFilter, 'q'>
  readonly #q: string
  #after: string | null | undefined

  constructor(parts: Parts, { q, ...filter }: LeadFilter & { q: string }, { after }: Page) {
    this.#parts = parts
    this.#filter = filter
    this.#q = q
    this.#after = after
  }

  async next(turn: number): Promise<string[] | null> {
    if (this.#after === undefined) return null
    const { db } = this.#parts
    const chunk = grown(LISTED_MIN, LISTED_MAX, turn)
    const list = leads(db, this.#filter, { limit: chunk, after: this.#after })
    const ids = await idsOf(this.#parts, list)
    this.#after = ids.length < chunk ? undefined : ids.at(-1)
    const of = await foundAmong(this.#parts, this.#q, ids)
    return ids.filter((id) => of.has(id))
  }
}

class DeliveriesOfIndex implements PageWalk {
  readonly #parts: Parts
  readonly #filter: Omit<DeliveryFilter, 'q'>
  readonly #index: IndexWalk
  readonly #page: Page

  constructor(parts: Parts, { q, ...filter }: DeliveryFilter & { q: string }, page: Page) {
    this.#parts = parts
    this.#filter = filter
    this.#page = page
    this.#index = new IndexWalk(parts, { q, chatbotId: filter.chatbotId, ...rangeOf(filter, page) })
  }

  async next(turn: number): Promise<string[] | null> {
    const found = await this.#index.next(grown(CHUNK_MIN, CHUNK_MAX, turn))
    if (found === null) return null
    return idsOf(
      this.#parts,
      listDeliveries(this.#parts.db, { ...this.#filter, ofLeads: found }, this.#page),
    )
  }
}

class ListedDeliveries implements PageWalk {
  readonly #parts: Parts
  readonly #filter: Omit<DeliveryFilter, 'q'>
  readonly #q: string
  #after: string | null | undefined

  constructor(parts: Parts, { q, ...filter }: DeliveryFilter & { q: string }, { after }: Page) {
    this.#parts = parts
    this.#filter = filter
    this.#q = q
    this.#after = after
  }

  async next(turn: number): Promise<string[] | null> {
    if (this.#after === undefined) return null
    const { db } = this.#parts
    const chunk = grown(LISTED_MIN, LISTED_MAX, turn)
    const list = listDeliveries(db, this.#filter, { limit: chunk, after: this.#after })
    const ids = await idsOf(this.#parts, list)
    this.#after = ids.length < chunk ? undefined : ids.at(-1)
    const leadOf = (id: string) => `lead_${id.slice(4, 27)}000`
    const of = await foundAmong(this.#parts, this.#q, [...new Set(ids.map(leadOf))])
    return ids.filter((id) => of.has(leadOf(id)))
  }
}

/** Those of these leads that are found. */
async function foundAmong(parts: Parts, q: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const sought = soughtIn(q)
  const [rows] = await parts.run([peopleOf(parts.db, ids).compile(parts.db)])
  const people = (rows ?? []) as (PersonRow & { id: string; conversation_id: string })[]
  const found = people.filter((row) => row.conversation_id === q || matches(personOf(row), sought))
  return new Set(found.map(({ id }) => id))
}

export function peopleOf(db: Builder, ids: readonly string[]) {
  return sql`SELECT id, conversation_id, ${PERSON_COLUMNS} FROM leads WHERE ${isListed(db, 'id', ids)}`
}

async function idsOf({ run }: Parts, list: Compilable): Promise<string[]> {
  const { sql: text, parameters } = list.compile()
  const [rows] = await run([
    { sql: `SELECT id FROM (${text}) AS listed ORDER BY id DESC`, parameters },
  ])
  return ((rows ?? []) as { id: string }[]).map(({ id }) => id)
}

/** Where in the index the page's leads lie. Of one lead other deliveries may follow the page before. */
function rangeOf(filter: { from?: number; to?: number }, { after }: Page) {
  const { floor, ceiling } = idRange('lead', filter, { after: null })
  const end = after === null ? AFTER_SHARED : `${after.slice(after.indexOf('_') + 1, -3)}`
  const isLead = after?.startsWith('lead_') ?? false
  const before = after === null ? AFTER_SHARED : isLead ? end : end + AFTER_SHARED
  const bound = ceiling.startsWith('lead_') ? sharedOf(ceiling) : AFTER_SHARED
  return {
    floor: floor === '' ? '' : sharedOf(floor),
    ceiling: before < bound ? before : bound,
  }
}
