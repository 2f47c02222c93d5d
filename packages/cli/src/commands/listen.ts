import { type Api, chatbotOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { forward } from '../listen/forward.ts'
import { keepSecret, keptSecret, secretsPath } from '../listen/kept-secret.ts'
import { LeftBehind } from '../listen/left-behind.ts'
import { lineText, lineValue } from '../listen/line.ts'
import { Listener } from '../listen/listener.ts'
import { nearest } from '../nearest.ts'
import { printable } from '../output.ts'
import { serverUrl } from '../typed-url.ts'
import { LEAD_EVENTS } from './trigger.ts'

const DEFAULT_EVENTS = 'lead.submit'

export const listen: Command = {
  name: 'listen',
  usage: '--forward-to URL',
  about: 'Live deliveries on this machine, through any firewall: forwards each to your own server.',
  options: {
    'forward-to': { type: 'string', value: 'URL', about: 'your server: 3000, localhost:3000/hook' },
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
    keep: { type: 'boolean', about: 'a new one that stays, with what waits for it' },
    'print-secret': { type: 'boolean', about: "print the webhook's secret, and end" },
    chatbot: { type: 'string', value: 'bot_…', about: 'of which chatbot; default: the only one' },
  },
  notes: `It connects out, and only to CHATZURI_URL. Each delivery is one line: time, type, id, status,
duration, and what comes next. What fails is tried again by the server's schedule. While nobody
listens, deliveries wait for a webhook of --keep or --webhook; a new one goes when this ends, and leaves
nothing behind; after a kill the next start takes it up. Its secret is kept for the next start, for each server and chatbot, in
~/.local/state/chatzuri/listen.json.
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
    given.out.notice(await endText({ api, webhook, url }))
    return EXIT.done
  },
}

interface Listened {
  id: string
  /** Null: it is older than this command, and is not shown unasked. */
  secret: string | null
  /** It is of this run alone, and goes with it: where that is noted until then. */
  ours?: LeftBehind
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
  return serverUrl(given, '--forward-to', { near: true })
}

async function create(api: Api, given: Given): Promise<Listened> {
  const chatbot = await chatbotOf(api, given.text('chatbot'))
  const types = (given.text('events') ?? DEFAULT_EVENTS).split(',').map((type) => type.trim())
  for (const type of types) {
    const meant = LEAD_EVENTS.includes(type) ? null : nearest(type, LEAD_EVENTS)
    if (meant !== null)
      given.out.notice(`Any type is a type; is ${printable(type)} meant to be ${meant}?`)
  }
  const path = secretsPath(given.env)
  const place = `${api.server} ${chatbot}`
  const secret = keptSecret(path, place)
  const eventTypes = types.filter((type) => type !== '')
  const ours = new LeftBehind(path, place)
  const isForwarding = given.text('forward-to') !== undefined && !given.flag('print-secret')
  if (isForwarding && !given.flag('keep')) {
    const left = await takeUp(api, ours, eventTypes)
    if (left !== null) return { id: left, secret: secret ?? null, ours }
  }
  const webhook = await api.post(`/api/v1/chatbots/${chatbot}/listeners`, {
    ...(secret === undefined ? {} : { secret }),
    eventTypes,
    description: 'chatzuri listen',
    temporary: !given.flag('keep'),
  })
  const made = { id: String(webhook.id), secret: String(webhook.secret) }
  const isKept = keepSecret(path, place, made.secret)
  if (!isKept) given.out.notice(`${path} can't be written: the next start has another secret.`)
  if (given.flag('keep')) return made
  ours.begin({ webhookId: made.id, eventTypes })
  return { ...made, ours }
}

/** What one that was killed left, with what came for it since; others of such are removed. Null: none is of use. */
async function takeUp(api: Api, ours: LeftBehind, eventTypes: string[]): Promise<string | null> {
  let found: string | null = null
  for (const { webhookId, eventTypes: types } of ours.take()) {
    const path = `/api/v1/webhooks/${encodeURIComponent(webhookId)}`
    const isSame = found === null && JSON.stringify(types) === JSON.stringify(eventTypes)
    const isThere = isSame && (await api.get(path).then(Boolean, () => false))
    if (isThere) {
      ours.begin({ webhookId, eventTypes })
      found = webhookId
    } else await api.remove(path).catch(() => {})
  }
  return found
}

async function printSecret(api: Api, { out, flag }: Given, { id, secret, ours }: Listened) {
  const known =
    secret ?? (await api.get(`/api/v1/webhooks/${encodeURIComponent(id)}/secret`)).secret
  out.line(flag('json') ? JSON.stringify({ webhookId: id, secret: known }) : String(known))
  // It is kept: the next start has it, with a webhook of its own.
  if (ours) {
    await api.remove(`/api/v1/webhooks/${encodeURIComponent(id)}`)
    ours.end(id)
  } else if (secret !== null)
    out.notice(`Of the new webhook ${id}: chatzuri listen --webhook ${id} …`)
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
  try {
    await listener.run()
  } catch (error) {
    // What somebody else took over is theirs; else it is of no use to anybody.
    if (!listener.wasReplaced) await endText({ api, webhook, url })
    throw error
  }
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

/** What is of this run alone is taken away with what still waits for it. */
async function endText({ api, webhook, url }: Omit<Forwarding, 'given'>): Promise<string> {
  if (!webhook.ours) return `Ended. What comes now waits for: ${againText(webhook, url)}`
  try {
    await api.remove(`/api/v1/webhooks/${encodeURIComponent(webhook.id)}`)
    webhook.ours.end(webhook.id)
    return 'Ended, and its webhook with it. The next start has the same secret.'
  } catch {
    return `Ended. Its webhook ${webhook.id} could not be removed; the server does so within two hours.`
  }
}

function againText({ id }: Listened, { href }: URL): string {
  return `chatzuri listen --webhook ${id} --forward-to ${href}`
}

/** The first Ctrl-C ends it in order, and so does a terminal that is closed; a second one ends the process, as without us. */
function untilInterrupted(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => stop.abort())
  return stop.signal
}
