/** The reading half of the contract, over anything that runs queries. Both stores use it. */
import type { CompiledQuery } from 'kysely'
import type { ApiKey } from '../../access.ts'
import type { AuditEntry } from '../../audit.ts'
import type { Chatbot } from '../../chatbot.ts'
import type { Delivery } from '../../delivery.ts'
import type { Event } from '../../event.ts'
import type { Conversation, Erasure, Lead } from '../../lead.ts'
import type { Webhook } from '../../webhook.ts'
import type {
  ApiKeyFilter,
  AuditFilter,
  BoundedPage,
  ConversationFilter,
  CountedPage,
  DeliveryDetail,
  DeliveryFilter,
  ErasureFilter,
  LeadFilter,
  LeadRecord,
  NewRecovery,
  OwnedKind,
  Page,
  PagedLists,
  PageRead,
  Recovery,
  Stats,
  StatsQuery,
  WebhookFilter,
} from '../desk.ts'
import type { ChangePage, ChangePlace } from '../road.ts'
import type { Encryption } from '../sealing/encryption.ts'
import { ownerOf } from './access-queries.ts'
import { newestAttempts } from './attempts.ts'
import type { Builder } from './builder.ts'
import { changesQueries, pageOfChanges, reachOf, reachQueries, startOfChanges } from './changes.ts'
import { statsSeries } from './charts.ts'
import { leadRecordQueries, toLeadRecord } from './lead-record.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import { PAGED_LISTS, type PageBound, type PagedList } from './paged-lists.ts'
import * as queries from './queries.ts'
import * as rows from './rows.ts'
import type { StateCount, StatsRow } from './schema.ts'
import { COMMON_NAMES, countNamed, isNameSearch } from './searches.ts'
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

/** What of the contract is read. */
export type Reading = Exclude<keyof Reads, 'findWebhookRow' | 'countRecoverable'>

export class Reads {
  readonly #db: Builder
  readonly #run: RunQueries
  /** Where what a delivery or a visitor waits for is read: never behind somebody's long list. */
  readonly #runSoon: RunQueries
  readonly #encryption: Encryption

  constructor(options: {
    db: Builder
    run: RunQueries
    runSoon: RunQueries
    encryption: Encryption
  }) {
    this.#db = options.db
    this.#run = options.run
    this.#runSoon = options.runSoon
    this.#encryption = options.encryption
  }

  async getChatbot(id: string): Promise<Chatbot | null> {
    const query = this.#db.selectFrom('chatbots').selectAll().where('id', '=', id)
    const [found] = await this.#runSoon([query.where('deleted_at', 'is', null).compile()])
    const [row] = found as rows.ChatbotRow[]
    return row ? rows.toChatbot(row) : null
  }

  async readPage<Name extends PagedList>(
    list: Name,
    filter: PagedLists[Name]['filter'],
    page: BoundedPage,
  ): Promise<PageRead<PagedLists[Name]['row']>> {
    const { limit, after, bytesMax } = page
    const query = await this.#listQuery(list, filter, { limit: limit + 1, after })
    const bound = { rowsMax: limit, bytesMax, sized: PAGED_LISTS[list].sized }
    const { sql, parameters } = query
    const [found] = await this.#run([{ sql, parameters, bound }])
    const [read] = found as [PageRead<unknown>]
    return { rows: this.#toItems(list, read.rows), more: read.more }
  }

  listChatbots(page: Page): Promise<Chatbot[]> {
    return this.#whole('chatbots', {}, page)
  }

  /** The row as it is kept, sealed. */
  async findWebhookRow(id: string): Promise<rows.WebhookRow | null> {
    const [found] = await this.#runSoon([this.#byId('webhooks', id)])
    return (found as rows.WebhookRow[])[0] ?? null
  }

  async getWebhook(id: string): Promise<Webhook | null> {
    const found = await this.findWebhookRow(id)
    return found ? rows.toWebhook(found, this.#encryption) : null
  }

  listWebhooks(filter: WebhookFilter, page: Page): Promise<Webhook[]> {
    return this.#whole('webhooks', filter, page)
  }

  async getEvent(
    id: string,
  ): Promise<(Event & { erased: boolean; deliveries: Delivery[] }) | null> {
    const deliveriesOf = this.#db.selectFrom('deliveries').selectAll().where('event_id', '=', id)
    const [events, deliveries] = await this.#run([
      this.#ownedById('events', id),
      deliveriesOf.orderBy('id').compile(),
    ])
    const event = events?.[0] as rows.EventRow | undefined
    if (!event) return null
    return {
      ...rows.toEvent(event),
      erased: event.erased === 1,
      deliveries: (deliveries as rows.DeliveryRow[]).map(rows.toDelivery),
    }
  }

  async getDelivery(id: string): Promise<DeliveryDetail | null> {
    const delivery = this.#db.selectFrom('deliveries').where('id', '=', id)
    const [deliveries, attempts, events, webhooks] = await this.#run([
      this.#ownedById('deliveries', id),
      newestAttempts(this.#db, [id]).compile(),
      this.#db
        .selectFrom('events')
        .selectAll()
        .where('id', '=', delivery.select('event_id'))
        .compile(),
      this.#db
        .selectFrom('webhooks')
        .selectAll()
        .where('id', '=', delivery.select('webhook_id'))
        .compile(),
    ])
    const row = deliveries?.[0] as rows.DeliveryRow | undefined
    const event = events?.[0] as rows.EventRow | undefined
    const webhook = webhooks?.[0] as rows.WebhookRow | undefined
    if (!row || !event) return null
    return {
      delivery: rows.toDelivery(row),
      attempts: (attempts as rows.AttemptRow[]).map(rows.toAttempt),
      payload: event.payload,
      erased: event.erased === 1,
      webhook: webhook ? rows.toWebhook(webhook, this.#encryption) : null,
    }
  }

  listDeliveries(filter: DeliveryFilter, page: Page): Promise<Delivery[]> {
    return this.#whole('deliveries', filter, page)
  }

  async getLead(id: string): Promise<Lead | null> {
    const found = await this.#one<rows.LeadRow>(this.#ownedById('leads', id))
    return found ? rows.toLead(found) : null
  }

  async listLeads(filter: LeadFilter, page: Page | CountedPage): Promise<Lead[]> {
    const asked = queries.asked(filter, await this.#isCommonName(filter.q))
    const found = await this.#all<rows.LeadRow>(queries.listLeads(this.#db, asked, page).compile())
    return found.map(rows.toLead)
  }

  async listConversations(filter: ConversationFilter, page: CountedPage): Promise<Conversation[]> {
    const query = queries.listConversations(this.#db, filter, page)
    return (await this.#all<rows.ConversationRow>(query.compile())).map(rows.toConversation)
  }

  async #isCommonName(q: string | undefined): Promise<boolean> {
    if (!isNameSearch(q)) return false
    const found = await this.#one<{ count: number }>(countNamed(this.#db, q).compile())
    return Number(found?.count ?? 0) >= COMMON_NAMES
  }

  async getLeadRecord(id: string): Promise<LeadRecord | null> {
    const found = await this.#run(leadRecordQueries(this.#db, id))
    return toLeadRecord(found, this.#encryption)
  }

  listErasures(filter: ErasureFilter, page: Page): Promise<Erasure[]> {
    return this.#whole('erasures', filter, page)
  }

  async getRecovery(id: string): Promise<Recovery | null> {
    const found = await this.#one<rows.RecoveryRow>(this.#byId('recoveries', id))
    return found ? rows.toRecovery(found) : null
  }

  listApiKeys(filter: ApiKeyFilter, page: Page): Promise<ApiKey[]> {
    return this.#whole('apiKeys', filter, page)
  }

  listAudit(filter: AuditFilter, page: Page): Promise<AuditEntry[]> {
    return this.#whole('audit', filter, page)
  }

  async chatbotOf(kind: OwnedKind, id: string): Promise<string | null> {
    const [found] = await this.#runSoon([ownerOf(this.#db, kind, id)])
    return (found as { chatbot_id: string | null }[])[0]?.chatbot_id ?? null
  }

  async countRecoverable(recovery: NewRecovery): Promise<number> {
    const query = queries.countRecoverable(this.#db, recovery)
    return Number((await this.#one<{ count: number }>(query.compile()))?.count ?? 0)
  }

  async stats(query: StatsQuery): Promise<Stats> {
    const [series, current] = await this.#run([
      statsSeries(this.#db, query).compile(),
      queries.currentCounts(this.#db, query).compile(),
    ])
    return toStats(series as StatsRow[], current as StateCount[])
  }

  async backlog(): Promise<number> {
    const query = this.#db.selectFrom('meta').select('value').where('key', '=', 'backlog')
    return Number((await this.#one<{ value: number }>(query.compile()))?.value ?? 0)
  }

  async changesSince(since: number | ChangePlace, limit: number): Promise<ChangePage> {
    const place = typeof since === 'number' ? startOfChanges(since) : since
    const reach = reachOf(await this.#run(reachQueries(this.#db, place)), place)
    const found = await this.#run(changesQueries(this.#db, { place, reach, limit }))
    return pageOfChanges(found, { reach, limit })
  }

  async #whole<Name extends PagedList>(
    list: Name,
    filter: PagedLists[Name]['filter'],
    page: Page,
  ): Promise<PagedLists[Name]['row'][]> {
    const query = await this.#listQuery(list, filter, page)
    return this.#toItems(list, await this.#all(query))
  }

  async #listQuery<Name extends PagedList>(
    list: Name,
    filter: PagedLists[Name]['filter'],
    page: Page,
  ): Promise<CompiledQuery> {
    const q = 'q' in filter ? filter.q : undefined
    return PAGED_LISTS[list].query(this.#db, filter, page, await this.#isCommonName(q))
  }

  #toItems<Name extends PagedList>(list: Name, found: unknown[]): PagedLists[Name]['row'][] {
    return found.map((row) => PAGED_LISTS[list].toItem(row as never, this.#encryption))
  }

  #byId(table: 'webhooks' | 'recoveries', id: string): CompiledQuery {
    return this.#db.selectFrom(table).selectAll().where('id', '=', id).compile()
  }

  #ownedById(table: 'events' | 'deliveries' | 'leads', id: string): CompiledQuery {
    const row = this.#db.selectFrom(table).selectAll().where('id', '=', id)
    return row.where(isOfLiveChatbot(table)).compile()
  }

  async #one<Row>(compiled: CompiledQuery): Promise<Row | undefined> {
    return (await this.#all<Row>(compiled))[0]
  }

  async #all<Row>(compiled: CompiledQuery): Promise<Row[]> {
    const [found] = await this.#run([compiled])
    return (found ?? []) as Row[]
  }
}
