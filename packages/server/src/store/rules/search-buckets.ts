/**
 * Where in the search index a lead lies (docs/decisions/0058-an-index-in-buckets-of-age.md). The index
 * is cut into buckets of neighbours in the order of their ids, so that a search goes from the newest
 * to the oldest and stops when its page is full. Chatbots are spread over shelves, each with buckets of
 * its own: an owner's search passes by a sixteenth of what others have.
 */
import { assert } from '../../errors.ts'

const SHELVES = 16
/** Leads of one. What comes late, with an older id, lies in an older one all the same. */
export const BUCKET_LEADS = 8_192
/** Characters of each text that the index looks at (searching/terms.ts). */
export const LOOKED_AT = 2_000

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** By the end of its id, which is drawn. */
export function shelfOf(chatbotId: string): number {
  return Math.max(0, ALPHABET.indexOf(chatbotId.slice(-1))) % SHELVES
}

/** What a lead's id shares with those of its event and deliveries: its name in the index. */
export function sharedOf(leadId: string): string {
  return leadId.slice('lead_'.length, -'000'.length)
}

export interface BucketRow {
  bucket: number
  shelf: number
  /** The least that belongs to it. */
  first_lead: string
  /** The greatest that was put into it. */
  last_lead: string
  /** How many were put into it. */
  lead_count: number
}

interface Placing {
  /** Oldest first. */
  leads: readonly { lead: string; shelf: number }[]
  /** The newest of each shelf that has any. */
  newest: readonly BucketRow[]
  nextBucket: number
  /** `BUCKET_LEADS`, but in tests. */
  bucketLeads: number
  /** The bucket of one that is older than its shelf's newest. */
  older(lead: { lead: string; shelf: number }): number
}

interface Placed {
  /** Of each lead, in their order. */
  buckets: number[]
  made: BucketRow[]
  changed: BucketRow[]
}

export function placeLeads(placing: Placing): Placed {
  const { leads, newest, nextBucket, bucketLeads, older } = placing
  const open = new Map(newest.map((row) => [row.shelf, { ...row }]))
  const made: BucketRow[] = []
  const changed = new Set<BucketRow>()
  const buckets = leads.map(({ lead, shelf }) => {
    let row = open.get(shelf)
    if (row && lead < row.first_lead) return older({ lead, shelf })
    if (!row || (row.lead_count >= bucketLeads && lead > row.last_lead)) {
      // The first of a shelf takes whatever is older, too.
      const first = row ? lead : ''
      row = {
        bucket: nextBucket + made.length,
        shelf,
        first_lead: first,
        last_lead: lead,
        lead_count: 0,
      }
      made.push(row)
      open.set(shelf, row)
    }
    row.lead_count += 1
    if (lead > row.last_lead) row.last_lead = lead
    changed.add(row)
    return row.bucket
  })
  assert(buckets.length === leads.length, 'each lead has a bucket')
  return { buckets, made, changed: [...changed].filter((row) => !made.includes(row)) }
}
