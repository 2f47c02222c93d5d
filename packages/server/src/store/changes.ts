/**
 * What changed since an instant, for streams that are resumed. Most of it is read off what is there
 * anyway: new rows and recorded attempts. Only what leaves neither (a cancel, a pause) has a row in
 * `changes`. A delivery is told of as it is now, not as it was then.
 */
import type { CompiledQuery } from 'kysely'
import { idFloor } from '../id.ts'
import type { Builder } from './queries.ts'
import { type DeliveryRow, toDeliveryChange } from './rows.ts'
import type { Change } from './store.ts'

/** Ids are made a little before their row, on other clocks than the store's. */
const ID_SLACK_MS = 10_000

interface Told {
  at: number
}

export function changesQueries(
  db: Builder,
  { sinceMs, limit }: { sinceMs: number; limit: number },
): CompiledQuery[] {
  const created = db
    .selectFrom('deliveries')
    .selectAll()
    .select('created_at as at')
    .where('id', '>=', idFloor('delivery', sinceMs - ID_SLACK_MS))
    .where('created_at', '>=', sinceMs)
    .orderBy('id')
  const attempted = db
    .selectFrom('attempts')
    .innerJoin('deliveries', 'deliveries.id', 'attempts.delivery_id')
    .selectAll('deliveries')
    .select('attempts.recorded_at as at')
    .where('attempts.recorded_at', '>=', sinceMs)
    .orderBy('attempts.recorded_at')
  const moved = db
    .selectFrom('changes')
    .innerJoin('deliveries', 'deliveries.id', 'changes.id')
    .selectAll('deliveries')
    .select('changes.at as at')
    .where('changes.at', '>=', sinceMs)
    .where('changes.noun', '=', 'delivery')
    .orderBy('changes.at')
  const webhooks = db
    .selectFrom('changes')
    .select(['id', 'chatbot_id', 'at'])
    .where('at', '>=', sinceMs)
    .where('noun', '=', 'webhook')
    .orderBy('at')
  const leads = db
    .selectFrom('leads')
    .select(['id', 'chatbot_id', 'event_id', 'created_at as at'])
    .where('id', '>=', idFloor('lead', sinceMs - ID_SLACK_MS))
    .where('created_at', '>=', sinceMs)
    .orderBy('id')
  return [
    created.limit(limit).compile(),
    attempted.limit(limit).compile(),
    moved.limit(limit).compile(),
    webhooks.limit(limit).compile(),
    leads.limit(limit).compile(),
  ]
}

/** The answers to `changesQueries`, in its order. */
export function mergeChanges(found: unknown[][], limit: number): Change[] {
  const [created = [], attempted = [], moved = [], webhooks = [], leads = []] = found
  const deliveries = [...created, ...attempted, ...moved] as (DeliveryRow & Told)[]
  const changes: Change[] = deliveries.map((row) => toDeliveryChange(row, row.at))
  for (const row of webhooks as (Told & { id: string; chatbot_id: string })[]) {
    const { id: webhookId, chatbot_id: chatbotId, at } = row
    // Which aspect is not kept; whoever takes it for settings looks once too often.
    changes.push({ type: 'webhook.updated', at, chatbotId, webhookId, aspect: 'settings' })
  }
  for (const row of leads as (Told & { id: string; chatbot_id: string; event_id: string })[]) {
    const { id: leadId, chatbot_id: chatbotId, event_id: eventId, at } = row
    changes.push({ type: 'lead.created', at, chatbotId, leadId, eventId })
  }
  return changes.sort((a, b) => a.at - b.at).slice(0, limit)
}
