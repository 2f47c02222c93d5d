import { type Api, itemsOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { nearest } from '../nearest.ts'
import { printable } from '../output.ts'
import { LIMIT_OPTION, printList, queryOf } from '../paging.ts'
import { SPAN_OPTIONS, spanOf } from '../span.ts'
import { changeMany, type ManyAction } from './many-deliveries.ts'

const FILTERS = {
  chatbot: 'chatbotId',
  webhook: 'webhookId',
  event: 'eventId',
  type: 'eventType',
  status: 'status',
  q: 'q',
}
const COLUMNS = ['id', 'createdAt', 'eventType', 'state', 'attemptCount', 'lastStatus', 'lastError']

export const deliveries: Command = {
  name: 'deliveries',
  usage: 'list | show dlv_… | resend dlv_… … | cancel dlv_… …',
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
    'dry-run': { type: 'boolean', about: 'resend, cancel by a filter: only count' },
    yes: { type: 'boolean', about: 'resend, cancel by a filter: without asking' },
  },
  notes: `resend and cancel take ids, or the filters of list: what they find is counted, and asked for first.
  chatzuri deliveries list --state exhausted --status 5xx --since 6h
  chatzuri deliveries resend --state exhausted --webhook wh_… --since 2d
The server does it, in steps; Ctrl-C ends the watching, not the work (chatzuri bulk stop …). By default
resend means --state exhausted, and cancel --state pending,parked. What changed its state meanwhile is
left as it is, and told: exit code 1.`,
  async run(given) {
    const [action, ...ids] = given.positionals
    const query = filterOf(given)
    const isFiltered = [...query].length > 0
    if (action === 'list' && ids.length === 0) return list(openApi(given.env), given, query)
    if (action === 'show' && ids.length === 1) {
      if (isFiltered) throw usageError(`--${optionOf(given)} is of deliveries list.`)
      return show(openApi(given.env), given, String(ids[0]))
    }
    if (action === 'resend' || action === 'cancel') {
      if (ids.length === 0) return changeMany(given, { action, query })
      if (isFiltered || given.flag('dry-run'))
        throw usageError(`deliveries ${action} takes ids or a filter, not both.`)
      return change(openApi(given.env), given, { action, ids })
    }
    throw usageError('deliveries takes list, show dlv_…, resend dlv_… or cancel dlv_….')
  },
}

const STATES = ['pending', 'delivered', 'exhausted', 'parked', 'cancelled']

/** Throws a usage error of a state or a time that is none. */
function filterOf(given: Given): URLSearchParams {
  const query = queryOf(given, FILTERS)
  for (const state of given.texts('state').flatMap((each) => each.split(','))) {
    if (STATES.includes(state)) query.append('state', state)
    else throw unknownState(state)
  }
  return spanOf(given, query)
}

function unknownState(state: string) {
  const meant = nearest(state, STATES)
  const advice = meant === null ? '' : ` Did you mean "${meant}"?`
  return usageError(`There is no state "${state}".${advice} It is one of ${STATES.join(', ')}.`)
}

function optionOf(given: Given): string | undefined {
  const options = ['state', ...Object.keys(FILTERS), ...Object.keys(SPAN_OPTIONS)]
  return options.find((name) => given.texts(name).length > 0)
}

async function list(api: Api, given: Given, query: URLSearchParams) {
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

async function change(
  api: Api,
  { out }: Given,
  { action, ids }: { action: ManyAction; ids: string[] },
) {
  for (const id of ids) {
    const delivery = await api.post(`/api/v1/deliveries/${encodeURIComponent(id)}/${action}`)
    const what = action === 'resend' ? `on its way again (${delivery.state})` : delivery.state
    out.value(delivery, () => `${id} is ${what}.`)
  }
  return EXIT.done
}
