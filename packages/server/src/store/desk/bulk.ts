/**
 * What is done with many deliveries, or with earlier events, at once. It is noted, and then walked in
 * small steps by whichever node comes by: each reads a piece of the list where lists are read, and acts
 * on it in one commit with how far it has come. So it survives a kill at any moment, and nothing of it
 * is done twice.
 */
import { soleType, spellingOf } from '../../subscription.ts'
import type { BulkFilter, Desk, NewAuditEntry, NewBulk } from '../desk.ts'
import { toBulk } from '../reading/bulks.ts'
import { deliveriesOfEvents, deliveryIds, eventsOfList, findWebhookRow } from '../reading/reads.ts'
import { type BulkRow, toWebhook } from '../reading/rows.ts'
import { sharedOf } from '../rules/search-buckets.ts'
import { passing } from './judge-earlier.ts'
import { madeRow, onceRecord } from './once.ts'
import type { BulkValues } from './operations/bulk.ts'
import type { DeskParts } from './parts.ts'

/** Of the column: all events pass. */
const NO_FILTER = 'null'
/** Of a step: what one commit moves. */
const STEP_ITEMS = 100
/** Counted so far; what is beyond is told as more. */
const BULK_COUNTED_MAX = 10_000
const COUNT_ITEMS = 500
/** Looked at for a count, or for a step: a webhook may have got nearly all of a million. */
const COUNT_PIECES = 400
const STEP_PIECES = 20

export function bulkDesk(parts: DeskParts) {
  const { calls } = parts
  return {
    createBulk: (bulk, audit) => createBulk(parts, bulk, audit),
    stopBulk: async (id, audit) => {
      const row = await calls.stopBulk(id, audit)
      return row === null ? null : toBulk(row)
    },
    continueBulk: (room) => continueBulk(parts, room),
    async getBulk(id) {
      const query = parts.db.selectFrom('bulk_actions').selectAll().where('id', '=', id)
      const [found] = await parts.runSoon([query.compile()])
      const [row] = found as BulkRow[]
      return row ? toBulk(row) : null
    },
  } satisfies Partial<Desk>
}

async function createBulk(
  parts: DeskParts,
  { id, kind, chatbotId, webhookId, filter, dryRun, once }: NewBulk,
  audit?: NewAuditEntry,
): ReturnType<Desk['createBulk']> {
  const now = await parts.calls.readClock(null)
  // What comes from now on is no part of it.
  const until = Math.min(filter.to ?? Number.POSITIVE_INFINITY, now + 1)
  const bounded = { ...filter, to: until }
  const shown = { id, kind, chatbotId, webhookId }
  const counted = await count(parts, { ...shown, filter: bounded })
  if (dryRun) {
    const made = { done: 0, skipped: 0, stopped: false, createdAt: now, finishedAt: null }
    return { ...shown, ...counted, ...made }
  }
  const values: BulkValues = {
    ...shown,
    filter: JSON.stringify(bounded),
    total: counted.total,
    more: counted.more ? 1 : 0,
    once: onceRecord(parts, once),
  }
  const made = madeRow(await parts.calls.createBulk(values, audit))
  return typeof made === 'string' ? made : toBulk(made)
}

type Walked = Pick<NewBulk, 'kind' | 'chatbotId' | 'webhookId' | 'filter'>

async function count(parts: DeskParts, walked: Walked): Promise<{ total: number; more: boolean }> {
  let total = 0
  let cursor = ''
  for (let pieces = 0; pieces < COUNT_PIECES && total < BULK_COUNTED_MAX; pieces++) {
    const piece = await pieceOf(parts, walked, { cursor, limit: COUNT_ITEMS })
    total += piece.items.length
    if (piece.next === null) return { total, more: false }
    cursor = piece.next
  }
  return { total: Math.min(total, BULK_COUNTED_MAX), more: true }
}

async function continueBulk(
  parts: DeskParts,
  room: () => Promise<number>,
): ReturnType<Desk['continueBulk']> {
  const row = await parts.calls.nextBulk(null)
  if (row === null) return { moved: 0, isHeld: false }
  const { id, kind, cursor: from } = row
  // What comes in goes before what is sent once more.
  const limit = kind === 'cancel' ? STEP_ITEMS : Math.min(STEP_ITEMS, await room())
  if (limit < 1) return { moved: 0, isHeld: true }
  const filter = JSON.parse(row.filter) as BulkFilter // written above
  const walked = { kind, chatbotId: row.chatbot_id, webhookId: row.webhook_id, filter }
  let { items, next } = await pieceOf(parts, walked, { cursor: from, limit })
  for (let pieces = 1; pieces < STEP_PIECES && items.length === 0 && next !== null; pieces++) {
    ;({ items, next } = await pieceOf(parts, walked, { cursor: next, limit }))
  }
  const step = { id, kind, webhookId: row.webhook_id, from, to: next, items }
  await parts.calls.bulkStep(step)
  return { moved: Math.max(1, items.length), isHeld: false }
}

interface Piece {
  items: string[]
  /** Null: it is the last. */
  next: string | null
}

async function pieceOf(
  parts: DeskParts,
  walked: Walked,
  { cursor, limit }: { cursor: string; limit: number },
): Promise<Piece> {
  const { kind, filter } = walked
  if (kind === 'backfill') return eventsOf(parts, walked, { cursor, limit })
  const { ids, eventTypes: _, ...others } = filter
  if (ids !== undefined) {
    const left = [...ids]
      .sort()
      .reverse()
      .filter((id) => cursor === '' || id < cursor)
    const items = left.slice(0, limit)
    return { items, next: left.length > limit ? (items.at(-1) ?? null) : null }
  }
  const page = { limit, after: cursor === '' ? null : cursor }
  const items = await deliveryIds(parts, others, page)
  return { items, next: items.length < limit ? null : (items.at(-1) ?? null) }
}

/** Of what is older, deliveries may be pruned: nobody knows any more that it was sent. */
async function earliest({ calls }: DeskParts, { from = 0, keptMs }: BulkFilter): Promise<number> {
  return keptMs === undefined ? from : Math.max(from, (await calls.readClock(null)) - keptMs)
}

/** Events of the webhook's types that have no delivery to it, and are no tests of others. */
async function eventsOf(
  parts: DeskParts,
  { chatbotId, webhookId, filter }: Walked,
  { cursor, limit }: { cursor: string; limit: number },
): Promise<Piece> {
  const row = webhookId === null ? null : await findWebhookRow(parts, webhookId)
  if (!row) return { items: [], next: null }
  const subscribed = toWebhook(row, parts.encryption).eventTypes
  const entries = filter.eventTypes ?? subscribed
  const span = {
    ...(chatbotId !== null && { chatbotId }),
    from: await earliest(parts, filter),
    ...(filter.to !== undefined && { to: filter.to }),
  }
  const page = { limit, after: cursor === '' ? null : cursor }
  const eventType = soleType(entries)
  const typed = eventType === null ? span : { ...span, eventType }
  const found = await eventsOfList(parts, typed, page)
  const next = found.length < limit ? null : (found.at(-1)?.id ?? null)
  const asked = found
    .filter(({ eventType, erased }) => !erased && spellingOf(eventType, entries) !== null)
    .map(({ id }) => id)
  if (asked.length === 0) return { items: [], next }
  const shared = asked.map((id) => sharedOf(`lead_${id.slice(4)}`))
  const had = (await deliveriesOfEvents(parts, shared)).filter(
    ({ webhookId: to, kind }) => to === row.id || kind === 'test',
  )
  const gone = new Set(had.map(({ id }) => id.slice(4, 27)))
  const without = asked.filter((id) => !gone.has(id.slice(4, 27)))
  const wants = filter.ignoreFilter === true || row.filter === NO_FILTER ? null : row.filter
  const items = wants === null ? without : await passing(parts, without, wants)
  return { items, next }
}
