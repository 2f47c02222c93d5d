/**
 * The buckets of webhooks' rates, which all nodes share. Rows are locked in the order of their ids,
 * and what is taken is on disk before it is used: a database that comes back gives nothing twice.
 */
import { type Starts, type StartsWanted, takeStarts as take } from '../../../rate.ts'
import { array, column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'

interface BucketRow {
  webhook_id: string
  empty_at: number
}

export async function takeStarts(
  tx: Transaction,
  wanted: ({ webhookId: string } & StartsWanted)[],
): Promise<Starts[]> {
  const ids = array([...new Set(wanted.map(({ webhookId }) => webhookId))].sort())
  tx.send(MAKE, [ids])
  const rows = await tx.query<BucketRow>(LOCK, [ids])
  const buckets = new Map(rows.map((row) => [row.webhook_id, row.empty_at]))
  const given = wanted.map(({ webhookId, ...want }) => {
    // Of a webhook that is gone there is none: what is left of it is not sent anyway.
    const { emptyAt, starts } = take(buckets.get(webhookId) ?? FULL, want, tx.now)
    buckets.set(webhookId, emptyAt)
    return starts
  })
  const all = [...buckets]
  tx.send(PUT, [column(all, ([id]) => id), column(all, ([, emptyAt]) => emptyAt)])
  return given
}

const FULL = Number.NEGATIVE_INFINITY
/** Of two nodes that make the same bucket, one waits here for the other. */
const MAKE = `INSERT INTO starts (webhook_id, empty_at)
  SELECT id, '-Infinity' FROM webhooks WHERE id = ANY($1::text[]) ORDER BY id
  ON CONFLICT DO NOTHING`
const LOCK = `SELECT webhook_id, empty_at FROM starts WHERE webhook_id = ANY($1::text[])
  ORDER BY webhook_id FOR NO KEY UPDATE`
const PUT = `UPDATE starts SET empty_at = taken.empty_at
  FROM unnest($1::text[], $2::double precision[]) AS taken (webhook_id, empty_at)
  WHERE starts.webhook_id = taken.webhook_id`
