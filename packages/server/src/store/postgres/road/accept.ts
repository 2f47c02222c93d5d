/**
 * Accepting: events, their deliveries, lead and idempotency record, all or nothing. Many calls share
 * a transaction of a few statements, however many events they bring.
 * What is leased at once never enters the index of claimable deliveries.
 */
import { assert } from '../../../errors.ts'
import { deliveryIdOf, leadIdOf } from '../../../id.ts'
import { entriesTaking, spelledBy } from '../../../subscription.ts'
import type { WebhookState } from '../../../webhook.ts'
import type { AcceptInput, AcceptResult, Claim, NewEvent } from '../../road.ts'
import { FilterJudge } from '../../rules/keep-back.ts'
import { IDEMPOTENCY_MS } from '../../rules/retention.ts'
import { consentText, extrasText } from '../../rules/shaped.ts'
import { MeanwhileChanged } from '../connection/faults.ts'
import { column } from '../connection/parameters.ts'
import { NOW, type Transaction } from '../connection/transaction.ts'
import { Insertions } from './insertions.ts'

type Idempotency = NonNullable<AcceptInput['idempotency']>

interface Subscriber {
  chatbotId: string
  eventType: string
  webhookId: string
  spelling: string
  state: WebhookState
  listenerId: string | null
  resting: boolean
  /** Of its shape: its id, and what it says; null: the guide's form. */
  shape: string | null
  shapeBody: string | null
  /** JSON; null: it wants all of its types. */
  filter: string | null
}

interface IdempotencyRow {
  chatbot_id: string
  route: string
  key: string
  body_hash: string
  answer: string
  erased: number
}

/** What a batch needs to know before it writes. */
interface Known {
  backlog: number
  live: ReadonlySet<string>
  chatbots: ReadonlySet<string>
  subscribers: Map<string, Subscriber[]>
  /** By chatbot, route and key; grows with what the batch itself accepts. */
  answers: Map<string, Pick<IdempotencyRow, 'body_hash' | 'answer' | 'erased'>>
}

/** What each call of a batch is decided by, and writes to. */
interface Batch {
  tx: Transaction
  known: Known
  writes: Insertions
}

export async function acceptAll(tx: Transaction, inputs: AcceptInput[]): Promise<AcceptResult[]> {
  const known = await look(tx, inputs)
  const writes = new Insertions(tx)
  const batch = { tx, known, writes }
  const keep: (Idempotency & { chatbotId: string })[] = []
  const results = inputs.map((input): AcceptResult => {
    const { chatbotId, idempotency } = input
    if (!known.chatbots.has(chatbotId)) return { kind: 'chatbot_not_found' }
    const repeat = idempotency && findRepeat(known, chatbotId, idempotency)
    if (repeat) return repeat
    if (known.backlog + tx.backlogDelta >= input.backlogMax) return { kind: 'backlog_full' }
    if (idempotency) {
      const { bodyHash, answer } = idempotency
      const kept = { body_hash: bodyHash, answer, erased: 0 }
      known.answers.set(keyOf(chatbotId, idempotency), kept)
      keep.push({ ...idempotency, chatbotId })
    }
    return acceptOne(batch, input)
  })
  if (keep.length > 0) await keepAnswers(tx, keep)
  writes.send()
  return results
}

function acceptOne(batch: Batch, input: AcceptInput): AcceptResult {
  const { tx, known, writes } = batch
  const { chatbotId, lease } = input
  const nodeId = lease && known.live.has(lease.nodeId) ? lease.nodeId : null
  const except = new Set(lease?.except)
  const claims: Claim[] = []
  const waiting = new Set<string>()
  for (const event of input.events) {
    addEvent(batch, input, event)
    const judge = new FilterJudge({ ...event, chatbotId, at: tx.now })
    let ordinal = 0
    for (const to of known.subscribers.get(pairOf(chatbotId, event.eventType)) ?? []) {
      const { webhookId, spelling, state, listenerId, resting } = to
      const reason = judge.reasonAgainst(to.filter)
      if (reason !== null) {
        writes.keepBack({ event_id: event.id, webhook_id: webhookId, reason })
        continue
      }
      const active = state === 'active'
      const takes = listenerId === null && !resting && !except.has(webhookId)
      const claimedBy = active && takes ? nodeId : null
      const deliveryId = deliveryIdOf(event.id, ++ordinal)
      writes.addDelivery({
        id: deliveryId,
        eventId: event.id,
        chatbotId,
        claimedBy,
        webhookId,
        spelling,
        webhookState: state,
        shape: to.shape,
      })
      if (claimedBy) claims.push(toClaim(deliveryId, { chatbotId, acceptedAt: tx.now }, event, to))
      else if (active) waiting.add(webhookId)
    }
  }
  for (const webhookId of waiting) tx.waiting.add(webhookId)
  return { kind: 'accepted', claims, waiting: [...waiting] }
}

function addEvent(
  { tx, writes }: Batch,
  { chatbotId, idempotency }: AcceptInput,
  event: NewEvent,
): void {
  const { lead } = event
  if (!lead) {
    writes.addEvent(chatbotId, event)
    return
  }
  // Its event is its row: the payload is a function of the lead's fields.
  const id = leadIdOf(event.id)
  writes.addLead({
    ...lead,
    id,
    chatbotId,
    route: idempotency?.route ?? null,
    key: idempotency?.key ?? null,
    consent: consentText(lead.consent),
    extras: extrasText(lead.extras),
  })
  if (!tx.wantChanges) return
  const at = tx.now
  tx.changes.push({ type: 'lead.created', at, chatbotId, leadId: id, eventId: event.id })
}

function toClaim(
  deliveryId: string,
  { chatbotId, acceptedAt }: { chatbotId: string; acceptedAt: number },
  event: NewEvent,
  { webhookId, spelling, shapeBody: shape }: Subscriber,
): Claim {
  return {
    deliveryId,
    eventId: event.id,
    webhookId,
    chatbotId,
    eventType: spelling,
    payload: event.payload,
    kind: 'event',
    attemptNumber: 1,
    seriesAttempts: 0,
    ...(shape !== null && { shaped: { shape, acceptedAt, lead: event.lead } }),
  }
}

// ─── what is known ────────────────────────────────────────────────────────────────────────────────

async function look(tx: Transaction, inputs: AcceptInput[]): Promise<Known> {
  const nodes = [...new Set(inputs.flatMap(({ lease }) => (lease ? [lease.nodeId] : [])))]
  const chatbots = [...new Set(inputs.map((input) => input.chatbotId))]
  const pairs = new Map<string, [chatbotId: string, eventType: string]>()
  for (const { chatbotId, events } of inputs) {
    for (const { eventType } of events) {
      pairs.set(pairOf(chatbotId, eventType), [chatbotId, eventType])
    }
  }
  const asked = [...pairs.values()].flatMap(([chatbotId, eventType]) =>
    entriesTaking(eventType).map((entry) => ({ chatbotId, eventType, entry })),
  )
  const [[facts], subscribers, answers] = await Promise.all([
    tx.query<{ backlog: number; live: string[]; chatbots: string[] }>(LOOK, [
      column(nodes, String),
      column(chatbots, String),
    ]),
    tx.query<Subscriber>(SUBSCRIBERS, [
      column(asked, ({ chatbotId }) => chatbotId),
      column(asked, ({ eventType }) => eventType),
      column(asked, ({ entry }) => entry),
    ]),
    findAnswers(tx, inputs),
  ])
  assert(facts, 'a query without a table has one row')
  return {
    backlog: facts.backlog,
    live: new Set(facts.live),
    chatbots: new Set(facts.chatbots),
    subscribers: Map.groupBy(
      subscribers.map((row) => ({ ...row, spelling: spelledBy(row.spelling, row.eventType) })),
      (row) => pairOf(row.chatbotId, row.eventType),
    ),
    answers,
  }
}

async function findAnswers(tx: Transaction, inputs: AcceptInput[]): Promise<Known['answers']> {
  const keyed = inputs.flatMap(({ chatbotId, idempotency }) =>
    idempotency ? [{ chatbotId, ...idempotency }] : [],
  )
  if (keyed.length === 0) return new Map()
  const rows = await tx.query<IdempotencyRow>(READ_IDEMPOTENCY, [
    column(keyed, ({ chatbotId }) => chatbotId),
    column(keyed, ({ route }) => route),
    column(keyed, ({ key }) => key),
    IDEMPOTENCY_MS,
  ])
  return new Map(rows.map((row) => [keyOf(row.chatbot_id, row), row]))
}

function findRepeat(
  known: Known,
  chatbotId: string,
  idempotency: Idempotency,
): AcceptResult | null {
  const found = known.answers.get(keyOf(chatbotId, idempotency))
  if (!found) return null
  // Nothing is left by which its body could be told from another.
  if (found.erased) return { kind: 'erased' }
  if (found.body_hash !== idempotency.bodyHash) return { kind: 'conflict' }
  return { kind: 'replayed', answer: found.answer }
}

/** In the order of their keys: two batches with the same keys wait for each other one way only. */
async function keepAnswers(
  tx: Transaction,
  records: (Idempotency & { chatbotId: string })[],
): Promise<void> {
  const sorted = records
    .map((record) => ({ record, at: keyOf(record.chatbotId, record) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ record }) => record)
  const kept = await tx.query(KEEP_IDEMPOTENCY, [
    tx.now,
    tx.now - IDEMPOTENCY_MS,
    column(sorted, ({ chatbotId }) => chatbotId),
    column(sorted, ({ route }) => route),
    column(sorted, ({ key }) => key),
    column(sorted, ({ bodyHash }) => bodyHash),
    column(sorted, ({ answer }) => answer),
  ])
  // Another node accepted one of them since we looked: look again, and answer as it did.
  if (kept.length < sorted.length) throw new MeanwhileChanged('an idempotency key was taken')
}

function pairOf(chatbotId: string, eventType: string): string {
  return `${chatbotId} ${eventType}`
}

function keyOf(chatbotId: string, { route, key }: { route: string; key: string }): string {
  return `${chatbotId} ${route} ${key}`
}

const LOOK = `SELECT (SELECT sum(value)::bigint FROM backlog) AS backlog,
  ARRAY(SELECT id FROM nodes WHERE id = ANY($1::text[]) AND lease_until > ${NOW}) AS live,
  ARRAY(SELECT id FROM chatbots WHERE id = ANY($2::text[]) AND deleted_at IS NULL) AS chatbots`
const SUBSCRIBERS = `SELECT s.chatbot_id AS "chatbotId", asked.event_type AS "eventType",
    s.webhook_id AS "webhookId", s.spelling, w.state, w.listener_id AS "listenerId",
    w.resting_until IS NOT NULL AS resting, w.shape,
    (SELECT body FROM shapes WHERE id = w.shape) AS "shapeBody",
    nullif(w.filter, 'null') AS filter
  FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (chatbot_id, event_type, entry)
  JOIN subscriptions s ON s.chatbot_id = asked.chatbot_id AND s.event_type = asked.entry
  JOIN webhooks w ON w.id = s.webhook_id ORDER BY s.webhook_id`
const READ_IDEMPOTENCY = `SELECT i.chatbot_id, i.route, i.key, i.body_hash, i.answer, i.erased
  FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (chatbot_id, route, key)
  JOIN idempotency i USING (chatbot_id, route, key) WHERE i.created_at > ${NOW} - $4::bigint`
/** A record that is too old is as good as none. */
const KEEP_IDEMPOTENCY = `INSERT INTO idempotency AS i
    (chatbot_id, route, key, body_hash, answer, created_at)
  SELECT chatbot_id, route, key, body_hash, answer, $1::bigint
  FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    AS kept (chatbot_id, route, key, body_hash, answer)
  ON CONFLICT (chatbot_id, route, key) DO UPDATE SET body_hash = excluded.body_hash,
    answer = excluded.answer, erased = 0, created_at = excluded.created_at
  WHERE i.created_at <= $2 RETURNING 1`
