import { type Api, itemsOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { printable } from '../output.ts'
import { LIMIT_OPTION, printList, queryOf } from '../paging.ts'
import { SPAN_OPTIONS, spanOf } from '../span.ts'

const FILTERS = {
  chatbot: 'chatbotId',
  webhook: 'webhookId',
  event: 'eventId',
  type: 'eventType',
  state: 'state',
  status: 'status',
  q: 'q',
}
const COLUMNS = ['id', 'createdAt', 'eventType', 'state', 'attemptCount', 'lastStatus', 'lastError']

export const deliveries: Command = {
  name: 'deliveries',
  usage: 'list | show dlv_… | resend dlv_… …',
  about:
    'Finds deliveries, shows what happened to one, sends finished ones again, or waiting ones now.',
  options: {
    state: {
      type: 'string',
      multiple: true,
      value: 'STATE',
      about: 'list: pending, delivered, exhausted, parked or cancelled; may be repeated',
    },
    chatbot: { type: 'string', value: 'bot_…', about: 'list: of this chatbot' },
    webhook: { type: 'string', value: 'wh_…', about: 'list: of this webhook' },
    event: { type: 'string', value: 'evt_…', about: 'list: of this event' },
    type: { type: 'string', value: 'TYPE', about: 'list: of this event type' },
    status: {
      type: 'string',
      value: 'STATUS',
      about: 'list: what was answered last to what is not delivered: 503, or 5xx',
    },
    ...SPAN_OPTIONS,
    q: {
      type: 'string',
      value: 'TEXT',
      about: 'list: an id, words of a name, an email or its domain, a phone',
    },
    ...LIMIT_OPTION,
  },
  async run(given) {
    const [action, ...ids] = given.positionals
    if (action === 'list' && ids.length === 0) return list(openApi(given.env), given)
    if (action === 'show' && ids.length === 1)
      return show(openApi(given.env), given, String(ids[0]))
    if (action === 'resend' && ids.length > 0) return resend(openApi(given.env), given, ids)
    throw usageError('deliveries takes list, show dlv_… or resend dlv_….')
  },
}

async function list(api: Api, given: Given) {
  const query = spanOf(given, queryOf(given, FILTERS))
  const listed = { api, path: '/api/v1/deliveries', columns: COLUMNS, noun: 'deliveries' }
  await printList(given, { ...listed, query })
  return EXIT.done
}

async function show(api: Api, { out }: Given, id: string) {
  const delivery = await api.get(`/api/v1/deliveries/${encodeURIComponent(id)}`)
  out.value(delivery, () => `${printable(String(delivery.explanation))}\n`)
  if (out.json) return EXIT.done
  const cure = delivery.cure as {
    cause: string
    text: string
    action: { url: string } | null
  } | null
  // A server of before has none.
  if (cure) {
    out.line(printable(`${cure.cause} ${cure.text}`))
    if (cure.action) out.line(`It leads to ${printable(cure.action.url)}`)
  }
  const attempts = itemsOf({ data: delivery.attempts })
  out.rows(
    attempts,
    ['number', 'startedAt', 'durationMs', 'status', 'error', 'note'],
    'No attempt yet.',
  )
  const earlier = Number(attempts[0]?.number ?? 1) - 1
  if (earlier > 0) out.line(`${earlier} earlier ones are left out.`)
  const [last] = attempts.slice(-1)
  // Often a page of HTML: its lines stay lines.
  const answer = String(last?.responseBody ?? '').split(/\r?\n/)
  if (last?.responseBody) out.line(`\nIt answered: ${answer.map(printable).join('\n')}`)
  const { request } = delivery as {
    request?: { url: string; headers: Record<string, string>; body: string } | null
  }
  if (!request) return EXIT.done
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
  out.line(['', `POST ${request.url}`, ...headers, '', request.body].map(printable).join('\n'))
  return EXIT.done
}

async function resend(api: Api, { out }: Given, ids: string[]) {
  for (const id of ids) {
    const delivery = await api.post(`/api/v1/deliveries/${encodeURIComponent(id)}/resend`)
    out.value(delivery, () => `${id} is on its way again (${delivery.state}).`)
  }
  return EXIT.done
}
