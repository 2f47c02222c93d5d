/** The search index: what was accepted is put into it later, and taken out with its lead. */
import { type Person, termsOf } from '../../reading/searching/terms.ts'
import {
  type BucketRow,
  LOOKED_AT,
  placeLeads,
  sharedOf,
  shelfOf,
} from '../../rules/search-buckets.ts'
import type { Core } from '../core.ts'

interface PendingRow {
  lead: string
  /** Null: it was erased, or its chatbot was. */
  chatbot_id: string | null
  customer_name: string
  customer_email: string
  customer_phone: string
}

/** Up to `limit` leads, the oldest first; how many. */
export function indexLeads(
  core: Core,
  { limit, bucketLeads }: { limit: number; bucketLeads: number },
): { moved: number } {
  const pending = core.all<PendingRow>(PENDING, limit)
  if (pending.length === 0) return { moved: 0 }
  const found = pending.flatMap(({ chatbot_id, ...row }) =>
    chatbot_id === null ? [] : [{ ...row, shelf: shelfOf(chatbot_id) }],
  )
  const shelves = [...new Set(found.map(({ shelf }) => shelf))]
  const { buckets, made, changed } = placeLeads({
    leads: found,
    newest: shelves.flatMap((shelf) => core.get<BucketRow>(NEWEST, shelf) ?? []),
    bucketLeads,
    nextBucket: core.one<{ next: number }>(NEXT_BUCKET).next,
    older: ({ lead, shelf }) => bucketOf(core, lead, shelf),
  })
  for (const { bucket, shelf, first_lead, last_lead, lead_count } of made) {
    core.run(ADD_BUCKET, bucket, shelf, first_lead, last_lead, lead_count)
  }
  for (const { bucket, last_lead, lead_count } of changed) {
    core.run(CHANGE_BUCKET, last_lead, lead_count, bucket)
  }
  const entries = found.flatMap((row, index) =>
    termsOf(personOf(row)).map((term) => ({ bucket: buckets[index] ?? 0, term, lead: row.lead })),
  )
  // In the index's order: neighbours share pages.
  entries.sort((a, b) => a.bucket - b.bucket || (a.term < b.term ? -1 : 1))
  for (const { bucket, term, lead } of entries) core.run(ADD_ENTRY, bucket, term, lead)
  core.run(FORGET_PENDING, JSON.stringify(pending.map(({ lead }) => lead)))
  return { moved: pending.length }
}

/** With its lead, in the same commit. */
export function forgetLead(core: Core, { id, chatbot_id, ...row }: ForgottenLead): void {
  const lead = sharedOf(id)
  core.run(FORGET_PENDING, JSON.stringify([lead]))
  const bucket = bucketOf(core, lead, shelfOf(chatbot_id))
  for (const term of termsOf(personOf(row))) core.run(FORGET_ENTRY, bucket, term, lead)
}

export interface ForgottenLead {
  id: string
  chatbot_id: string
  customer_name: string
  customer_email: string
  customer_phone: string
}

/** 0: there is none yet. */
function bucketOf(core: Core, lead: string, shelf: number): number {
  return core.get<BucketRow>(BUCKET_OF, shelf, lead)?.bucket ?? 0
}

function personOf(row: Omit<ForgottenLead, 'id' | 'chatbot_id'>): Person {
  return {
    customerName: row.customer_name,
    customerEmail: row.customer_email,
    customerPhone: row.customer_phone,
  }
}

const PENDING = `SELECT pending.lead, chatbot_id, substr(customer_name, 1, ${LOOKED_AT}) AS customer_name,
    customer_email, customer_phone
  FROM (SELECT lead FROM search_pending ORDER BY lead LIMIT ?) AS pending
    LEFT JOIN leads ON leads.id = 'lead_' || pending.lead || '000'
  ORDER BY pending.lead`
const NEWEST = 'SELECT * FROM search_buckets WHERE shelf = ? ORDER BY first_lead DESC LIMIT 1'
const NEXT_BUCKET = 'SELECT coalesce(max(bucket), 0) + 1 AS next FROM search_buckets'
const BUCKET_OF = `SELECT * FROM search_buckets WHERE shelf = ? AND first_lead <= ?
  ORDER BY first_lead DESC LIMIT 1`
const ADD_BUCKET = `INSERT INTO search_buckets (bucket, shelf, first_lead, last_lead, lead_count)
  VALUES (?, ?, ?, ?, ?)`
const CHANGE_BUCKET = 'UPDATE search_buckets SET last_lead = ?, lead_count = ? WHERE bucket = ?'
const ADD_ENTRY = `INSERT INTO search_entries (bucket, term, lead) VALUES (?, ?, ?)
  ON CONFLICT DO NOTHING`
const FORGET_ENTRY = 'DELETE FROM search_entries WHERE bucket = ? AND term = ? AND lead = ?'
const FORGET_PENDING = 'DELETE FROM search_pending WHERE lead IN (SELECT value FROM json_each(?))'
