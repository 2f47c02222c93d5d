import { readFileSync } from 'node:fs'
import { type Api, itemsOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, type ExitCode, usageError } from '../command-error.ts'
import { confirm } from '../confirm.ts'
import { printable } from '../output.ts'
import { TIME_HELP } from '../times.ts'
import { serverUrl } from '../typed-url.ts'
import { BACKFILL_OPTIONS, backfill } from './backfill.ts'
import { detailText } from './leads.ts'

type Row = Record<string, unknown>

const COLUMNS = ['id', 'chatbotId', 'state', 'url', 'eventTypes', 'ratePerSecond', 'stateReason']
/** Of `create` alone. */
const CREATE_OPTIONS = ['type', 'format', 'template', 'filter', 'include'] as const
/** How the server's `hold` and `restore --hold` begin the reason of what they paused. */
const HELD = 'Held after a restore'

export const webhooks: Command = {
  name: 'webhooks',
  usage:
    'list | show wh_… | create URL | test wh_… | rotate wh_… | pause wh_… … | resume wh_… … | resume --held | backfill wh_… --since TIME | delete wh_… …',
  about:
    'Lists, creates, tests and deletes webhooks; lets deliveries wait, sends what waited, or earlier events.',
  options: {
    chatbot: { type: 'string', value: 'bot_…', about: 'list, --held, create: of this chatbot' },
    type: {
      type: 'string',
      multiple: true,
      value: 'TYPE',
      about: 'create: an event type; may be repeated, by default lead.submit',
    },
    format: {
      type: 'string',
      value: 'FORMAT',
      about:
        'create: guide (the default), agent, event, slack, teams, discord, google-chat or template',
    },
    template: { type: 'string', value: 'FILE', about: 'create: with --format template, its text' },
    filter: { type: 'string', value: 'JSON', about: 'create: which of the events it gets' },
    include: {
      type: 'string',
      multiple: true,
      value: 'custom|context|consent',
      about: 'create: what of a lead is sent besides; may be repeated',
    },
    state: {
      type: 'string',
      multiple: true,
      value: 'STATE',
      about: 'list: active, paused, disabled or away; may be repeated',
    },
    metadata: {
      type: 'string',
      multiple: true,
      value: 'NAME=TEXT',
      about:
        'list: with this in their metadata, to the letter; may be repeated, and all must be there',
    },
    since: { type: 'string', value: 'TIME', about: `backfill: events since then; ${TIME_HELP}` },
    until: { type: 'string', value: 'TIME', about: 'backfill: events before this time' },
    'event-type': {
      type: 'string',
      multiple: true,
      value: 'TYPE',
      about: "backfill: only of this type; may be repeated, by default the webhook's",
    },
    'dry-run': { type: 'boolean', about: 'backfill: only count' },
    yes: { type: 'boolean', about: 'delete, backfill: without asking' },
    held: { type: 'boolean', about: 'resume: every one that was held when a backup was restored' },
  },
  notes: `backfill sends what a webhook did not get, as far back as the server keeps events: counted and
asked first. While a webhook is paused nothing of it is lost. resume also brings back a disabled one.
What their owners noted of them, metadata, is in list --json.`,
  async run(given) {
    const [action, ...ids] = given.positionals
    const held = given.flag('held')
    if (action !== 'list') refuseFilters(given)
    if (action !== 'backfill') refuseOfBackfill(given)
    if (action === 'list' && ids.length === 0) return list(openApi(given.env), given)
    if (action === 'create' && ids.length === 1 && !held) {
      return create(openApi(given.env), given, serverUrl(String(ids[0]), 'The URL').href)
    }
    const ofCreate = CREATE_OPTIONS.find((name) => given.texts(name).length > 0)
    if (ofCreate !== undefined) throw usageError(`--${ofCreate} is of webhooks create.`)
    if (action === 'resume' && held && ids.length === 0) return resumeHeld(given)
    if ((action === 'pause' || action === 'resume') && ids.length > 0 && !held) {
      return each(openApi(given.env), given, { action, ids })
    }
    const [id, more] = ids
    const act = action === undefined || held ? undefined : ONE[action]
    if (act && id !== undefined && more === undefined) return act(openApi(given.env), given, id)
    if (action === 'backfill' && id !== undefined && more === undefined && !held)
      return backfill(given, id)
    if (action === 'delete' && id !== undefined && !held) return deleteAll(given, ids)
    throw usageError(
      'webhooks takes list, show wh_…, create URL, test wh_…, rotate wh_…, pause wh_…, resume wh_…, resume --held, backfill wh_… or delete wh_….',
    )
  },
}

/** Who resumes those of a team must not resume all, because nobody looked at what was asked. */
function refuseFilters(given: Given) {
  const filter = ['state', 'metadata'].find((name) => given.texts(name).length > 0)
  if (filter !== undefined) throw usageError(`--${filter} narrows webhooks list, and nothing else.`)
}

function refuseOfBackfill(given: Given) {
  const isGiven = (name: string) => given.flag(name) || given.texts(name).length > 0
  const option = BACKFILL_OPTIONS.find(isGiven)
  if (option !== undefined) throw usageError(`--${option} is of webhooks backfill.`)
}

async function list(api: Api, given: Given) {
  const states = given.texts('state').flatMap((text) => text.split(','))
  const filter = metadataQuery(given.texts('metadata'))
  const found: Row[] = []
  for await (const webhook of allWebhooks(api, given, filter)) {
    if (states.length === 0 || states.includes(String(webhook.state))) found.push(webhook)
    given.out.progress(`${found.length} webhooks`)
  }
  given.out.progress(null)
  given.out.rows(found, COLUMNS, 'There is no such webhook.')
  return EXIT.done
}

/** What is done with one. */
const ONE: Record<string, (api: Api, given: Given, id: string) => Promise<ExitCode>> = {
  async show(api, { out }, id) {
    const webhook = await api.get(pathOf(id))
    out.value(webhook, () => detailText(webhook))
    return EXIT.done
  },
  /** One real-shaped event, now, whatever its state. */
  async test(api, { out }, id) {
    const attempt = await api.post(`${pathOf(id)}/test`, {})
    const { status, error, durationMs } = attempt
    const isTaken = Number(status) >= 200 && Number(status) < 300
    out.value(attempt, () => {
      const said = status === null ? String(error) : `It answered ${status}`
      return `${printable(said)}, after ${Math.round(Number(durationMs))} ms.`
    })
    return isTaken ? EXIT.done : EXIT.no
  },
  /** The secret is shown: whoever rotates it is about to put it where it is needed. */
  async rotate(api, { out }, id) {
    const rotated = await api.post(`${pathOf(id)}/rotate-secret`, {})
    const { secret, previousSecret, overlapEndsAt } = rotated
    out.value(rotated, () =>
      [
        `Both secrets sign until ${overlapEndsAt}.`,
        `CHATZURI_SECRET='${secret} ${previousSecret}'`,
      ].join('\n'),
    )
    return EXIT.done
  },
}

async function deleteAll(given: Given, ids: string[]) {
  const api = openApi(given.env)
  if (!given.flag('yes')) await confirmDeletion(api, given, ids)
  for (const id of ids) {
    await api.remove(pathOf(id))
    given.out.value({ id, deleted: true }, () => `${id} is deleted.`)
  }
  return EXIT.done
}

async function confirmDeletion(api: Api, { out }: Given, ids: string[]): Promise<void> {
  const what = ids.length === 1 ? `webhook ${ids[0]}` : `${ids.length} webhooks`
  // Without a terminal it is refused before anything is asked.
  if (process.stdin.isTTY) await tellEach(api, out, ids)
  await confirm(`Delete ${what}, and cancel what waits`, 'Nothing was deleted.')
}

async function tellEach(api: Api, out: Given['out'], ids: string[]): Promise<void> {
  for (const id of ids) {
    const { url, state } = await api.get(pathOf(id))
    out.notice(printable(`${id}  ${state}  ${url}`))
  }
}

function pathOf(id: string): string {
  return `/api/v1/webhooks/${encodeURIComponent(id)}`
}

/** The secret is shown: whoever made it is about to put it where it is needed. */
async function create(api: Api, given: Given, url: string) {
  const chatbot = given.text('chatbot') ?? (await onlyChatbot(api))
  const types = given.texts('type')
  const path = `/api/v1/chatbots/${encodeURIComponent(chatbot)}/webhooks`
  const eventTypes = types.length === 0 ? ['lead.submit'] : types
  const made = await api.post(path, { url, eventTypes, ...wantsOf(given) })
  given.out.value(
    made,
    () => `${made.id} gets ${eventTypes.join(', ')}.\nCHATZURI_SECRET=${made.secret}`,
  )
  return EXIT.done
}

/** As the API takes it; which formats there are, it says itself. */
function wantsOf(given: Given) {
  const [format, file, filter] = ['format', 'template', 'filter'].map((name) => given.text(name))
  const include = given.texts('include').flatMap((text) => text.split(','))
  return {
    ...(format !== undefined && { format }),
    ...(file !== undefined && { template: readTemplate(file) }),
    ...(filter !== undefined && { filter: readFilter(filter) }),
    ...(include.length > 0 && { include }),
  }
}

function readTemplate(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw usageError(`--template: ${file} can't be read (${(cause as Error).message}).`)
  }
}

function readFilter(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw usageError(`--filter is no JSON: ${(cause as Error).message}.`)
  }
}

/** Who has one need not name it. */
async function onlyChatbot(api: Api): Promise<string> {
  const [first, ...others] = itemsOf(await api.get('/api/v1/chatbots?limit=2'))
  if (first === undefined) throw usageError('There is no chatbot yet: create one first.')
  if (others.length > 0) throw usageError('There are several chatbots: say which, --chatbot bot_….')
  return String(first.id)
}

async function resumeHeld(given: Given) {
  const api = openApi(given.env)
  const ids: string[] = []
  for await (const { id, state, stateReason } of allWebhooks(api, given)) {
    if (state === 'paused' && String(stateReason).startsWith(HELD)) ids.push(String(id))
  }
  return each(api, given, { action: 'resume', ids })
}

async function each(
  api: Api,
  { out }: Given,
  { action, ids }: { action: 'pause' | 'resume'; ids: string[] },
) {
  for (const [at, id] of ids.entries()) {
    if (ids.length > 1) out.step({ doing: `webhooks, ${action}`, done: at, total: ids.length })
    const webhook = await api.post(`${pathOf(id)}/${action}`)
    out.progress(null)
    out.value(webhook, () => `${id} is ${webhook.state}.`)
  }
  if (ids.length === 0 && !out.json) out.line('No webhook is held.')
  return EXIT.done
}

function metadataQuery(given: string[]): string {
  const parts = given.map((each) => {
    const [name = '', ...text] = each.split('=')
    if (text.length === 0) throw usageError(`--metadata takes NAME=TEXT, not "${each}".`)
    return `&metadata.${encodeURIComponent(name)}=${encodeURIComponent(text.join('='))}`
  })
  return parts.join('')
}

async function* allWebhooks(api: Api, given: Given, filter = ''): AsyncGenerator<Row> {
  const only = given.text('chatbot')
  const chatbots = only === undefined ? pages(api, '/api/v1/chatbots') : [{ id: only }]
  for await (const { id } of chatbots) {
    yield* pages(api, `/api/v1/chatbots/${encodeURIComponent(String(id))}/webhooks`, filter)
  }
}

async function* pages(api: Api, path: string, filter = ''): AsyncGenerator<Row> {
  for (let cursor = ''; ; ) {
    const page = await api.get(`${path}?limit=100${filter}${cursor}`)
    yield* itemsOf(page)
    if (typeof page.nextCursor !== 'string') return
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`
  }
}
