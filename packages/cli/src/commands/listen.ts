import { addressOf } from '../address.ts'
import { type Api, chatbotOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { forward } from '../listen/forward.ts'
import { Kept } from '../listen/kept.ts'
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
    'print-secret': {
      type: 'boolean',
      about: 'print the secret, and end: without --webhook, the kept one',
    },
    chatbot: { type: 'string', value: 'bot_…', about: 'of which chatbot; default: the only one' },
  },
  notes: `It connects out, and only to CHATZURI_URL. Each delivery is one line: time, type, id, status,
duration, and what comes next. What fails is tried again by the server's schedule. While nobody
listens, deliveries wait. A new webhook is removed when listen ends, with what waits, unless --keep; after a
kill the next start takes it up. Its secret is kept for the next start ($XDG_STATE_HOME/chatzuri, 0600).
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
    if (wantsSecret || url === null) return printSecret(api, given, chosen)
    const webhook = chosen === undefined ? await create(api, given) : { id: chosen, ...CHOSEN }
    const stop = untilInterrupted(given)
    await forwardAll({ api, given, webhook, url, stop })
    given.out.notice(
      webhook.kept === null
        ? `Ended. What comes now waits for: ${againText(webhook, url)}`
        : 'Ended, and its webhook is removed. The secret is kept for the next start.',
    )
    return EXIT.done
  },
}

const CHOSEN = { secret: null, kept: null }

interface Listened {
  id: string
  /** Null: it is older than this command, and is not shown unasked. */
  secret: string | null
  /** Where it is noted that it is to be removed at the end; null: it stays. */
  kept: Kept | null
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
  const eventTypes = types.filter((type) => type !== '')
  const kept = new Kept(given.env, { server: api.server, chatbot })
  const secret = keptSecret(kept, given)
  if (!given.flag('keep')) {
    const left = await takeUpLeft(api, kept, eventTypes)
    if (left !== null) return { id: left, secret: secret ?? null, kept }
  }
  const webhook = await api.post(`/api/v1/chatbots/${chatbot}/listeners`, {
    eventTypes,
    description: 'chatzuri listen',
    temporary: !given.flag('keep'),
    ...(secret === undefined ? {} : { secret }),
  })
  const id = String(webhook.id)
  if (given.flag('keep')) return { id, secret: String(webhook.secret), kept: null }
  // Where nothing can be kept, the server removes it by itself, an hour later.
  if (secret !== undefined) kept.begin(id, eventTypes)
  return { id, secret: String(webhook.secret), kept }
}

/** Undefined: nothing can be kept here, and the server makes one for this time. */
function keptSecret(kept: Kept, { out }: Pick<Given, 'out'>): string | undefined {
  try {
    return kept.secret()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    out.notice(`The secret can't be kept for the next start: ${printable(why)}`)
    return undefined
  }
}

/** A killed one left its webhook, and what came for it since; others of such are removed. Null: none is of use. */
async function takeUpLeft(api: Api, kept: Kept, eventTypes: string[]): Promise<string | null> {
  let found: string | null = null
  for (const { webhookId, eventTypes: types } of kept.takeLeft()) {
    const isSame = JSON.stringify(types) === JSON.stringify(eventTypes)
    if (found === null && isSame && (await isThere(api, webhookId))) {
      kept.begin(webhookId, eventTypes)
      found = webhookId
    } else await remove(api, webhookId)
  }
  return found
}

async function isThere(api: Api, id: string): Promise<boolean> {
  return api.get(`/api/v1/webhooks/${encodeURIComponent(id)}`).then(
    () => true,
    () => false,
  )
}

/** What is gone already, or can't be reached, the server removes by itself. */
async function remove(api: Api, id: string): Promise<void> {
  await api.remove(`/api/v1/webhooks/${encodeURIComponent(id)}`).catch(() => {})
}

/** Without --webhook the one that the next start uses, too: nothing is made on the server. */
async function printSecret(api: Api, given: Given, chosen: string | undefined) {
  const { out, flag, env } = given
  if (chosen === undefined) {
    const chatbot = await chatbotOf(api, given.text('chatbot'))
    const secret = new Kept(env, { server: api.server, chatbot }).secret()
    out.line(flag('json') ? JSON.stringify({ secret }) : secret)
    return EXIT.done
  }
  const { secret } = await api.get(`/api/v1/webhooks/${encodeURIComponent(chosen)}/secret`)
  out.line(flag('json') ? JSON.stringify({ webhookId: chosen, secret }) : String(secret))
  return EXIT.done
}

interface Forwarding {
  api: Api
  given: Given
  webhook: Listened
  url: URL
  stop: AbortSignal
}

async function forwardAll({ api, given, webhook, url, stop }: Forwarding): Promise<void> {
  const { out } = given
  const listener = new Listener({
    api,
    webhookId: webhook.id,
    stop,
    forward: (handed) => forward(handed, url),
    onListening: () => tellStart({ given, webhook, url }),
    onForwarded(handed, forwarded, reported) {
      const told = { handed, forwarded, reported, url }
      out.value(lineValue(told), () => lineText(told))
    },
    onNotice: (text) => out.notice(printable(text)),
  })
  let isOurs = true
  try {
    await listener.run()
  } catch (error) {
    // Whoever took over listens to it now.
    isOurs = !listener.wasReplaced
    throw error
  } finally {
    if (webhook.kept !== null && isOurs) await remove(api, webhook.id)
    webhook.kept?.end(webhook.id)
  }
}

function tellStart({ given: { out, text }, webhook, url }: Omit<Forwarding, 'api' | 'stop'>): void {
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

/** The first Ctrl-C ends it in order, as a closed terminal or pipe does; a second one ends the process, as without us. */
function untilInterrupted({ onClosed }: Given): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort())
  }
  onClosed(() => stop.abort())
  return stop.signal
}
