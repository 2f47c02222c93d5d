/** The desk's reading half, over anything that runs queries: lists, details and charts. */
import type { CompiledQuery } from 'kysely'
import { isChatbotSought } from '../../chatbot.ts'
import type { DeliveryKind } from '../../delivery.ts'
import { LEAD_EVENT } from '../../event.ts'
import { ORDINAL_MAX } from '../../id.ts'
import type {
  ChatbotFilter,
  CountedPage,
  DeliveryFilter,
  Desk,
  EventFilter,
  LeadFilter,
  NewRecovery,
  Page,
  PagedLists,
  PageRead,
} from '../desk.ts'
import { versionAt } from '../rules/settings-version.ts'
import { ownerOf, settingsChange } from './access/access-queries.ts'
import { type SettingsChangeRow, toSettingsChange } from './access/access-rows.ts'
import type { Builder } from './builder.ts'
import { changesQueries, pageOfChanges, reachOf, reachQueries, startOfChanges } from './changes.ts'
import {
  countRecoverable as countRecoverableQuery,
  countWaiting as countWaitingQuery,
  currentCounts,
  listDeliveries,
} from './deliveries.ts'
import {
  deliveryDetailQueries,
  eventDetailQueries,
  toDeliveryDetail,
  toEventDetail,
} from './details.ts'
import { listEvents } from './events.ts'
import { statsSeries } from './figures/charts.ts'
import { leadStatsQueries, toLeadStats } from './figures/lead-stats.ts'
import { toStats } from './figures/stats.ts'
import { glimpseQueries, leadGlimpses, toGlimpses, toLeadGlimpses } from './glimpses.ts'
import { type ListedLeadRow, listLeads, toListedLead } from './lead-deliveries.ts'
import { leadRecordQueries, listedLeadQuery, toLeadRecord } from './lead-record.ts'
import { PAGED_LISTS, type PagedList } from './paged-lists.ts'
import * as queries from './queries.ts'
import type { ReadParts } from './read-parts.ts'
import * as rows from './rows.ts'
import type { StateCount, StatsRow } from './schema.ts'
import { hasFewLeads, isLeadEvent, isPeopleSearch } from './searches.ts'
import { findDeliveries, findLeads } from './searching/find-page.ts'
import { webhookReads } from './webhook-reads.ts'

export function createReads(parts: ReadParts) {
  return { ...lists(parts), ...details(parts), ...charts(parts), ...webhookReads(parts) }
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
    listChatbots: (page, filter = {}) => whole(parts, 'chatbots', { filter, page }),
    listWebhooks: (filter, page) => whole(parts, 'webhooks', { filter, page }),
    listDeliveries: (filter, page) => whole(parts, 'deliveries', { filter, page }),
    listErasures: (filter, page) => whole(parts, 'erasures', { filter, page }),
    listApiKeys: (filter, page) => whole(parts, 'apiKeys', { filter, page }),
    listAudit: (filter, page) => whole(parts, 'audit', { filter, page }),
    async listLeads(filter, page) {
      const asked = queries.asked(filter, await hintFor(parts, 'leads', { filter, page }))
      const query = listLeads(parts.db, asked, page)
      return (await all<ListedLeadRow>(parts, query.compile())).map(toListedLead)
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
    async glimpseLeads(eventIds) {
      const asked = [...new Set(eventIds)]
      const [found] = asked.length === 0 ? [] : await run([leadGlimpses(db, asked)])
      return toLeadGlimpses(found)
    },
    getEvent: async (id) => toEventDetail(await run(eventDetailQueries(db, id))),
    getDelivery: async (id) =>
      toDeliveryDetail(await run(deliveryDetailQueries(db, id)), encryption),
    async getLead(id) {
      const row = await one<ListedLeadRow>(parts, listedLeadQuery(db, id))
      return row ? toListedLead(row) : null
    },
    getLeadRecord: async (id) => toLeadRecord(await run(leadRecordQueries(db, id)), encryption),
    async getRecovery(id) {
      const row = await one<rows.RecoveryRow>(parts, byId(db, 'recoveries', id))
      return row ? rows.toRecovery(row) : null
    },
    async settingsChange({ id, version }) {
      const at = versionAt(version)
      if (at === null) return null
      const row = await one<SettingsChangeRow>(parts, settingsChange(db, id, at))
      return row ? toSettingsChange(row) : null
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
    leadStats: async (query) => toLeadStats(await run(leadStatsQueries(db, query))),
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

/** Of a page of deliveries their ids, newest first. */
export async function deliveryIds(
  parts: ReadParts,
  filter: queries.Sought<DeliveryFilter>,
  page: Page,
): Promise<string[]> {
  const hint = await hintFor(parts, 'deliveries', { filter, page })
  const query = listDeliveries(parts.db, queries.asked(filter, hint), page).compile()
  return (await all<{ id: string }>(parts, query)).map(({ id }) => id)
}

/** Of few events (by `sharedOf`) all deliveries, whatever they are. */
export async function deliveriesOfEvents(
  parts: ReadParts,
  ofLeads: readonly string[],
): Promise<{ id: string; webhookId: string; kind: DeliveryKind }[]> {
  const page = { limit: ofLeads.length * ORDINAL_MAX, after: null }
  const { sql, parameters } = listDeliveries(parts.db, { ofLeads }, page).compile()
  const text = `SELECT id, webhook_id, kind FROM (${sql}) AS listed`
  const [found] = await parts.run([{ sql: text, parameters }])
  return (found as Pick<rows.DeliveryRow, 'id' | 'webhook_id' | 'kind'>[]).map((row) => {
    return { id: row.id, webhookId: row.webhook_id, kind: row.kind }
  })
}

/** Of a page of events what they are, newest first. */
export async function eventsOfList(
  parts: ReadParts,
  filter: EventFilter,
  page: Page,
): Promise<{ id: string; eventType: string; erased: boolean }[]> {
  const { sql, parameters } = listEvents(parts.db, filter, page).compile()
  const text = `SELECT id, event_type, erased FROM (${sql}) AS listed ORDER BY id DESC`
  const [rows] = await parts.run([{ sql: text, parameters }])
  type Found = { id: string; event_type: string | null; erased: number }
  return (rows as Found[]).map(({ id, event_type, erased }) => {
    return { id, eventType: event_type ?? LEAD_EVENT, erased: erased === 1 }
  })
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

/** `dueAfter`: what is due later; null: all that is in nobody's hands. */
export async function countWaiting(
  parts: ReadParts,
  waiting: { webhookId: string; dueAfter: number | null },
): Promise<number> {
  const query = countWaitingQuery(parts.db, waiting)
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
  const hint = await hintFor(parts, list, { filter, page })
  return PAGED_LISTS[list].query(parts.db, filter, page, hint)
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
  { filter, page }: { filter: PagedLists[PagedList]['filter']; page: Page | CountedPage },
): Promise<queries.Hint> {
  if (list === 'chatbots' && 'after' in page) {
    return findChatbots(parts, filter as ChatbotFilter, page)
  }
  if (list !== 'deliveries' && list !== 'leads') return null
  const { q, chatbotId, webhookId, eventId, eventType } = filter as DeliveryFilter
  if (isPeopleSearch(q)) {
    const sought = { ...filter, q }
    // Of a counted page what is skipped is found, too.
    const until = 'skip' in page ? { limit: page.skip + page.limit, after: null } : page
    const found =
      list === 'leads'
        ? await findLeads(parts, sought as LeadFilter & { q: string }, until)
        : await findDeliveries(parts, sought as DeliveryFilter & { q: string }, until)
    return { found }
  }
  if (q !== undefined || eventId !== undefined) return null
  if (!isLeadEvent(eventType)) return null
  const owner = chatbotId ?? (webhookId && (await findWebhookRow(parts, webhookId))?.chatbot_id)
  if (!owner) return null
  return (await isTrue(parts, hasFewLeads(parts.db, owner))) ? { fewLeadsOf: owner } : null
}

/** As many as the page takes; what is beyond the last of them is the next page's. */
async function findChatbots(
  parts: ReadParts,
  { q }: ChatbotFilter,
  { limit, after }: Page,
): Promise<queries.Hint> {
  if (q === undefined) return null
  const found: string[] = []
  let last = after
  for (;;) {
    const query = queries.chatbotNames(parts.db, last).compile()
    const names = await all<{ id: string; name: string }>(parts, query)
    for (const { id, name } of names) {
      if (found.length < limit && isChatbotSought({ id, name }, q)) found.push(id)
    }
    last = names.at(-1)?.id ?? null
    if (found.length >= limit || names.length < queries.CHATBOT_NAMES_MAX) {
      return { chatbots: found }
    }
  }
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
