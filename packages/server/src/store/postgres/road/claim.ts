/**
 * Claiming what is due: all lanes that are asked for in one statement, which is its own transaction.
 * Rows that another node is claiming at this moment are skipped, not waited for.
 */
import type { DeliveryKind } from '../../../delivery.ts'
import { eventIdOf } from '../../../id.ts'
import { payloadOfLead } from '../../reading/rows.ts'
import type { Claim, ClaimResult, LaneAsked } from '../../road.ts'
import { FRESH_FOR_MS, freshMax, PROBE_LOOK_MS } from '../../rules/rest.ts'
import type { Database } from '../connection/database.ts'
import { column } from '../connection/parameters.ts'
import { takeFound } from './rows.ts'
import { shapedOf } from './shaped.ts'

export interface ClaimInput {
  nodeId: string
  lanes: LaneAsked[]
}

/** One row for each claim; one with a null id for a lane without any. */
interface ClaimRow {
  webhook_id: string
  left_in_ms: number | null
  fresh: boolean | null
  resting: boolean
  id: string | null
  chatbot_id: string
  event_type: string
  /** Null: the event is a lead, and its payload is a function of the columns that follow. */
  payload: string | null
  conversation_id: string
  customer_email: string
  customer_name: string
  customer_phone: string
  kind: DeliveryKind
  attempt_count: number
  series_attempts: number
  shape: string | null
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
    column(lanes, freshMax),
  ])
  const byWebhook = Map.groupBy(rows, (row) => row.webhook_id)
  const resting = rows.flatMap((row) => (row.resting ? [row.webhook_id] : []))
  const probes = resting.length > 0 ? await claimProbes(database, nodeId, resting, lanes) : null
  const shaped = await shapedOf(database, [...rows, ...(probes?.values() ?? [])].filter(isClaimed))
  const withShape = (claim: Claim): Claim => {
    const own = shaped.get(claim.deliveryId)
    return own ? { ...claim, shaped: own } : claim
  }
  return inputs.map((input) => {
    const found = input.lanes.flatMap((lane) => byWebhook.get(lane.webhookId) ?? [])
    const probing = input.lanes.flatMap((lane) => probes?.get(lane.webhookId) ?? [])
    return {
      claims: [...found.flatMap(toClaim), ...probing.flatMap(toProbe)].map(withShape),
      left: input.lanes.map(({ webhookId }) => {
        const probe = probes?.get(webhookId)
        if (probe) return { webhookId, dueInMs: probe.left_in_ms, restMs: probe.rest_ms }
        const [first] = byWebhook.get(webhookId) ?? []
        return { webhookId, dueInMs: first?.left_in_ms ?? null }
      }),
    }
  })
}

interface ProbeRow extends ClaimRow {
  rest_ms: number
}

/** Asked only for lanes that rest: one delivery each, when it is time and nobody holds the last one. */
async function claimProbes(
  database: Database,
  nodeId: string,
  webhookIds: string[],
  lanes: ClaimInput['lanes'],
): Promise<Map<string, ProbeRow>> {
  const limits = new Map(lanes.map((lane) => [lane.webhookId, lane.limit]))
  const rows = await database.transact(async (tx) => {
    const locked = await tx.query<{ id: string }>(LOCK_RESTING, [column(webhookIds, String)])
    return tx.query<ProbeRow>(CLAIM_PROBES, [
      nodeId,
      column(webhookIds, String),
      column(webhookIds, (id) => limits.get(id) ?? 0),
      PROBE_LOOK_MS,
      column(locked, ({ id }) => id),
    ])
  })
  return new Map(rows.map((row) => [row.webhook_id, row]))
}

function isClaimed(row: ClaimRow): row is ClaimRow & { id: string } {
  return row.id !== null
}

function toProbe(row: ProbeRow): Claim[] {
  return toClaim(row).map((claim) => ({ ...claim, probe: true }))
}

function toClaim(row: ClaimRow): Claim[] {
  if (row.id === null) return []
  return [
    {
      deliveryId: row.id,
      eventId: eventIdOf(row.id),
      webhookId: row.webhook_id,
      chatbotId: row.chatbot_id,
      eventType: row.event_type,
      payload: row.payload ?? payloadOfLead(row),
      kind: row.kind,
      attemptNumber: row.attempt_count + 1,
      seriesAttempts: row.series_attempts,
      ...(row.fresh === true && { fresh: true }),
    },
  ]
}

const CLAIM_COLUMNS = `c.id, c.chatbot_id, c.event_type, c.kind, c.attempt_count, c.series_attempts, c.shape,
    e.payload, l.conversation_id, l.customer_email, l.customer_name, l.customer_phone`
/** LIMIT: each is looked up by its id, however large the backlog is. */
const WITH_PAYLOAD = `LEFT JOIN LATERAL (SELECT * FROM leads
      WHERE leads.id = 'lead_' || substr(c.id, 5, 23) || '000' LIMIT 1) l ON true
    LEFT JOIN LATERAL (SELECT payload FROM events
      WHERE l.id IS NULL AND events.id = 'evt_' || substr(c.id, 5, 23) || '000' LIMIT 1) e ON true`

/**
 * The clock is read in a subquery, once: a volatile function in the condition itself would keep the
 * index from being used, and be called for every row. `left_in_ms` is found past what was just
 * claimed, in the state from before the statement; what another node is claiming at this moment may
 * count as left. MATERIALIZED: it would be looked for again with each row of the answer. ARRAY: each
 * row is looked up by its id, however large the backlog is.
 */
const CLAIM = `WITH world AS MATERIALIZED (SELECT chatzuri_now() AS now,
    EXISTS (SELECT 1 FROM nodes WHERE id = $1 AND lease_until > chatzuri_now()) AS live),
  lane AS MATERIALIZED (SELECT asked.webhook_id, asked.most, asked.fresh, asked.n, w.rested_at,
      w.resting_until IS NOT NULL AS resting
    FROM unnest($2::text[], $3::int[], $4::int[]) WITH ORDINALITY
      AS asked (webhook_id, most, fresh, n)
    JOIN webhooks w ON w.id = asked.webhook_id AND w.state = 'active'
      AND (w.listener_id IS NULL OR w.listener_id = $1)),
  newest AS MATERIALIZED (SELECT due.id, lane.n FROM lane CROSS JOIN LATERAL (
    ${findFresh('lane.rested_at', '(SELECT now FROM world)', 'lane.fresh')}) due
    WHERE lane.rested_at IS NOT NULL AND NOT lane.resting AND (SELECT live FROM world)),
  newer AS MATERIALIZED (SELECT due.id, lane.n FROM lane CROSS JOIN LATERAL (
    ${findFresh(
      `(SELECT now - ${FRESH_FOR_MS} FROM world)`,
      'lane.rested_at - 1',
      'lane.fresh - (SELECT count(*) FROM newest WHERE newest.n = lane.n)',
    )}) due
    WHERE lane.rested_at IS NOT NULL AND NOT lane.resting AND (SELECT live FROM world)
      AND lane.rested_at > (SELECT now - ${FRESH_FOR_MS} FROM world)),
  first AS MATERIALIZED (SELECT id, n FROM newest UNION ALL SELECT id, n FROM newer),
  found AS MATERIALIZED (SELECT id, n FROM first UNION ALL
    SELECT due.id, lane.n FROM lane CROSS JOIN LATERAL (
    SELECT d.id FROM waiting d
    WHERE d.webhook_id = lane.webhook_id AND d.state = 'pending'
      AND d.due_at <= (SELECT now FROM world) AND (SELECT live FROM world) AND NOT lane.resting
      AND NOT EXISTS (SELECT 1 FROM first WHERE first.id = d.id)
    ORDER BY d.due_at, d.id
    LIMIT lane.most - (SELECT count(*) FROM first WHERE first.n = lane.n)
    FOR UPDATE SKIP LOCKED) due),
  ${takeFound('schedule_due_at > (SELECT now FROM world)')},
  remaining AS MATERIALIZED (SELECT lane.webhook_id, lane.resting, (SELECT d.due_at
    FROM waiting d
    WHERE d.webhook_id = lane.webhook_id AND d.state = 'pending'
    ORDER BY d.due_at, d.id LIMIT 1 OFFSET (SELECT count(*) FROM found WHERE found.n = lane.n)
    ) - (SELECT now FROM world) AS left_in_ms FROM lane)
  SELECT r.webhook_id, r.resting, r.left_in_ms, ${CLAIM_COLUMNS},
    EXISTS (SELECT 1 FROM newest WHERE newest.id = c.id) AS fresh
  FROM remaining r LEFT JOIN taken c ON c.webhook_id = r.webhook_id ${WITH_PAYLOAD}
  ORDER BY fresh DESC, EXISTS (SELECT 1 FROM newer WHERE newer.id = c.id) DESC, c.due_at, c.id`

/** What was never attempted, by its age. */
function findFresh(from: string, to: string, most: string): string {
  return `SELECT d.id FROM waiting d
    WHERE d.webhook_id = lane.webhook_id AND d.state = 'pending'
      AND d.attempt_count = 0 AND d.due_at >= ${from} AND d.due_at <= ${to}
    ORDER BY d.due_at, d.id LIMIT ${most} FOR UPDATE SKIP LOCKED`
}

/**
 * Of two nodes that ask at once, one gets the probe. By a statement of its own: one that locks sees
 * all else as it was when it began, so what the other has just claimed would still look unclaimed.
 */
const LOCK_RESTING = `SELECT id FROM webhooks
  WHERE id = ANY($1::text[]) AND resting_until IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED`
/** Lanes that another node is asking for at this moment count as held. */
const CLAIM_PROBES = `WITH world AS MATERIALIZED (SELECT chatzuri_now() AS now,
    EXISTS (SELECT 1 FROM nodes WHERE id = $1 AND lease_until > chatzuri_now()) AS live),
  lane AS MATERIALIZED (SELECT w.id, w.probe_at, w.rest_by, w.probe_wanted, asked.most,
      EXISTS (SELECT 1 FROM claimed d WHERE d.id = w.probe_id) AS held,
      EXISTS (SELECT 1 FROM waiting d WHERE d.id = w.probe_wanted AND d.state = 'pending') AS wanted
    FROM unnest($2::text[], $3::int[]) AS asked (webhook_id, most)
    JOIN webhooks w ON w.id = asked.webhook_id AND w.id = ANY($5::text[])),
  by_hand AS MATERIALIZED (SELECT d.id, lane.id AS webhook_id FROM lane CROSS JOIN LATERAL (
    SELECT w.id FROM waiting w WHERE w.id = lane.probe_wanted AND w.state = 'pending'
      AND (SELECT live FROM world) FOR UPDATE SKIP LOCKED) d
    WHERE lane.most > 0 AND NOT lane.held),
  found AS MATERIALIZED (SELECT id, webhook_id FROM by_hand UNION ALL
    SELECT due.id, lane.id AS webhook_id FROM lane CROSS JOIN LATERAL (
    SELECT next.id FROM (SELECT d.id, d.due_at FROM waiting d
      WHERE d.webhook_id = lane.id AND d.state = 'pending'
        AND d.due_at <= (SELECT now FROM world) AND (SELECT live FROM world)
      ORDER BY d.due_at, d.id LIMIT 2 FOR UPDATE SKIP LOCKED) next
    ORDER BY next.id IS NOT DISTINCT FROM lane.rest_by, next.due_at, next.id LIMIT 1) due
    WHERE lane.most > 0 AND NOT lane.held AND NOT lane.wanted
      AND lane.probe_at <= (SELECT now FROM world)),
  noted AS (UPDATE webhooks w SET probe_id = found.id, probe_wanted = NULL
    FROM found WHERE w.id = found.webhook_id),
  ${takeFound('schedule_due_at > (SELECT now FROM world) OR id IN (SELECT id FROM by_hand)')},
  next AS MATERIALIZED (SELECT lane.id, (SELECT d.due_at FROM waiting d
    WHERE d.webhook_id = lane.id AND d.state = 'pending'
    ORDER BY d.due_at LIMIT 1) AS due_at FROM lane)
  SELECT asked.webhook_id, false AS resting, false AS fresh,
    CASE WHEN c.id IS NOT NULL OR lane.held IS NOT FALSE THEN $4::bigint
      WHEN lane.wanted THEN 0 ELSE greatest(0, lane.probe_at - (SELECT now FROM world)) END AS rest_ms,
    CASE WHEN c.id IS NOT NULL OR lane.held IS NOT FALSE THEN $4::bigint
      WHEN lane.wanted THEN 0
      WHEN next.due_at IS NOT NULL
        THEN greatest(lane.probe_at, next.due_at) - (SELECT now FROM world) END AS left_in_ms,
    ${CLAIM_COLUMNS}
  FROM unnest($2::text[]) AS asked (webhook_id) LEFT JOIN lane ON lane.id = asked.webhook_id
  LEFT JOIN next ON next.id = asked.webhook_id LEFT JOIN taken c ON c.webhook_id = asked.webhook_id
  ${WITH_PAYLOAD}`
