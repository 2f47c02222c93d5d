/**
 * Claiming what is due: all lanes that are asked for in one statement, which is its own transaction.
 * Rows that another node is claiming at this moment are skipped, not waited for.
 */
import type { DeliveryKind } from '../../delivery.ts'
import type { Claim, ClaimResult, LaneWaiting } from '../store.ts'
import type { Database } from './database.ts'
import { column } from './parameters.ts'

export interface ClaimInput {
  nodeId: string
  lanes: { webhookId: string; limit: number }[]
}

/** One row for each claim; one with a null id for a lane without any. */
interface ClaimRow {
  webhook_id: string
  left_in_ms: number | null
  id: string | null
  event_id: string
  chatbot_id: string
  event_type: string
  payload: string
  kind: DeliveryKind
  attempt_count: number
  series_attempts: number
}

/** Calls that may share a statement: of one node, and no lane twice. */
export function fitsClaims(batch: readonly ClaimInput[], { nodeId, lanes }: ClaimInput): boolean {
  const taken = new Set(batch.flatMap((input) => input.lanes.map((lane) => lane.webhookId)))
  return (
    batch.every((input) => input.nodeId === nodeId) &&
    lanes.every((lane) => !taken.has(lane.webhookId))
  )
}

export async function claimAll(database: Database, inputs: ClaimInput[]): Promise<ClaimResult[]> {
  const lanes = inputs.flatMap((input) => input.lanes)
  const nodeId = inputs[0]?.nodeId ?? ''
  const rows = await database.query<ClaimRow>(CLAIM, [
    nodeId,
    column(lanes, (lane) => lane.webhookId),
    column(lanes, (lane) => lane.limit),
  ])
  const byWebhook = Map.groupBy(rows, (row) => row.webhook_id)
  return inputs.map((input) => {
    const found = input.lanes.flatMap((lane) => byWebhook.get(lane.webhookId) ?? [])
    return {
      claims: found.flatMap(toClaim),
      left: input.lanes.map(({ webhookId }) => {
        const [first] = byWebhook.get(webhookId) ?? []
        return { webhookId, dueInMs: first?.left_in_ms ?? null }
      }),
    }
  })
}

function toClaim(row: ClaimRow): Claim[] {
  if (row.id === null) return []
  return [
    {
      deliveryId: row.id,
      eventId: row.event_id,
      webhookId: row.webhook_id,
      chatbotId: row.chatbot_id,
      eventType: row.event_type,
      payload: row.payload,
      kind: row.kind,
      attemptNumber: row.attempt_count + 1,
      seriesAttempts: row.series_attempts,
    },
  ]
}

export function lanesWaiting(database: Database): Promise<LaneWaiting[]> {
  return database.query<LaneWaiting>(LANES_WAITING)
}

/**
 * The clock is read in a subquery, once: a volatile function in the condition itself would keep the
 * index from being used, and be called for every row. `left_in_ms` is found past what was just
 * claimed, in the state from before the statement; what another node is claiming at this moment may
 * count as left. MATERIALIZED: it would be looked for again with each row of the answer. ARRAY and
 * the subquery for the payload: each row is looked up by its id, however large the backlog is.
 */
const CLAIM = `WITH world AS MATERIALIZED (SELECT chatzuri_now() AS now,
    EXISTS (SELECT 1 FROM nodes WHERE id = $1 AND lease_until > chatzuri_now()) AS live),
  lane AS MATERIALIZED (SELECT asked.webhook_id, asked.most, asked.n
    FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS asked (webhook_id, most, n)
    JOIN webhooks w ON w.id = asked.webhook_id AND w.state = 'active'
      AND (w.listener_id IS NULL OR w.listener_id = $1)),
  found AS MATERIALIZED (SELECT due.id, lane.n FROM lane CROSS JOIN LATERAL (
    SELECT d.id FROM deliveries d
    WHERE d.webhook_id = lane.webhook_id AND d.state = 'pending' AND d.claimed_by IS NULL
      AND d.due_at <= (SELECT now FROM world) AND (SELECT live FROM world)
    ORDER BY d.due_at, d.id LIMIT lane.most FOR UPDATE SKIP LOCKED) due),
  claimed AS (UPDATE deliveries SET claimed_by = $1 WHERE id = ANY(ARRAY(SELECT id FROM found))
    RETURNING id, event_id, webhook_id, chatbot_id, event_type, kind, attempt_count,
      series_attempts, due_at),
  remaining AS MATERIALIZED (SELECT lane.webhook_id, (SELECT d.due_at FROM deliveries d
    WHERE d.webhook_id = lane.webhook_id AND d.state = 'pending' AND d.claimed_by IS NULL
    ORDER BY d.due_at, d.id LIMIT 1 OFFSET (SELECT count(*) FROM found WHERE found.n = lane.n)
    ) - (SELECT now FROM world) AS left_in_ms FROM lane)
  SELECT r.webhook_id, r.left_in_ms, c.id, c.event_id, c.chatbot_id, c.event_type, c.kind,
    c.attempt_count, c.series_attempts,
    (SELECT e.payload FROM events e WHERE e.id = c.event_id) AS payload
  FROM remaining r LEFT JOIN claimed c ON c.webhook_id = r.webhook_id
  ORDER BY c.due_at, c.id`

/** By jumps from webhook to webhook in the index of what may be claimed, however much waits there. */
const LANES_WAITING = `WITH RECURSIVE lane (webhook_id) AS (
    SELECT min(webhook_id) FROM deliveries WHERE state = 'pending' AND claimed_by IS NULL
    UNION ALL
    SELECT (SELECT min(webhook_id) FROM deliveries
      WHERE state = 'pending' AND claimed_by IS NULL AND webhook_id > lane.webhook_id)
    FROM lane WHERE lane.webhook_id IS NOT NULL
  )
  SELECT lane.webhook_id AS "webhookId", (SELECT d.due_at FROM deliveries d
    WHERE d.state = 'pending' AND d.claimed_by IS NULL AND d.webhook_id = lane.webhook_id
    ORDER BY d.due_at LIMIT 1) - chatzuri_now() AS "dueInMs"
  FROM lane JOIN webhooks w ON w.id = lane.webhook_id
  WHERE w.state = 'active' AND w.listener_id IS NULL`
