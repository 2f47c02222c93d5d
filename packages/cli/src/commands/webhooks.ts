import { type Api, itemsOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { typedUrl } from '../typed-url.ts'

type Row = Record<string, unknown>

const COLUMNS = ['id', 'chatbotId', 'state', 'url', 'eventTypes', 'ratePerSecond', 'stateReason']
/** How the server's `hold` and `restore --hold` begin the reason of what they paused. */
const HELD = 'Held after a restore'

export const webhooks: Command = {
  name: 'webhooks',
  usage: 'list | create URL | pause wh_… … | resume wh_… … | resume --held',
  about: 'Lists and creates webhooks; lets their deliveries wait, and sends what waited.',
  options: {
    chatbot: { type: 'string', value: 'bot_…', about: 'list, --held, create: of this chatbot' },
    type: {
      type: 'string',
      multiple: true,
      value: 'TYPE',
      about: 'create: an event type; may be repeated, by default lead.submit',
    },
    state: { type: 'string', value: 'STATE', about: 'list: active, paused, disabled or away' },
    metadata: {
      type: 'string',
      multiple: true,
      value: 'NAME=TEXT',
      about:
        'list: with this in their metadata, to the letter; may be repeated, and all must be there',
    },
    held: { type: 'boolean', about: 'resume: every one that was held when a backup was restored' },
  },
  notes: `While a webhook is paused nothing of it is lost. resume also brings back a disabled one.
What their owners noted of them, metadata, is in list --json.`,
  async run(given) {
    const [action, ...ids] = given.positionals
    const held = given.flag('held')
    if (action !== 'list') refuseFilters(given)
    if (action === 'list' && ids.length === 0) return list(openApi(given.env), given)
    if (action === 'create' && ids.length === 1 && !held) {
      return create(openApi(given.env), given, typedUrl(String(ids[0]), 'The URL'))
    }
    if (given.texts('type').length > 0) throw usageError('--type is of webhooks create.')
    if (action === 'resume' && held && ids.length === 0) return resumeHeld(given)
    if ((action === 'pause' || action === 'resume') && ids.length > 0 && !held) {
      return each(openApi(given.env), given, { action, ids })
    }
    throw usageError('webhooks takes list, create URL, pause wh_…, resume wh_… or resume --held.')
  },
}

/** Who resumes those of a team must not resume all, because nobody looked at what was asked. */
function refuseFilters(given: Given) {
  const filter = ['state', 'metadata'].find((name) => given.text(name) !== undefined)
  if (filter !== undefined) throw usageError(`--${filter} narrows webhooks list, and nothing else.`)
}

async function list(api: Api, given: Given) {
  const state = given.text('state')
  const filter = metadataQuery(given.texts('metadata'))
  const found: Row[] = []
  for await (const webhook of allWebhooks(api, given, filter)) {
    if (state === undefined || webhook.state === state) found.push(webhook)
    given.out.progress(`${found.length} webhooks`)
  }
  given.out.progress(null)
  given.out.rows(found, COLUMNS, 'There is no such webhook.')
  return EXIT.done
}

/** The secret is shown: whoever made it is about to put it where it is needed. */
async function create(api: Api, given: Given, url: string) {
  const chatbot = given.text('chatbot') ?? (await onlyChatbot(api))
  const types = given.texts('type')
  const path = `/api/v1/chatbots/${encodeURIComponent(chatbot)}/webhooks`
  const eventTypes = types.length === 0 ? ['lead.submit'] : types
  const made = await api.post(path, { url, eventTypes })
  given.out.value(
    made,
    () => `${made.id} gets ${eventTypes.join(', ')}.\nCHATZURI_SECRET=${made.secret}`,
  )
  return EXIT.done
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
    const webhook = await api.post(`/api/v1/webhooks/${encodeURIComponent(id)}/${action}`)
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
