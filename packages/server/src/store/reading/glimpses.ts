/** What is told beside deliveries: of webhooks, also of those that are gone, and of whose leads they are. */
import { type CompiledQuery, sql } from 'kysely'
import { eventIdOf, leadIdOf } from '../../id.ts'
import type { LeadGlimpse, WebhookGlimpse } from '../desk.ts'
import type { Encryption } from '../sealing/encryption.ts'
import type { Builder } from './builder.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import { restOf, type WebhookRow } from './rows.ts'

type SeenRow = Pick<
  WebhookRow,
  'id' | 'url' | 'format' | 'state' | 'resting_until' | 'probe_at' | 'probe_wanted' | 'rest_reason'
>

export function glimpseQueries(db: Builder, ids: readonly string[]): CompiledQuery[] {
  return [
    db
      .selectFrom('webhooks')
      .select([
        'id',
        'url',
        'format',
        'state',
        'resting_until',
        'probe_at',
        'probe_wanted',
        'rest_reason',
      ])
      .where('id', 'in', ids)
      .compile(),
    db
      .selectFrom('deleted_webhooks')
      .select(['id', 'url', 'format'])
      .where('id', 'in', ids)
      .compile(),
  ]
}

export function toGlimpses(
  ids: readonly string[],
  [webhooks = [], deleted = []]: unknown[][],
  encryption: Encryption,
): Map<string, WebhookGlimpse> {
  const glimpses = new Map<string, WebhookGlimpse>(
    ids.map((id) => [id, { url: null, format: 'guide', state: 'deleted', rest: null }]),
  )
  for (const { id, url, format } of deleted as Pick<SeenRow, 'id' | 'url' | 'format'>[]) {
    const opened = openedIfItOpens(encryption, id, url)
    glimpses.set(id, { url: opened, format, state: 'deleted', rest: null })
  }
  for (const row of webhooks as SeenRow[]) {
    const url = encryption.decrypt(row.url, { rowId: row.id, column: 'url' })
    glimpses.set(row.id, { url, format: row.format, state: row.state, rest: restOf(row) })
  }
  return glimpses
}

/** Of a name that is a text, its beginning: enough to know whose it is. */
const NAME_LENGTH = 200

interface SeenLead {
  id: string
  customer_name: string
  customer_email: string
}

export function leadGlimpses(db: Builder, eventIds: readonly string[]): CompiledQuery {
  return db
    .selectFrom('leads')
    .select([
      'id',
      sql<string>`substr(customer_name, 1, ${sql.lit(NAME_LENGTH)})`.as('customer_name'),
      'customer_email',
    ])
    .where('id', 'in', eventIds.map(leadIdOf))
    .where(isOfLiveChatbot('leads'))
    .compile()
}

export function toLeadGlimpses(rows: unknown[] = []): Map<string, LeadGlimpse> {
  return new Map(
    (rows as SeenLead[]).map(({ id, customer_name, customer_email }) => [
      eventIdOf(id),
      { id, customerName: customer_name, customerEmail: customer_email },
    ]),
  )
}

/** A key may have been retired without what is left of deleted webhooks (sealed-with.ts). */
function openedIfItOpens(encryption: Encryption, rowId: string, sealed: string): string | null {
  try {
    return encryption.decrypt(sealed, { rowId, column: 'url' })
  } catch {
    return null
  }
}
