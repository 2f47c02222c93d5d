/**
 * What is over lies in partitions by id, which is by the time of its creation, so that most of the past
 * is dropped and not deleted (docs/decisions/0048-the-past-is-dropped.md). Upkeep makes them ahead and
 * drops them; what is in none of their spans is in the default partition, and deleted row by row.
 *
 * A lock that keeps everybody else out is waited for only so long as nobody notices: whoever is in the
 * way, such as an open export, is left alone, and it is tried again with the next step of upkeep.
 */
import pg from 'pg'
import { StoreUnavailable } from '../../errors.ts'
import { ID_SLACK_MS, type IdKind, idFloor } from '../../id.ts'
import type { Database } from './connection/database.ts'
import { array } from './connection/parameters.ts'
import type { Transaction } from './connection/transaction.ts'

/** From `from` up to but without `to`, in the time of ids. */
interface Span {
  from: number
  to: number
}

/** Of deliveries. */
type IdRange = [floor: string, ceiling: string]

const PARTITIONED = { events: 'event', finished: 'delivery', attempts: 'delivery' } as const
type Partitioned = keyof typeof PARTITIONED

const HOUR_MS = 3_600_000
/** Spans of a retention: by so much of it at most the oldest stay longer. */
const SPANS = 16
/** Rows that outlive their span and are moved out of it while everybody waits: some ten milliseconds. */
const SURVIVORS_MAX = 2_000
const LOCK_WAIT_MS = 100
/**
 * A step with its locks, which is as long as the default partition is large: it is looked through when
 * one is made. Less than others wait for a lock, so that none of them is refused.
 */
const STEP_MAX_MS = 3_000
/** After one that took too long. */
const REST_MS = HOUR_MS
/** Ours alone: the bytes of "chatpart". One node at a time. */
const LOCK_KEY = BigInt(`0x${Buffer.from('chatpart').toString('hex')}`).toString()

/** On the database's clock: until when a store's partitions are left as they are. */
const restsUntil = new WeakMap<Database, number>()

function spanOf(retentionMs: number): number {
  return Math.max(1, Math.ceil(retentionMs / SPANS / HOUR_MS)) * HOUR_MS
}

/** Makes what will be needed, drops one that is over. `dropped`: there may be another. */
export async function tendPartitions(
  database: Database,
  retentionMs: number,
): Promise<{ dropped: boolean }> {
  const rests = (restsUntil.get(database) ?? 0) > database.nowMs
  if (rests) return { dropped: false }
  try {
    return await database.transact((tx) => tend(tx, retentionMs))
  } catch (error) {
    // Tried again with each step, it would keep lists waiting for most of the time.
    if (!isTooLong(error)) throw error
    restsUntil.set(database, database.nowMs + REST_MS)
    return { dropped: false }
  }
}

async function tend(tx: Transaction, retentionMs: number): Promise<{ dropped: boolean }> {
  const [lock] = await tx.query<{ free: boolean }>(TRY_LOCK)
  if (!lock?.free) return { dropped: false }
  await tx.control(`SET LOCAL statement_timeout = ${STEP_MAX_MS}`)
  const spans = await readSpans(tx)
  await makeAhead(tx, spans, spanOf(retentionMs))
  const before = Math.round(tx.now - retentionMs)
  for (const span of spans) {
    if (!isOver(span, before) || (await survivors(tx, span, before)) > SURVIVORS_MAX) continue
    return { dropped: await unlessLocked(tx, () => drop(tx, span, before)) }
  }
  return { dropped: false }
}

/**
 * Where what finished before `before` is deleted row by row, besides the default partition: ranges of
 * ids of all but those partitions that will be dropped soon enough. `events`: the table of those that no
 * delivery takes along.
 */
export async function rowsToPrune(
  tx: Transaction,
  { before, retentionMs }: { before: number; retentionMs: number },
): Promise<{ ranges: IdRange[]; events: string }> {
  const spans = await readSpans(tx)
  const isLong = ({ from, to }: Span) => to - from > (2 * retentionMs) / SPANS
  // What is over and still there has too many that outlive it, or somebody was in the way.
  const lingering = spans.filter((span) => isLong(span) || isOver(span, before))
  return {
    ranges: lingering.map(idsOf),
    events: spans.some(isLong) ? 'events' : 'events_default',
  }
}

/** Oldest first. */
async function readSpans(tx: Transaction): Promise<Span[]> {
  const rows = await tx.query<{ name: string }>(PARTITIONS)
  const spans = rows.flatMap(({ name }) => {
    const [, from, to] = /^finished_(\d+)_(\d+)$/.exec(name) ?? []
    return from && to ? [{ from: Number(from), to: Number(to) }] : []
  })
  return spans.sort((a, b) => a.from - b.from)
}

function isOver({ to }: Span, before: number): boolean {
  return to + ID_SLACK_MS <= before
}

/** There is always one whole span ahead. What lies in the default partition already stays there. */
async function makeAhead(tx: Transaction, spans: Span[], spanMs: number): Promise<void> {
  const newest = spans.at(-1)?.to ?? 0
  for (let from = Math.max(newest, tx.now + 1_000); from <= tx.now + spanMs; from += spanMs) {
    const span = { from, to: from + spanMs }
    if (!(await unlessLocked(tx, () => make(tx, span)))) return
  }
}

/** ATTACH: others go on reading and writing, but for what is in the default partition. */
async function make(tx: Transaction, span: Span): Promise<void> {
  for (const [table, kind] of Object.entries(PARTITIONED) as [Partitioned, IdKind][]) {
    const name = nameOf(table, span)
    const bounds = `FROM ('${idFloor(kind, span.from)}') TO ('${idFloor(kind, span.to)}')`
    await tx.control(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`)
    await tx.control(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES ${bounds}`)
  }
}

/**
 * What finished too late, and what belongs to deliveries that are unfinished, goes to the default
 * partition; the rest goes with its tables. Nobody writes meanwhile.
 */
async function drop(tx: Transaction, span: Span, before: number): Promise<void> {
  const names = Object.keys(PARTITIONED).map((table) => [table, nameOf(table, span)] as const)
  for (const [table, name] of names) {
    await tx.control(`ALTER TABLE ${table} DETACH PARTITION ${name}`)
  }
  const [finished, attempts, events] = (['finished', 'attempts', 'events'] as const).map((table) =>
    nameOf(table, span),
  )
  const range = idsOf(span)
  const kept = await tx.control<{ id: string }>(keptIn(span), [...range, before])
  const ids = array(kept.map(({ id }) => id))
  // Unprepared: the table is gone with this transaction.
  await tx.control(`INSERT INTO finished SELECT * FROM ${finished} WHERE finished_at >= ${before}`)
  await tx.control(
    `INSERT INTO attempts SELECT * FROM ${attempts} WHERE delivery_id = ANY($1::text[])`,
    [ids],
  )
  await tx.control(
    `INSERT INTO events SELECT * FROM ${events} WHERE id = ANY(ARRAY(
      SELECT 'evt_' || substr(kept, 5, 23) || '000' FROM unnest($1::text[]) AS kept))`,
    [ids],
  )
  await tx.control(`DROP TABLE ${names.map(([, name]) => name).join(', ')}`)
}

/** How many deliveries outlive it, or one more than may. */
async function survivors(tx: Transaction, span: Span, before: number): Promise<number> {
  const range = idsOf(span)
  const sql = `SELECT count(*) AS count FROM (${keptIn(span)} LIMIT ${SURVIVORS_MAX + 1}) AS kept`
  const [row] = await tx.control<{ count: number }>(sql, [...range, before])
  return Number(row?.count)
}

const keptIn = (span: Span) => `SELECT id FROM waiting WHERE id >= $1 AND id < $2
  UNION ALL SELECT id FROM claimed WHERE id >= $1 AND id < $2
  UNION ALL SELECT id FROM ${nameOf('finished', span)} WHERE finished_at >= $3::bigint`

/** False: somebody is in the way, and nothing was done. */
async function unlessLocked(tx: Transaction, work: () => Promise<void>): Promise<boolean> {
  await tx.control(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`)
  await tx.control('SAVEPOINT before')
  try {
    await work()
    return true
  } catch (error) {
    // Or rows of that time lie in the default partition already: a clock that is ahead.
    if (!(error instanceof pg.DatabaseError && /^(55P03|40P01|23514)$/.test(error.code ?? ''))) {
      throw error
    }
    await tx.control('ROLLBACK TO SAVEPOINT before')
    return false
  }
}

/** By `statement_timeout`, or by somebody who saw what it keeps waiting. */
function isTooLong(error: unknown): boolean {
  const reason = error instanceof StoreUnavailable ? error.cause : error
  return reason instanceof pg.DatabaseError && reason.code === '57014'
}

function idsOf({ from, to }: Span): IdRange {
  return [idFloor('delivery', from), idFloor('delivery', to)]
}

function nameOf(table: string, { from, to }: Span): string {
  return `${table}_${from}_${to}`
}

const TRY_LOCK = `SELECT pg_try_advisory_xact_lock(${LOCK_KEY}) AS free`
const PARTITIONS = `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'finished'::regclass`
