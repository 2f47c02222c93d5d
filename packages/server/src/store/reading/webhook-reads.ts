/** How webhooks fare, for the desk: what was given up, and the health of one or of a page of them. */
import type { CompiledQuery } from 'kysely'
import type { Desk, GivenUp } from '../desk.ts'
import { currentCounts } from './deliveries.ts'
import { statsSeries } from './figures/charts.ts'
import {
  countedEach,
  GIVEN_UP_COUNTED_MAX,
  GIVEN_UP_WEBHOOKS_MAX,
  type GivenUpCountRow,
  type GivenUpWebhookRow,
  givenUpCounts,
  givenUpWebhooks,
  toGivenUp,
} from './figures/given-up.ts'
import { toStats } from './figures/stats.ts'
import { toWebhookFailures, webhookFailureQueries } from './figures/webhook-health.ts'
import type { ReadParts } from './read-parts.ts'
import type { StateCount, StatsRow } from './schema.ts'

export function webhookReads(parts: ReadParts) {
  const { db, run } = parts
  return {
    async givenUp(filter) {
      const [found] = await run([givenUpWebhooks(db, filter)])
      const rows = (found ?? []) as GivenUpWebhookRow[]
      const named = rows.slice(0, GIVEN_UP_WEBHOOKS_MAX)
      const limit = countedEach(named.length)
      const ids = named.map(({ id }) => id)
      const [counts] = await run([givenUpCounts(db, ids, limit)])
      const moreWebhooks = rows.length > named.length
      return presentable(parts, named, { counts: counts as GivenUpCountRow[], limit, moreWebhooks })
    },
    async webhookHealth(webhookId, span) {
      const [webhook] = await webhooksOf(parts, [webhookId])
      if (!webhook) return null
      const query = { ...span, webhookId }
      const [series, current, counts, ...failures] = await run([
        statsSeries(db, query).compile(),
        currentCounts(db, query).compile(),
        givenUpCounts(db, [webhookId], GIVEN_UP_COUNTED_MAX),
        ...webhookFailureQueries(db, {
          webhookId,
          since: webhook.set_aside_until ?? 0,
          from: span.from,
        }),
      ])
      const { webhooks } = presentable(parts, [webhook], {
        counts: counts as GivenUpCountRow[],
        limit: GIVEN_UP_COUNTED_MAX,
        moreWebhooks: false,
      })
      return {
        stats: toStats(series as StatsRow[], current as StateCount[]),
        givenUp: webhooks[0] ?? null,
        ...toWebhookFailures(failures),
      }
    },
    async webhookStats(webhookIds, span) {
      const known = await webhooksOf(parts, webhookIds)
      const limit = countedEach(known.length)
      const charts = known.map(({ id }) => statsSeries(db, { ...span, webhookId: id }).compile())
      const ids = known.map(({ id }) => id)
      const [counts, ...found] = await run([givenUpCounts(db, ids, limit), ...charts])
      const rows = counts as GivenUpCountRow[]
      const told = new Map(
        known.map(({ id }, at) => {
          const { totals, series } = toStats(found[at] as StatsRow[], [])
          const row = rows.find(({ webhook_id }) => webhook_id === id)
          const count = Number(row?.count ?? 0)
          const givenUp = { count: Math.min(count, limit), more: count > limit }
          return [id, { stats: { totals, series }, givenUp }]
        }),
      )
      return webhookIds.flatMap((id) => told.get(id) ?? [])
    },
  } satisfies Partial<Desk>
}

/** As they are asked for; those that are gone are left out. */
async function webhooksOf(
  { db, run }: ReadParts,
  ids: readonly string[],
): Promise<GivenUpWebhookRow[]> {
  const byId = (id: string): CompiledQuery =>
    db
      .selectFrom('webhooks')
      .select(['id', 'chatbot_id', 'kind', 'url', 'set_aside_until'])
      .where('id', '=', id)
      .compile()
  if (ids.length === 0) return []
  return (await run(ids.map(byId))).flat() as GivenUpWebhookRow[]
}

function presentable(
  { encryption }: ReadParts,
  rows: readonly GivenUpWebhookRow[],
  counted: { counts: GivenUpCountRow[]; limit: number; moreWebhooks: boolean },
): GivenUp {
  const webhooks = rows.map((row) => {
    const openUrl = encryption.decrypt(row.url, { rowId: row.id, column: 'url' })
    return { ...row, openUrl }
  })
  return toGivenUp(webhooks, counted.counts, counted)
}
