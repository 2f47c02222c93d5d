/**
 * Every list that is read page by page. A page ends where its rows reach so many bytes, and what is
 * beyond is not loaded: one chatbot's leads with names of 95 KB make pages of a few rows, where a
 * hundred such rows, times all who ask at once, took 4 GB.
 */
import type { CompiledQuery } from 'kysely'
import type { Page, PagedLists } from '../desk.ts'
import type { Encryption } from '../sealing/encryption.ts'
import { listApiKeys, listAudit } from './access/access-queries.ts'
import { type ApiKeyRow, type AuditRow, toApiKey, toAuditEntry } from './access/access-rows.ts'
import { listAttempts } from './attempts.ts'
import type { Builder } from './builder.ts'
import { listBulks, toBulk } from './bulks.ts'
import { listDeliveries } from './deliveries.ts'
import { EVENT_SIZED, listEvents, toListedEvent } from './events.ts'
import { listLeads, toListedLead } from './lead-deliveries.ts'
import * as queries from './queries.ts'
import * as rows from './rows.ts'
import { CHATBOT_SIZED, WEBHOOK_SIZED } from './settings-columns.ts'

export type PagedList = keyof PagedLists

/** What a query may answer at most. A bounded one answers one row: its `PageRead`. */
export interface PageBound {
  /** One more is asked for by the query itself: it tells whether others follow. */
  rowsMax: number
  /** Never so few that the first row is left out. */
  bytesMax: number
  /** The columns that can be large: by the others' sizes no page grows beyond reason. */
  sized: readonly string[]
}

interface Listing<Name extends PagedList> {
  query(
    db: Builder,
    filter: PagedLists[Name]['filter'],
    page: Page,
    hint: queries.Hint,
  ): CompiledQuery
  toItem(row: never, encryption: Encryption): PagedLists[Name]['row']
  sized: readonly string[]
}

export const PAGED_LISTS: { [Name in PagedList]: Listing<Name> } = {
  chatbots: {
    query: (db, _, page, hint) =>
      queries.listChatbots(db, page, queries.chatbotsFound(hint)).compile(),
    toItem: (row: rows.ChatbotRow) => rows.toChatbot(row),
    sized: CHATBOT_SIZED,
  },
  webhooks: {
    query: (db, filter, page) => queries.listWebhooks(db, filter, page).compile(),
    toItem: (row: rows.WebhookRow, encryption) => rows.toWebhook(row, encryption),
    sized: [...WEBHOOK_SIZED, 'secret'],
  },
  deliveries: {
    query: (db, filter, page, hint) =>
      listDeliveries(db, queries.asked(filter, hint), page).compile(),
    toItem: (row: rows.DeliveryRow) => rows.toDelivery(row),
    sized: ['event_type', 'last_error'],
  },
  leads: {
    query: (db, filter, page, hint) => listLeads(db, queries.asked(filter, hint), page).compile(),
    toItem: toListedLead,
    sized: [
      'conversation_id',
      'customer_name',
      'customer_email',
      'customer_phone',
      'consent',
      'extras',
    ],
  },
  erasures: {
    query: (db, filter, page) => queries.listErasures(db, filter, page).compile(),
    toItem: (row: rows.ErasureRow) => rows.toErasure(row),
    sized: [],
  },
  apiKeys: {
    query: (db, filter, page) => listApiKeys(db, filter, page).compile(),
    toItem: (row: ApiKeyRow) => toApiKey(row),
    sized: ['name'],
  },
  audit: {
    query: (db, filter, page) => listAudit(db, filter, page).compile(),
    toItem: (row: AuditRow) => toAuditEntry(row),
    sized: ['fields'],
  },
  attempts: {
    query: (db, filter, page) => listAttempts(db, filter, page).compile(),
    toItem: (row: rows.AttemptRow) => rows.toAttempt(row),
    sized: ['error', 'response_headers', 'response_body'],
  },
  events: {
    query: (db, filter, page) => listEvents(db, filter, page).compile(),
    toItem: toListedEvent,
    sized: EVENT_SIZED,
  },
  bulks: {
    query: (db, filter, page) => listBulks(db, filter, page).compile(),
    toItem: (row: rows.BulkRow) => toBulk(row),
    // A thousand ids, or what somebody searched for.
    sized: ['filter'],
  },
}
