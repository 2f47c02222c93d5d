/** The desk's reading half, over anything that runs queries: lists, details and charts. */
import type { CompiledQuery } from 'kysely'
import type { DeliveryFilter, Desk, NewRecovery, Page, PagedLists, PageRead } from '../desk.ts'
import type { Encryption } from '../sealing/encryption.ts'
import { ownerOf } from './access-queries.ts'
import type { Builder } from './builder.ts'
import { changesQueries, pageOfChanges, reachOf, reachQueries, startOfChanges } from './changes.ts'
import { statsSeries } from './charts.ts'
import { countRecoverable as countRecoverableQuery, currentCounts } from './deliveries.ts'
import {
  deliveryDetailQueries,
  eventDetailQueries,
  toDeliveryDetail,
  toEventDetail,
} from './details.ts'
import { glimpseQueries, toGlimpses } from './glimpses.ts'
import { leadQuery, leadRecordQueries, toLeadRecord } from './lead-record.ts'
import { PAGED_LISTS, type PageBound, type PagedList } from './paged-lists.ts'
import * as queries from './queries.ts'
import * as rows from './rows.ts'
import type { StateCount, StatsRow } from './schema.ts'
import { hasFewLeads, isCommonName, isLeadEvent, isNameSearch } from './searches.ts'
import { toStats } from './stats.ts'

/** Runs queries, all from one state of the database; one list of rows for each. */
export type RunQueries = (
  queries: {
    sql: string
    parameters: readonly unknown[]
    /** Its answer is one row then: a `PageRead` of its rows. */
    bound?: PageBound
  }[],
) => Promise<unknown[][]>

/** What an engine gives to be read. */
export interface ReadParts {
  db: Builder
  run: RunQueries
  /** Where what a delivery or a visitor waits for is read: never behind somebody's long list. */
  runSoon: RunQueries
  encryption: Encryption
}

export function createReads(parts: ReadParts) {
  return { ...lists(parts), ...details(parts), ...charts(parts) }
}

function lists(parts: ReadParts) {
  return {
    async readPage(list, filter, { limit, after, bytesMax }) {
      const query = await listQuery(parts, list, { filter, page: { limit: limit + 1, after } })
      const bound = { rowsMax: limit, bytesMax, sized: PAGED_LISTS[list].sized }
      const { sql, parameters } = query
      const [found] = await parts.run([{ sql, parameters, bound }])
      const [read] = found as [PageRead<unknown>]
      return { rows: toItems(parts, list, read.rows), more: read.more }
    },
    listChatbots: (page) => whole(parts, 'chatbots', { filter: {}, page }),
    listWebhooks: (filter, page) => whole(parts, 'webhooks', { filter, page }),
    listDeliveries: (filter, page) => whole(parts, 'deliveries', { filter, page }),
    listErasures: (filter, page) => whole(parts, 'erasures', { filter, page }),
    listApiKeys: (filter, page) => whole(parts, 'apiKeys', { filter, page }),
    listAudit: (filter, page) => whole(parts, 'audit', { filter, page }),
    async listLeads(filter, page) {
      const asked = queries.asked(filter, await hintFor(parts, 'leads', filter))
      const query = queries.listLeads(parts.db, asked, page)
      return (await all<rows.LeadRow>(parts, query.compile())).map(rows.toLead)
    },
    async listConversations(filter, page) {
      const query = queries.listConversations(parts.db, filter, page)
      return (await all<rows.ConversationRow>(parts, query.compile())).map(rows.toConversation)
    },
  } satisfies Partial<Desk>
}

function details(parts: ReadParts) {
  const { db, run, runSoon, encryption } = parts
  return {
    async getChatbot(id) {
      const query = db.selectFrom('chatbots').selectAll().where('id', '=', id)
      const [found] = await runSoon([query.where('deleted_at', 'is', null).compile()])
      const [row] = found as rows.ChatbotRow[]
      return row ? rows.toChatbot(row) : null
    },
    async getWebhook(id) {
      const row = await findWebhookRow(parts, id)
      return row ? rows.toWebhook(row, encryption) : null
    },
    async glimpseWebhooks(ids) {
      const asked = [...new Set(ids)]
      const found = asked.length === 0 ? [] : await run(glimpseQueries(db, asked))
      return toGlimpses(asked, found, encryption)
    },
    getEvent: async (id) => toEventDetail(await run(eventDetailQueries(db, id))),
    getDelivery: async (id) =>
      toDeliveryDetail(await run(deliveryDetailQueries(db, id)), encryption),
    async getLead(id) {
      const row = await one<rows.LeadRow>(parts, leadQuery(db, id))
      return row ? rows.toLead(row) : null
    },
    getLeadRecord: async (id) => toLeadRecord(await run(leadRecordQueries(db, id)), encryption),
    async getRecovery(id) {
      const row = await one<rows.RecoveryRow>(parts, byId(db, 'recoveries', id))
      return row ? rows.toRecovery(row) : null
    },
    async chatbotOf(kind, id) {
      const [found] = await runSoon([ownerOf(db, kind, id)])
      return (found as { chatbot_id: string | null }[])[0]?.chatbot_id ?? null
    },
  } satisfies Partial<Desk>
}

function charts(parts: ReadParts) {
  const { db, run } = parts
  return {
    async stats(query) {
      const [series, current] = await run([
        statsSeries(db, query).compile(),
        currentCounts(db, query).compile(),
      ])
      return toStats(series as StatsRow[], current as StateCount[])
    },
    async backlog() {
      const query = db.selectFrom('meta').select('value').where('key', '=', 'backlog')
      return Number((await one<{ value: number }>(parts, query.compile()))?.value ?? 0)
    },
    async changesSince(since, limit) {
      const place = typeof since === 'number' ? startOfChanges(since) : since
      const reach = reachOf(await run(reachQueries(db, place)), place)
      const found = await run(changesQueries(db, { place, reach, limit }))
      return pageOfChanges(found, { reach, limit })
    },
  } satisfies Partial<Desk>
}

/** The row as it is kept, sealed. */
export async function findWebhookRow(
  { db, runSoon }: Pick<ReadParts, 'db' | 'runSoon'>,
  id: string,
): Promise<rows.WebhookRow | null> {
  const [found] = await runSoon([byId(db, 'webhooks', id)])
  return (found as rows.WebhookRow[])[0] ?? null
}

export async function countRecoverable(parts: ReadParts, recovery: NewRecovery): Promise<number> {
  const query = countRecoverableQuery(parts.db, recovery)
  return Number((await one<{ count: number }>(parts, query.compile()))?.count ?? 0)
}

interface Asked<Name extends PagedList> {
  filter: PagedLists[Name]['filter']
  page: Page
}

async function whole<Name extends PagedList>(
  parts: ReadParts,
  list: Name,
  asked: Asked<Name>,
): Promise<PagedLists[Name]['row'][]> {
  return toItems(parts, list, await all(parts, await listQuery(parts, list, asked)))
}

async function listQuery<Name extends PagedList>(
  parts: ReadParts,
  list: Name,
  { filter, page }: Asked<Name>,
): Promise<CompiledQuery> {
  return PAGED_LISTS[list].query(parts.db, filter, page, await hintFor(parts, list, filter))
}

function toItems<Name extends PagedList>(
  { encryption }: ReadParts,
  list: Name,
  found: unknown[],
): PagedLists[Name]['row'][] {
  return found.map((row) => PAGED_LISTS[list].toItem(row as never, encryption))
}

async function hintFor(
  parts: ReadParts,
  list: PagedList,
  filter: PagedLists[PagedList]['filter'],
): Promise<queries.Hint> {
  if (list !== 'deliveries' && list !== 'leads') return null
  const { q, chatbotId, webhookId, eventId, eventType } = filter as DeliveryFilter
  if (isNameSearch(q)) {
    return (await isTrue(parts, isCommonName(parts.db, q, chatbotId))) ? 'common_name' : null
  }
  if (q !== undefined || eventId !== undefined) return null
  if (!isLeadEvent(eventType)) return null
  const owner = chatbotId ?? (webhookId && (await findWebhookRow(parts, webhookId))?.chatbot_id)
  if (!owner) return null
  return (await isTrue(parts, hasFewLeads(parts.db, owner))) ? { fewLeadsOf: owner } : null
}

async function isTrue(parts: ReadParts, query: CompiledQuery): Promise<boolean> {
  return Number((await one<{ told: number }>(parts, query))?.told) === 1
}

function byId(db: Builder, table: 'webhooks' | 'recoveries', id: string): CompiledQuery {
  return db.selectFrom(table).selectAll().where('id', '=', id).compile()
}

async function one<Row>(parts: ReadParts, compiled: CompiledQuery): Promise<Row | undefined> {
  return (await all<Row>(parts, compiled))[0]
}

async function all<Row>({ run }: ReadParts, compiled: CompiledQuery): Promise<Row[]> {
  const [found] = await run([compiled])
  return (found ?? []) as Row[]
}
