/** Leads as a spreadsheet opens them: RFC 4180, read and sent page by page. */
import type { z } from 'zod'
import type { Lead } from '../lead.ts'
import type { LeadFilter, PageRead, ReadStore } from '../store/store.ts'
import { inPieces } from './answer-pieces.ts'
import { PAGE_BYTES_MAX } from './cursor.ts'
import type { ApiDeps } from './deps.ts'
import { isoAt } from './present.ts'
import { defineRoute, type Route } from './route.ts'
import { EXAMPLE_IDS } from './schemas.ts'
import { refuseEmptySpan } from './span.ts'

const PAGE_ROWS = 500

const COLUMNS = [
  'id',
  'createdAt',
  'chatbotId',
  'conversationId',
  'eventId',
  'customerName',
  'customerEmail',
  'customerPhone',
] as const

export function leadsCsvRoute({ store, clock }: ApiDeps, query: z.ZodType<LeadFilter>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/leads.csv',
    operationId: 'exportLeads',
    tag: 'Leads',
    summary: 'Export leads',
    description:
      "RFC 4180, UTF-8, newest first. A cell that a spreadsheet would read as a formula (beginning with `=`, `+`, `-`, `@`, tab or line break) gets a `'` in front; a phone of only digits and `+ ( ) . - /` is left as it is, since it can't call anything. Two exports of a chatbot run at once, and few of all: past it 429, with `Retry-After`.",
    access: 'chatbot-by-query',
    audit: 'leads.exported',
    endless: true,
    slot: 'export',
    query,
    queryExample: { chatbotId: EXAMPLE_IDS.chatbot },
    answer: {
      status: 200,
      description: 'The file.',
      contentType: 'text/csv; charset=utf-8; header=present',
      example: csvLine([...COLUMNS]),
    },
    async handle({ query: filter, reply, audit }) {
      refuseEmptySpan(filter)
      // The first page is read before the status is sent: a store that is away is a 503.
      const first = await readLeads(store, filter, null)
      await store.keepAudit(audit({ chatbotId: filter.chatbotId ?? null }))
      const day = isoAt(clock.now()).slice(0, 10)
      reply.header('content-type', 'text/csv; charset=utf-8; header=present')
      reply.header('content-disposition', `attachment; filename="leads-${day}.csv"`)
      return reply.send(inPieces(csvPages(store, filter, first)))
    },
  })
}

type Leads = Pick<ReadStore, 'readPage'>

function readLeads(store: Leads, filter: LeadFilter, after: string | null) {
  return store.readPage('leads', filter, { limit: PAGE_ROWS, after, bytesMax: PAGE_BYTES_MAX })
}

/** The next page is read when the one before is nearly taken. */
async function* csvPages(
  store: Leads,
  filter: LeadFilter,
  first: PageRead<Lead>,
): AsyncGenerator<string> {
  yield csvLine([...COLUMNS])
  for (let page = first; ; ) {
    yield page.rows.map(leadLine).join('')
    const last = page.rows.at(-1)
    if (!last || !page.more) return
    page = await readLeads(store, filter, last.id)
  }
}

function leadLine(lead: Lead): string {
  return csvLine(
    COLUMNS.map((column) => (column === 'createdAt' ? isoAt(lead.createdAt) : lead[column])),
  )
}

function csvLine(cells: string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/** Quoted where RFC 4180 section 2 asks for it. */
export function csvCell(text: string): string {
  const shown = isFormula(text) ? `'${text}` : text
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}

/** Digits alone call no function and name no cell, so phones keep their `+`. */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r\n]/.test(text) && !/^\+[\d ().\-/]+$/.test(text)
}
