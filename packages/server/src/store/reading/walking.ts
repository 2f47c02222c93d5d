/** How a list is told which index to walk, and which not, in both databases' words. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { ID_SLACK_MS, idFloor } from '../../id.ts'
import type { Page } from '../desk.ts'
import { LAST_CHARACTER } from './searches.ts'

/**
 * In the text of a query for PostgreSQL: partitions are to be walked in the order of the page. It takes
 * ranges of an index's columns for a row or two, and would rather sort what all partitions have.
 */
export const IN_ITS_ORDER = '/* in its order */'

/**
 * Conditions that PostgreSQL takes, together, for true of every second row. Were they taken for rare,
 * the planner would read and sort the whole range instead of walking it until the page is full.
 */
export function likely(conditions: RawBuilder<SqlBool>[]) {
  return sql<SqlBool>`CASE WHEN ${sql.join(conditions, sql` AND `)} THEN true ELSE false END`
}

/** Ids from `floor` up to but without `ceiling` hold all of the page. */
export function idRange(
  kind: 'delivery' | 'lead' | 'event',
  { from, to }: { from?: number; to?: number },
  { after }: Pick<Page, 'after'>,
): { floor: string; ceiling: string } {
  const end = to === undefined ? LAST_CHARACTER : idFloor(kind, to + ID_SLACK_MS)
  return {
    floor: from === undefined ? '' : idFloor(kind, from - ID_SLACK_MS),
    ceiling: after !== null && after < end ? after : end,
  }
}

/** A column that no index may be chosen for: an index on it would not be in the page's order. */
export function unindexed(column: 'chatbot_id' | 'webhook_id' | 'state' | 'id') {
  return sql<string>`${sql.ref(column)} || ''`
}
