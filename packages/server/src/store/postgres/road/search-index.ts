/** The search index: what was accepted is put into it later, and taken out with its lead. */
import { type Person, termsOf } from '../../reading/searching/terms.ts'
import {
  type BucketRow,
  LOOKED_AT,
  placeLeads,
  sharedOf,
  shelfOf,
} from '../../rules/search-buckets.ts'
import { array, column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'

interface PendingRow {
  lead: string
  /** Null: it was erased, or its chatbot was. */
  chatbot_id: string | null
  customer_name: string
  customer_email: string
  customer_phone: string
}

/** Up to `limit` leads, the oldest first; how many. One node at a time: others find nothing to do. */
export async function indexLeads(
  tx: Transaction,
  { limit, bucketLeads }: { limit: number; bucketLeads: number },
): Promise<{ moved: number }> {
  const [turn] = await tx.query<{ taken: boolean }>(TAKE_TURN)
  if (!turn?.taken) return { moved: 0 }
  const pending = await tx.query<PendingRow>(PENDING, [limit])
  if (pending.length === 0) return { moved: 0 }
  const found = pending.flatMap(({ chatbot_id, ...row }) =>
    chatbot_id === null ? [] : [{ ...row, shelf: shelfOf(chatbot_id) }],
  )
  const shelves = [...new Set(found.map(({ shelf }) => shelf))]
  const newest = await tx.query<BucketRow>(NEWEST, [array(shelves)])
  const [next] = await tx.query<{ next: number }>(NEXT_BUCKET)
  const firstOf = new Map(newest.map((row) => [row.shelf, row.first_lead]))
  const late = found.filter(({ lead, shelf }) => lead < (firstOf.get(shelf) ?? ''))
  const lateBuckets = new Map((await bucketsOf(tx, late)).map(({ lead, bucket }) => [lead, bucket]))
  const { buckets, made, changed } = placeLeads({
    leads: found,
    newest,
    bucketLeads,
    nextBucket: next?.next ?? 1,
    older: ({ lead }) => lateBuckets.get(lead) ?? 0,
  })
  if (made.length + changed.length > 0) {
    const rows = [...made, ...changed]
    tx.send(KEEP_BUCKETS, [
      column(rows, (row) => row.bucket),
      column(rows, (row) => row.shelf),
      column(rows, (row) => row.first_lead),
      column(rows, (row) => row.last_lead),
      column(rows, (row) => row.lead_count),
    ])
  }
  const entries = found.flatMap((row, index) =>
    termsOf(personOf(row)).map((term) => ({ bucket: buckets[index] ?? 0, term, lead: row.lead })),
  )
  // In the index's order: neighbours share pages.
  entries.sort((a, b) => a.bucket - b.bucket || (a.term < b.term ? -1 : 1))
  tx.send(ADD_ENTRIES, [
    column(entries, (entry) => entry.bucket),
    column(entries, (entry) => entry.term),
    column(entries, (entry) => entry.lead),
  ])
  tx.send(FORGET_PENDING, [column(pending, ({ lead }) => lead)])
  return { moved: pending.length }
}

export interface ForgottenLead {
  id: string
  chatbot_id: string
  customer_name: string
  customer_email: string
  customer_phone: string
}

/**
 * With their leads, in the same commit. Who puts them into the index right now holds their rows of
 * `search_pending`: that is waited for first, and only then is what it wrote taken out.
 */
export async function forgetLeads(tx: Transaction, rows: readonly ForgottenLead[]): Promise<void> {
  await tx.query(FORGET_PENDING, [column(rows, ({ id }) => sharedOf(id))])
  const leads = rows.map((row) => ({
    ...row,
    lead: sharedOf(row.id),
    shelf: shelfOf(row.chatbot_id),
  }))
  const buckets = new Map((await bucketsOf(tx, leads)).map(({ lead, bucket }) => [lead, bucket]))
  const entries = leads.flatMap((row) => {
    const bucket = buckets.get(row.lead)
    if (bucket === undefined) return []
    return termsOf(personOf(row)).map((term) => ({ bucket, term, lead: row.lead }))
  })
  if (entries.length === 0) return
  tx.send(FORGET_ENTRIES, [
    column(entries, (entry) => entry.bucket),
    column(entries, (entry) => entry.term),
    column(entries, (entry) => entry.lead),
  ])
}

async function bucketsOf(tx: Transaction, leads: readonly { lead: string; shelf: number }[]) {
  if (leads.length === 0) return []
  return tx.query<{ lead: string; bucket: number }>(BUCKETS_OF, [
    column(leads, ({ lead }) => lead),
    column(leads, ({ shelf }) => shelf),
  ])
}

function personOf(row: Omit<ForgottenLead, 'id' | 'chatbot_id'>): Person {
  return {
    customerName: row.customer_name,
    customerEmail: row.customer_email,
    customerPhone: row.customer_phone,
  }
}

/** Ours alone, in a database that other programs may share: the bytes of "czsearch". */
const LOCK_KEY = BigInt(`0x${Buffer.from('czsearch').toString('hex')}`).toString()
const TAKE_TURN = `SELECT pg_try_advisory_xact_lock(${LOCK_KEY}) AS taken`
const PENDING = `WITH pending AS (SELECT lead FROM search_pending ORDER BY lead LIMIT $1 FOR UPDATE)
  SELECT pending.lead, chatbot_id, substr(customer_name, 1, ${LOOKED_AT}) AS customer_name,
    customer_email, customer_phone
  FROM pending LEFT JOIN leads ON leads.id = 'lead_' || pending.lead || '000' COLLATE "C"
  ORDER BY pending.lead`
const NEWEST = `SELECT newest.* FROM unnest($1::integer[]) AS asked (shelf)
  CROSS JOIN LATERAL (SELECT * FROM search_buckets WHERE search_buckets.shelf = asked.shelf
    ORDER BY first_lead DESC LIMIT 1) AS newest`
const NEXT_BUCKET = 'SELECT coalesce(max(bucket), 0) + 1 AS next FROM search_buckets'
const BUCKETS_OF = `SELECT asked.lead, found.bucket
  FROM unnest($1::text[], $2::integer[]) AS asked (lead, shelf)
  CROSS JOIN LATERAL (SELECT bucket FROM search_buckets
    WHERE search_buckets.shelf = asked.shelf AND first_lead <= asked.lead COLLATE "C"
    ORDER BY first_lead DESC LIMIT 1) AS found`
const KEEP_BUCKETS = `INSERT INTO search_buckets (bucket, shelf, first_lead, last_lead, lead_count)
  SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::integer[])
  ON CONFLICT (bucket) DO UPDATE SET last_lead = excluded.last_lead, lead_count = excluded.lead_count`
const ADD_ENTRIES = `INSERT INTO search_entries (bucket, term, lead)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`
const FORGET_ENTRIES = `DELETE FROM search_entries AS entry
  USING unnest($1::bigint[], $2::text[], $3::text[]) AS gone (bucket, term, lead)
  WHERE entry.bucket = gone.bucket AND entry.term = gone.term COLLATE "C"
    AND entry.lead = gone.lead COLLATE "C"`
const FORGET_PENDING = `DELETE FROM search_pending WHERE lead = ANY($1::text[])`
