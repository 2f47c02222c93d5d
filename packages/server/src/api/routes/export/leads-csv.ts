/**
 * Leads as a spreadsheet opens them, or plain for programs: RFC 4180, read and sent page by page. What
 * may be in a cell: csv-cell.ts.
 */
import { z } from 'zod'
import { ownFieldNames } from '../../../chatbot.ts'
import { countDeliveries, DEFAULT_CHANNEL, type ListedLead, worstState } from '../../../lead.ts'
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

/** Ids, instants, numbers and words are ours: they may become what a spreadsheet makes of them. */
const CELLS: Record<string, (lead: ListedLead, cell: (text: string) => string) => string> = {
  id: ({ id }) => id,
  createdAt: ({ createdAt }) => isoAt(createdAt),
  chatbotId: ({ chatbotId }) => chatbotId,
  conversationId: ({ conversationId }, cell) => cell(conversationId),
  eventId: ({ eventId }) => eventId,
  customerName: ({ customerName }, cell) => cell(customerName),
  customerEmail: ({ customerEmail }, cell) => cell(customerEmail),
  customerPhone: ({ customerPhone }, cell) => cell(customerPhone),
  deliveryState: ({ deliveries }) => worstState(deliveries) ?? '',
  delivered: ({ deliveries }) => String(deliveries.delivered),
  deliveries: ({ deliveries }) => String(countDeliveries(deliveries)),
  consentGiven: ({ consent }) => (consent === null ? '' : String(consent.given)),
  consentText: ({ consent }, cell) => (consent === null ? '' : cell(consent.text)),
  consentAt: ({ consent }) => (consent === null ? '' : isoAt(consent.at)),
  consentPage: ({ consent }, cell) => (consent === null ? '' : cell(consent.page)),
  channel: ({ extras }) => extras?.channel ?? DEFAULT_CHANNEL,
  page: ({ extras }, cell) => cell(extras?.context?.page ?? ''),
  title: ({ extras }, cell) => cell(extras?.context?.title ?? ''),
  referrer: ({ extras }, cell) => cell(extras?.context?.referrer ?? ''),
  utmSource: ({ extras }, cell) => cell(extras?.context?.utm.source ?? ''),
  utmMedium: ({ extras }, cell) => cell(extras?.context?.utm.medium ?? ''),
  utmCampaign: ({ extras }, cell) => cell(extras?.context?.utm.campaign ?? ''),
  utmTerm: ({ extras }, cell) => cell(extras?.context?.utm.term ?? ''),
  utmContent: ({ extras }, cell) => cell(extras?.context?.utm.content ?? ''),
  language: ({ extras }, cell) => cell(extras?.context?.language ?? ''),
  timeZone: ({ extras }, cell) => cell(extras?.context?.timeZone ?? ''),
}

const IDS = ['id', 'createdAt', 'chatbotId', 'conversationId', 'eventId']
const CUSTOMER = ['customerName', 'customerEmail', 'customerPhone']
const DELIVERY = ['deliveryState', 'delivered', 'deliveries']
const CONSENT = ['consentGiven', 'consentText', 'consentAt', 'consentPage']
const UTM = ['utmSource', 'utmMedium', 'utmCampaign', 'utmTerm', 'utmContent']
const CONTEXT = ['channel', 'page', 'title', 'referrer', ...UTM, 'language', 'timeZone']
/** Programs may have counted columns: what came later stands behind what there was. */
const FOR_PROGRAMS = [...IDS, ...CUSTOMER, ...DELIVERY, ...CONSENT, ...CONTEXT]
/** People read who it is, and what became of it; ids stand at the end. */
const FOR_PEOPLE = [
  ...CUSTOMER,
  'createdAt',
  ...DELIVERY,
  ...CONSENT,
  ...CONTEXT,
  ...IDS.filter((name) => name !== 'createdAt'),
]

/** Besides what leads are filtered by. */
export const plainField = z.enum(['true', 'false']).exactOptional().meta({
  description:
    '`true`: for programs. Every text to the letter, without marks and byte order mark; unsafe in a spreadsheet, which runs the formulas that visitors type.',
})

interface AskedFilter extends Omit<LeadFilter, 'deliveryStates'> {
  deliveryState?: LeadFilter['deliveryStates'] & {}
}
type Asked = AskedFilter & { plain?: 'true' | 'false' }

export function leadFilterOf({ deliveryState, ...filter }: AskedFilter): LeadFilter {
  return { ...filter, ...(deliveryState && { deliveryStates: deliveryState }) }
}

export function leadsCsvRoute({ store, clock }: ApiDeps, query: z.ZodType<Asked>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/leads.csv',
    operationId: 'exportLeads',
    tag: 'Leads',
    summary: 'Export leads',
    description:
      "RFC 4180, newest first, for spreadsheets: UTF-8 with a byte order mark. What one would take for a formula, a number or a date gets a `'` in front, phones among it: at the beginning of a cell, and within wherever a comma, semicolon, tab, bar or line break could cut it in another country's program. Programs ask for `plain=true`, whose columns are in another order: take them by their names. Own fields that the form asks for have a column each, `custom.NAME`; others stand together in `custom`, as JSON. Two exports of a chatbot run at once, and few of all: past it 429, with `Retry-After`.",
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
      example: csvLine([...FOR_PEOPLE, 'custom']),
    },
    async handle({ query: { plain, ...asked }, reply, audit }) {
      const filter = leadFilterOf(asked)
      refuseEmptySpan(filter)
      // The first page is read before the status is sent: a store that is away is a 503.
      const first = await readLeads(store, filter, null)
      await store.keepAudit(audit({ chatbotId: filter.chatbotId ?? null }))
      const day = isoAt(clock.now()).slice(0, 10)
      reply.header('content-type', 'text/csv; charset=utf-8; header=present')
      reply.header('content-disposition', `attachment; filename="leads-${day}.csv"`)
      const own = await ownColumns(store, filter)
      return reply.send(
        inPieces(csvPages(store, filter, { first, own, isPlain: plain === 'true' })),
      )
    },
  })
}

type Leads = Pick<Desk, 'readPage'>

/** Chatbots whose forms are looked at for columns, where leads of all are asked for. */
const CHATBOTS_MAX = 500
const OWN_COLUMNS_MAX = 100

/** The owner's own fields, as the forms of this moment ask for them; others stand together in `custom`. */
async function ownColumns(
  store: Pick<Desk, 'getChatbot' | 'listChatbots'>,
  { chatbotId }: LeadFilter,
): Promise<string[]> {
  const one = chatbotId === undefined ? null : await store.getChatbot(chatbotId)
  const chatbots =
    chatbotId === undefined
      ? await store.listChatbots({ limit: CHATBOTS_MAX, after: null })
      : [one].filter((found) => found !== null)
  const names = new Set(chatbots.flatMap(({ leadForm }) => ownFieldNames(leadForm)))
  return [...names].slice(0, OWN_COLUMNS_MAX)
}

function readLeads(store: Leads, filter: LeadFilter, after: string | null) {
  return store.readPage('leads', filter, { limit: PAGE_ROWS, after, bytesMax: PAGE_BYTES_MAX })
}

/** The next page is read when the one before is nearly taken. */
async function* csvPages(
  store: Leads,
  filter: LeadFilter,
  { first, own, isPlain }: { first: PageRead<ListedLead>; own: string[]; isPlain: boolean },
): AsyncGenerator<string> {
  const cell = isPlain ? plainCell : markedCell
  const columns = isPlain ? FOR_PROGRAMS : FOR_PEOPLE
  const line = (lead: ListedLead) =>
    csvLine([
      ...columns.map((name) => CELLS[name]?.(lead, cell) ?? ''),
      ...ownCells(lead, { own, cell }),
    ])
  const head = [...columns, ...own.map((name) => `custom.${name}`), 'custom']
  yield (isPlain ? '' : BYTE_ORDER_MARK) + csvLine(head)
  for (let page = first; ; ) {
    yield page.rows.map(line).join('')
    const last = page.rows.at(-1)
    if (!last || !page.more) return
    page = await readLeads(store, filter, last.id)
  }
}

function ownCells(
  { extras }: ListedLead,
  { own, cell }: { own: readonly string[]; cell: (text: string) => string },
): string[] {
  const custom = extras?.custom ?? {}
  const others = Object.entries(custom).filter(([name]) => !own.includes(name))
  const cells = own.map((name) => {
    const value = Object.hasOwn(custom, name) ? custom[name] : ''
    // A number is one, which a sheet may sum.
    return typeof value === 'string' ? cell(value) : String(value)
  })
  return [...cells, others.length === 0 ? '' : cell(JSON.stringify(Object.fromEntries(others)))]
}

function csvLine(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`
}
