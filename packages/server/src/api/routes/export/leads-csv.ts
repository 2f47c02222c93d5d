/**
 * Leads as a spreadsheet opens them, or plain for programs: RFC 4180, read and sent page by page. What
 * may be in a cell: csv-cell.ts.
 */
import { z } from 'zod'
import type { Lead } from '../../../lead.ts'
import type { Desk, LeadFilter, PageRead } from '../../../store/desk.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { inPieces } from '../../server/answers/answer-pieces.ts'
import { PAGE_BYTES_MAX } from '../../shapes/cursor.ts'
import { isoAt } from '../../shapes/present.ts'
import { EXAMPLE_IDS } from '../../shapes/schemas.ts'
import { refuseEmptySpan } from '../../shapes/span.ts'
import { markedCell, plainCell } from './csv-cell.ts'

const PAGE_ROWS = 500
/** Without it Excel reads the bytes as its country's old encoding. */
const BYTE_ORDER_MARK = '\ufeff'

const COLUMNS = [
  'id',
  'createdAt',
  'chatbotId',
  'conversationId',
  'eventId',
  'customerName',
  'customerEmail',
  'customerPhone',
  'consentGiven',
  'consentText',
  'consentAt',
  'consentPage',
] as const
type Column = (typeof COLUMNS)[number]

/** Besides what leads are filtered by. */
export const plainField = z.enum(['true', 'false']).exactOptional().meta({
  description:
    '`true`: for programs. Every text to the letter, without marks and byte order mark; unsafe in a spreadsheet, which runs the formulas that visitors type.',
})

type Asked = LeadFilter & { plain?: 'true' | 'false' }

export function leadsCsvRoute({ store, clock }: ApiDeps, query: z.ZodType<Asked>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/leads.csv',
    operationId: 'exportLeads',
    tag: 'Leads',
    summary: 'Export leads',
    description:
      "RFC 4180, newest first, for spreadsheets: UTF-8 with a byte order mark. What one would take for a formula, a number or a date gets a `'` in front, phones among it: at the beginning of a cell, and within wherever a comma, semicolon, tab, bar or line break could cut it in another country's program. Programs ask for `plain=true`. Two exports of a chatbot run at once, and few of all: past it 429, with `Retry-After`.",
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
      example: csvLine(COLUMNS),
    },
    async handle({ query: { plain, ...filter }, reply, audit }) {
      refuseEmptySpan(filter)
      // The first page is read before the status is sent: a store that is away is a 503.
      const first = await readLeads(store, filter, null)
      await store.keepAudit(audit({ chatbotId: filter.chatbotId ?? null }))
      const day = isoAt(clock.now()).slice(0, 10)
      reply.header('content-type', 'text/csv; charset=utf-8; header=present')
      reply.header('content-disposition', `attachment; filename="leads-${day}.csv"`)
      return reply.send(inPieces(csvPages(store, filter, { first, isPlain: plain === 'true' })))
    },
  })
}

type Leads = Pick<Desk, 'readPage'>

function readLeads(store: Leads, filter: LeadFilter, after: string | null) {
  return store.readPage('leads', filter, { limit: PAGE_ROWS, after, bytesMax: PAGE_BYTES_MAX })
}

/** The next page is read when the one before is nearly taken. */
async function* csvPages(
  store: Leads,
  filter: LeadFilter,
  { first, isPlain }: { first: PageRead<Lead>; isPlain: boolean },
): AsyncGenerator<string> {
  const cell = isPlain ? plainCell : markedCell
  yield (isPlain ? '' : BYTE_ORDER_MARK) + csvLine(COLUMNS)
  for (let page = first; ; ) {
    yield page.rows.map((lead) => leadLine(lead, cell)).join('')
    const last = page.rows.at(-1)
    if (!last || !page.more) return
    page = await readLeads(store, filter, last.id)
  }
}

type Cell = (text: string) => string

function leadLine(lead: Lead, cell: Cell): string {
  return csvLine(COLUMNS.map((column) => cellOf(lead, column, cell)))
}

/** Instants and words are ours: they may become dates and truths. */
function cellOf(lead: Lead, column: Column, cell: Cell): string {
  const { consent } = lead
  switch (column) {
    case 'createdAt':
      return isoAt(lead.createdAt)
    case 'consentGiven':
      return consent === null ? '' : String(consent.given)
    case 'consentText':
      return consent === null ? '' : cell(consent.text)
    case 'consentAt':
      return consent === null ? '' : isoAt(consent.at)
    case 'consentPage':
      return consent === null ? '' : cell(consent.page)
    default:
      return cell(lead[column])
  }
}

function csvLine(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`
}
