/** A delivery's attempts: the newest for whoever looks at it, all of them page by page. */
import { type Compilable, type SelectQueryBuilder, sql } from 'kysely'
import { ATTEMPTS_SHOWN_MAX } from '../../delivery.ts'
import type { Page } from '../desk.ts'
import type { Builder } from './builder.ts'
import type { Schema } from './schema.ts'

/** Newest first. */
export function listAttempts(
  db: Builder,
  { deliveryId }: { deliveryId: string },
  page: Page,
): Compilable {
  return db
    .selectFrom('all_attempts')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .$if(page.after !== null, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
}

/** Of one delivery or several, oldest first. A delivery's count is its last attempt's number. */
export function newestAttempts(db: Builder, deliveryIds: DeliveryIds) {
  const olderMax = sql<number>`(SELECT owner.attempt_count FROM deliveries AS owner
    WHERE owner.id = all_attempts.delivery_id) - ${ATTEMPTS_SHOWN_MAX}`
  return db
    .selectFrom('all_attempts')
    .selectAll()
    .where('delivery_id', 'in', deliveryIds)
    .where('number', '>', olderMax)
    .orderBy('number')
}

type DeliveryIds = string[] | SelectQueryBuilder<Schema, 'deliveries', { id: string }>
