import { type Api, itemsOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { printable } from '../output.ts'

const FILTERS = {
  chatbot: 'chatbotId',
  webhook: 'webhookId',
  event: 'eventId',
  type: 'eventType',
  state: 'state',
  from: 'from',
  to: 'to',
  q: 'q',
}
const COLUMNS = ['id', 'createdAt', 'eventType', 'state', 'attemptCount', 'lastStatus', 'lastError']
const PAGE = 100

export const deliveries: Command = {
  name: 'deliveries',
  usage: 'list | show dlv_… | resend dlv_… …',
  about:
    'Finds deliveries, shows what happened to one, sends finished ones again, or waiting ones now.',
  options: {
    state: {
      type: 'string',
      value: 'STATE',
      about: 'list: pending, delivered, exhausted, parked or cancelled',
    },
    chatbot: { type: 'string', value: 'bot_…', about: 'list: of this chatbot' },
    webhook: { type: 'string', value: 'wh_…', about: 'list: of this webhook' },
    event: { type: 'string', value: 'evt_…', about: 'list: of this event' },
    type: { type: 'string', value: 'TYPE', about: 'list: of this event type' },
    from: {
      type: 'string',
      value: 'TIME',
      about: 'list: accepted at this time or later (ISO 8601)',
    },
    to: { type: 'string', value: 'TIME', about: 'list: accepted before this time' },
    q: {
      type: 'string',
      value: 'TEXT',
      about: 'list: an id, words of a name, an email or its domain, a phone',
    },
    limit: { type: 'string', value: 'N', about: 'list: at most so many; default 50' },
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
  const limit = Number(given.text('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1)
    throw usageError('--limit is a whole number from 1 on.')
  const query = new URLSearchParams()
  for (const [option, name] of Object.entries(FILTERS)) {
    const value = given.text(option)
    if (value !== undefined) query.set(name, value)
  }
  const found: Record<string, unknown>[] = []
  for (;;) {
    query.set('limit', String(Math.min(PAGE, limit - found.length)))
    const page = await api.get(`/api/v1/deliveries?${query}`)
    found.push(...itemsOf(page))
    given.out.progress(`${found.length} deliveries`)
    if (typeof page.nextCursor !== 'string' || found.length >= limit) break
    query.set('cursor', page.nextCursor)
  }
  given.out.progress(null)
  given.out.rows(found, COLUMNS, 'There is no such delivery.')
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
