/**
 * What was given up: deliveries of events that are exhausted, and were neither resent since nor set
 * aside. Counted by one index (finished_failed) alone, and bounded: no answer reads more than
 * `GIVEN_UP_COUNTED_MAX` of its entries or so, however much was given up.
 */
import { type CompiledQuery, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { GivenUp, GivenUpFilter, GivenUpOf } from '../../desk.ts'
import { type Builder, isPostgres } from '../builder.ts'
import type { WebhookRow } from '../rows.ts'
import { likely } from '../walking.ts'

/** Counted in one answer; what is beyond is told as "more". */
export const GIVEN_UP_COUNTED_MAX = 10_000
/** Webhooks that one answer names. */
export const GIVEN_UP_WEBHOOKS_MAX = 100
/** Webhooks of which something was given up at some time, that one answer looks at. */
const LOOKED_AT_MAX = 1_000
/** Where many are counted, each is counted so far. */
const COUNTED_EACH_MIN = 100

export type GivenUpWebhookRow = Pick<
  WebhookRow,
  'id' | 'chatbot_id' | 'kind' | 'url' | 'format' | 'set_aside_until'
>

export interface GivenUpCountRow {
  webhook_id: string
  count: number
  oldest_at: number | null
  newest_at: number | null
}

/** A span of one webhook's: the set-aside instant, or the caller's. */
interface Span {
  webhookId: RawBuilder<string>
  since: RawBuilder<number>
  until?: RawBuilder<number>
}

/** Webhooks that have any, those of which one was given up last before the others; and one row more. */
export function givenUpWebhooks(db: Builder, { chatbotId, webhookId }: GivenUpFilter) {
  const conditions = [sql`given_up_at IS NOT NULL`]
  conditions.push(sql`given_up_at >= coalesce(set_aside_until, 0)`)
  if (chatbotId !== undefined) conditions.push(sql`chatbot_id = ${chatbotId}`)
  if (webhookId !== undefined) conditions.push(sql`id = ${webhookId}`)
  const walk = {
    webhookId: sql<string>`looked_at.id`,
    since: sql<number>`coalesce(looked_at.set_aside_until, 0)`,
  }
  return sql`SELECT id, chatbot_id, kind, url, format, set_aside_until
    FROM (SELECT id, chatbot_id, kind, url, format, set_aside_until, given_up_at FROM webhooks
      WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY given_up_at DESC LIMIT ${LOOKED_AT_MAX}) AS looked_at
    WHERE (SELECT owner.deleted_at IS NULL FROM chatbots AS owner
        WHERE owner.id = looked_at.chatbot_id)
      AND EXISTS (${entries(db, walk)})
    ORDER BY given_up_at DESC LIMIT ${GIVEN_UP_WEBHOOKS_MAX + 1}`.compile(db)
}

/** How far each of so many is counted. */
export function countedEach(webhooks: number): number {
  return Math.max(COUNTED_EACH_MIN, Math.floor(GIVEN_UP_COUNTED_MAX / Math.max(1, webhooks)))
}

/**
 * One row for each webhook that has any; a count of `limit + 1` says that there are more. All of them in
 * one statement: to plan one for all partitions takes PostgreSQL longer than to answer it.
 */
export function givenUpCounts(
  db: Builder,
  webhookIds: readonly string[],
  limit: number,
): CompiledQuery {
  const span = {
    webhookId: sql<string>`looked_at.id`,
    since: sql<number>`coalesce(looked_at.set_aside_until, 0)`,
  }
  // By both columns: by the second alone PostgreSQL walks all that ended, looking for this webhook's,
  // and without any order all of its rows that failed.
  const walk = (order: RawBuilder<unknown>, most: number) =>
    sql`(${entries(db, span)} ORDER BY webhook_id ${order}, finished_at ${order} LIMIT ${most}) AS walk`
  return sql`SELECT id AS webhook_id,
      (SELECT count(*) FROM ${walk(sql`ASC`, limit + 1)}) AS count,
      (SELECT finished_at FROM ${walk(sql`ASC`, 1)}) AS oldest_at,
      (SELECT finished_at FROM ${walk(sql`DESC`, 1)}) AS newest_at
    FROM webhooks AS looked_at WHERE id IN (${sql.join(webhookIds.length > 0 ? webhookIds : [''])})
      AND given_up_at >= coalesce(set_aside_until, 0)`.compile(db)
}

/** How many of one webhook were given up in a span, as far as they are counted. */
export function countGivenUp(
  db: Builder,
  { webhookId, since, until }: { webhookId: string; since: number; until: number },
): CompiledQuery {
  const span = {
    webhookId: sql<string>`${webhookId}`,
    since: sql<number>`CAST(${since} AS bigint)`,
    until: sql<number>`CAST(${until} AS bigint)`,
  }
  return sql`SELECT count(*) AS count
    FROM (${entries(db, span)} LIMIT ${GIVEN_UP_COUNTED_MAX + 1}) AS walk`.compile(db)
}

/**
 * In the order of `finished_at`. An erased person's delivery has its reason: nobody can resend it.
 * PostgreSQL is told the way by a range of the index's own columns (deliveries.ts).
 */
function entries(db: Builder, { webhookId, since, until }: Span) {
  const conditions = isPostgres(db)
    ? [
        sql`(webhook_id, finished_at) >= (${webhookId}, ${since})`,
        sql`(webhook_id, finished_at) < (${webhookId}, ${until ?? sql`9223372036854775807`})`,
      ]
    : [
        sql`webhook_id = ${webhookId}`,
        sql`finished_at >= ${since}`,
        ...(until ? [sql`finished_at < ${until}`] : []),
      ]
  const hint = isPostgres(db) ? sql`` : sql` INDEXED BY finished_failed`
  return sql`SELECT finished_at FROM finished${hint}
    WHERE state IN ('exhausted', 'cancelled') AND ${sql.join(conditions, sql` AND `)}
      AND ${likely([sql`state = 'exhausted'`, sql`kind = 'event'`, sql`state_reason IS NULL`])}`
}

/** The same, of one of the table's rows: for a list, which walks in an order of its own. */
export const IS_GIVEN_UP = sql<SqlBool>`deliveries.kind = 'event' AND deliveries.state_reason IS NULL
  AND deliveries.finished_at >= (SELECT coalesce(of_given_up.set_aside_until, 0)
    FROM webhooks AS of_given_up WHERE of_given_up.id = deliveries.webhook_id)`

/** `limit`: how far each was counted. */
export function toGivenUp(
  webhooks: readonly (GivenUpWebhookRow & { openUrl: string })[],
  counts: readonly GivenUpCountRow[],
  { limit, moreWebhooks }: { limit: number; moreWebhooks: boolean },
): GivenUp {
  const found = webhooks.flatMap(
    ({ id, chatbot_id, kind, format, openUrl, set_aside_until }): GivenUpOf[] => {
      const row = counts.find(({ webhook_id }) => webhook_id === id)
      const count = Number(row?.count ?? 0)
      if (count === 0) return []
      return [
        {
          webhookId: id,
          chatbotId: chatbot_id,
          kind,
          url: openUrl,
          format,
          count: Math.min(count, limit),
          more: count > limit,
          oldestAt: Number(row?.oldest_at),
          newestAt: Number(row?.newest_at),
          setAsideUntil: set_aside_until,
        },
      ]
    },
  )
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    more: moreWebhooks || found.some(({ more }) => more),
    webhooks: found,
    moreWebhooks,
  }
}
