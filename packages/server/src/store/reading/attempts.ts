/** A delivery's attempts: the newest for whoever looks at it, all of them page by page. */
import { type Compilable, sql } from 'kysely'
import { ATTEMPTS_SHOWN_MAX } from '../../delivery.ts'
import type { Page } from '../desk.ts'
import type { Builder } from './builder.ts'

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

/** Of one delivery, or of all with ids in a range; oldest first. */
export function newestAttempts(db: Builder, of: string | { first: string; last: string }) {
  const query = db.selectFrom('all_attempts').selectAll()
  const found =
    typeof of === 'string'
      ? query.where('delivery_id', '=', of)
      : query.where('delivery_id', '>', of.first).where('delivery_id', '<=', of.last)
  const age = sql<number>`row_number() OVER (PARTITION BY delivery_id ORDER BY number DESC)`
  return db
    .selectFrom(found.select(age.as('age')).as('found'))
    .selectAll()
    .where('age', '<=', ATTEMPTS_SHOWN_MAX)
    .orderBy('number')
}
