import { addressOf } from '../address.ts'
import { type Api, chatbotOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { forward } from '../listen/forward.ts'
import { lineText, lineValue } from '../listen/line.ts'
import { Listener } from '../listen/listener.ts'
import { nearest } from '../nearest.ts'
import { printable } from '../output.ts'
import { LEAD_EVENTS } from './trigger.ts'

const DEFAULT_EVENTS = 'lead.submit'

export const listen: Command = {
  name: 'listen',
  usage: '--forward-to URL',
  about: 'Live deliveries on this machine, through any firewall: forwards each to your own server.',
  options: {
    'forward-to': {
      type: 'string',
      value: 'URL',
      about: 'your server: 3000, or localhost:3000/hook',
    },
    events: {
      type: 'string',
      value: 'TYPE,TYPE',
      about: `of which types; default ${DEFAULT_EVENTS}`,
    },
    webhook: {
      type: 'string',
      value: 'wh_…',
      about: 'one that was made by listen, with its secret; default: a new one',
    },
    keep: { type: 'boolean', about: 'a new one that stays until it is deleted' },
    'print-secret': { type: 'boolean', about: "print the webhook's secret, and end" },
    chatbot: { type: 'string', value: 'bot_…', about: 'of which chatbot; default: the only one' },
  },
  notes: `It connects out, and only to CHATZURI_URL. Each delivery is one line: time, type, id, status,
duration, and what comes next. What fails is tried again by the server's schedule. While nobody
listens, deliveries wait; a new webhook is removed an hour after the last contact, unless --keep.
Of two that listen to one webhook the later takes over. Behind a proxy, with Node 24: HTTPS_PROXY
and NODE_USE_ENV_PROXY=1.

Ctrl-C ends it when the delivery in hand is done, a second one at once.
Exit code: 0 ended by Ctrl-C, 3 the server refused, or another took over.`,
  async run(given) {
    const wantsSecret = given.flag('print-secret')
    refusePositionals(given.positionals)
    const url = forwardUrl(given.text('forward-to'), wantsSecret)
    const chosen = given.text('webhook')
    if (chosen !== undefined && (given.text('events') !== undefined || given.flag('keep')))
      throw usageError(
        '--events and --keep are for a new webhook; the one of --webhook has its own.',
      )
    const api = openApi(given.env)
    const webhook = chosen === undefined ? await create(api, given) : { id: chosen, secret: null }
    if (wantsSecret || url === null) return printSecret(api, given, webhook)
    await forwardAll({ api, given, webhook, url })
    given.out.notice(`Ended. What comes now waits for: ${againText(webhook, url)}`)
    return EXIT.done
  },
}

interface Listened {
  id: string
  /** Null: it is older than this command, and is not shown unasked. */
  secret: string | null
}

/** The first thing that is tried is the URL alone. */
function refusePositionals([first]: string[]): void {
  if (first === undefined) return
  throw usageError(`"${first}" has no place here. The URL is an option's: --forward-to URL.`)
}

/** Null: none is needed. */
function forwardUrl(given: string | undefined, wantsSecret: boolean): URL | null {
  if (given === undefined && wantsSecret) return null
  if (given === undefined) {
    throw usageError(
      'listen needs to know where to: --forward-to http://localhost:3000/hook, with the port and path of your server.',
    )
  }
  return addressOf(given, '--forward-to')
}

async function create(api: Api, given: Given): Promise<Listened> {
  const chatbot = await chatbotOf(api, given.text('chatbot'))
  const types = (given.text('events') ?? DEFAULT_EVENTS).split(',').map((type) => type.trim())
  for (const type of types) {
    const meant = LEAD_EVENTS.includes(type) ? null : nearest(type, LEAD_EVENTS)
    if (meant !== null)
      given.out.notice(`Any type is a type; is ${printable(type)} meant to be ${meant}?`)
  }
  const webhook = await api.post(`/api/v1/chatbots/${chatbot}/listeners`, {
    eventTypes: types.filter((type) => type !== ''),
    description: 'chatzuri listen',
    temporary: !given.flag('keep'),
  })
  return { id: String(webhook.id), secret: String(webhook.secret) }
}

async function printSecret(api: Api, { out, flag }: Given, { id, secret }: Listened) {
  const known =
    secret ?? (await api.get(`/api/v1/webhooks/${encodeURIComponent(id)}/secret`)).secret
  out.line(flag('json') ? JSON.stringify({ webhookId: id, secret: known }) : String(known))
  if (secret !== null) out.notice(`Of the new webhook ${id}: chatzuri listen --webhook ${id} …`)
  return EXIT.done
}

interface Forwarding {
  api: Api
  given: Given
  webhook: Listened
  url: URL
}

async function forwardAll({ api, given, webhook, url }: Forwarding): Promise<void> {
  const { out } = given
  const listener = new Listener({
    api,
    webhookId: webhook.id,
    stop: untilInterrupted(),
    forward: (handed) => forward(handed, url),
    onListening: () => tellStart({ given, webhook, url }),
    onForwarded(handed, forwarded, reported) {
      const told = { handed, forwarded, reported, url }
      out.value(lineValue(told), () => lineText(told))
    },
    onNotice: (text) => out.notice(printable(text)),
  })
  await listener.run()
}

function tellStart({ given: { out, text }, webhook, url }: Omit<Forwarding, 'api'>): void {
  const { id, secret } = webhook
  const [type = DEFAULT_EVENTS] = (text('events') ?? '').split(',').filter((each) => each !== '')
  const start = { listening: true, webhookId: id, forwardTo: url.href, ...(secret && { secret }) }
  out.value(start, () =>
    [
      `Listening as ${id}, forwarding to ${url.href}`,
      secret === null
        ? `Its secret: chatzuri listen --webhook ${id} --print-secret`
        : `Your server verifies with CHATZURI_SECRET=${secret}`,
      `Now make something happen, in another terminal: chatzuri trigger ${type}`,
      '',
    ].join('\n'),
  )
}

function againText({ id }: Listened, { href }: URL): string {
  return `chatzuri listen --webhook ${id} --forward-to ${href}`
}

/** The first Ctrl-C ends it in order; a second one ends the process, as without us. */
function untilInterrupted(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  return stop.signal
}
