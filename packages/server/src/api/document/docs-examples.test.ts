/** Every command of the reference page, run as it stands there on the server that shows it. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { until } from '../../../../../test/support/until.ts'
import { ADMIN_KEY } from '../../../test/api/client.ts'
import { describedRoutes } from '../../../test/api/documented.ts'
import { startWholeServer, type WholeServer } from '../../../test/api/whole-server.ts'
import { EXAMPLE_IDS } from '../shapes/schemas.ts'

/** A token is taken when it is two seconds old: `widget.test.ts` moves the clock, this can't. */
const WAITS = ['leaveLead']
const KEY_EXAMPLE = /czk_[\w-]+/

interface Things extends Partial<Record<keyof typeof EXAMPLE_IDS, string>> {
  sessionToken?: string
}

/** What there must be before some operations can do what they say. */
const FIRST: Record<string, (server: WholeServer, things: Things) => Promise<unknown>> = {
  finishWebhookSecretRotation: ({ call }, { webhook }) =>
    call('POST', `/api/v1/webhooks/${webhook}/rotate-secret`),
  cancelDelivery: async (server, things) => {
    await server.call('POST', `/api/v1/webhooks/${things.webhook}/pause`)
    await addDelivery(server, things)
  },
  resendDelivery: ({ call }, { delivery }) =>
    until(
      async () => {
        const { json } = await call<{ state: string }>('GET', `/api/v1/deliveries/${delivery}`)
        return json.state === 'delivered' ? delivery : null
      },
      { what: 'a delivery', withinMs: 60_000 },
    ),
  // To one that did not get it.
  sendEvent: async ({ addWebhook }, things) => {
    things.webhook = await addWebhook(things.chatbot ?? '')
  },
  getBulkAction: addBulk,
  stopBulkAction: addBulk,
  startListening: addListening,
  pullDeliveries: addListener,
  stopListening: addListener,
  async reportResult(server, things) {
    await addListener(server, things)
    const { json } = await server.call<{ data: { deliveryId: string }[] }>(
      ...(['POST', `/api/v1/webhooks/${things.webhook}/pull`] as const),
      { body: { listenerId: things.listener, waitSeconds: 0 } },
    )
    things.delivery = json.data[0]?.deliveryId ?? ''
  },
}

test('every command of the reference does what it says', async () => {
  const server = await startWholeServer()
  const page = await (await fetch(`${server.url}/docs`)).text()
  const routes = describedRoutes().filter(({ operationId }) => !WAITS.includes(operationId))
  const answered = []
  const shared = await makeThings(server)
  for (const { operationId, method, answer } of routes) {
    const things = method === 'GET' ? shared : await makeThings(server)
    await FIRST[operationId]?.(server, things)
    const command = withReal(commandOf(page, operationId), things)
    const status = await run(toEndpoint(command, server), things)
    answered.push([operationId, status, answer.status])
  }
  expect(answered).toHaveLength(routes.length)
  for (const [operationId, status, documented] of answered) {
    expect([operationId, status]).toEqual([operationId, documented])
  }
}, 180_000)

test('the quick start goes through from its first command to its last', async () => {
  const server = await startWholeServer()
  const { url, call } = server
  const page = await (await fetch(`${url}/docs`)).text()
  const steps = page.slice(page.indexOf('id="quick-start"'), page.indexOf('id="conventions"'))
  const commands = [...steps.matchAll(/<code>([^<]*)<\/code>/g)]
    .flatMap(([, text = '']) => unescaped(text).split('\n\n'))
    .filter((text) => text.startsWith('curl '))
  expect(commands).toHaveLength(4)
  const statuses = []
  let chatbot = ''
  for (const command of commands) {
    statuses.push(await run(toEndpoint(command, server), { chatbot }))
    const { json } = await call<{ data: { id: string }[] }>('GET', '/api/v1/chatbots')
    chatbot = json.data[0]?.id ?? ''
  }
  expect(statuses).toEqual([201, 201, 202, 200])
})

/** Fresh for each command that changes something: some delete what they are about. */
async function makeThings(server: WholeServer): Promise<Things> {
  const { call, addChatbot, addWebhook } = server
  const post = async (path: string, body: unknown) =>
    (await call<Record<string, string>>('POST', path, { body })).json
  const chatbot = await addChatbot()
  const webhook = await addWebhook(chatbot)
  const things: Things = { chatbot, webhook }
  await addDelivery(server, things)
  const { id: key = '' } = await post('/api/v1/api-keys', { name: 'x', chatbotId: chatbot })
  const since = '2020-01-01T00:00:00Z'
  const { recoveryId } = await post(`/api/v1/webhooks/${webhook}/recover`, { since })
  const { headers } = await call('POST', '/api/v1/session', { body: { key: ADMIN_KEY }, key: null })
  const [, sessionToken = ''] =
    /chatzuri_session=([^;]+)/.exec(headers.get('set-cookie') ?? '') ?? []
  return { ...things, key, sessionToken, recovery: recoveryId ?? '' }
}

/** In place of a recovery. */
async function addBulk({ call }: WholeServer, things: Things): Promise<void> {
  const body = { webhookId: things.webhook, state: 'delivered' }
  const { json } = await call<{ recoveryId: string }>('POST', '/api/v1/deliveries/resend', { body })
  things.recovery = json.recoveryId
}

/** A webhook that is listened to, with a delivery, in place of one with a URL. */
async function addListening(server: WholeServer, things: Things): Promise<void> {
  const path = `/api/v1/chatbots/${things.chatbot}/listeners`
  const body = { eventTypes: ['lead.submit'] }
  things.webhook = (await server.call<{ id: string }>('POST', path, { body })).json.id
  await addDelivery(server, things)
}

async function addListener(server: WholeServer, things: Things): Promise<void> {
  await addListening(server, things)
  const path = `/api/v1/webhooks/${things.webhook}/listener`
  things.listener = (await server.call<{ listenerId: string }>('POST', path)).json.listenerId
}

async function addDelivery({ call }: WholeServer, things: Things): Promise<void> {
  const path = `/api/v1/chatbots/${things.chatbot}/leads`
  const body = { customerName: 'Ann' }
  const { json } = await call<Record<string, string>>('POST', path, { body })
  const list = `/api/v1/deliveries?eventId=${json.eventId}`
  const { data } = (await call<{ data: { id: string }[] }>('GET', list)).json
  Object.assign(things, { lead: json.leadId, event: json.eventId, delivery: data[0]?.id })
}

function commandOf(page: string, operationId: string): string {
  const section = page.slice(page.indexOf(`<h3 id="${operationId}">`))
  return unescaped(/<code>(curl [^<]*)<\/code>/.exec(section)?.[1] ?? '')
}

function withReal(command: string, things: Things): string {
  let text = command.replace(KEY_EXAMPLE, ADMIN_KEY)
  for (const [kind, example] of Object.entries(EXAMPLE_IDS)) {
    text = text.replaceAll(example, things[kind as keyof typeof EXAMPLE_IDS] ?? example)
  }
  return text
}

/** No test sends anything to another machine. */
function toEndpoint(command: string, { endpoint }: WholeServer): string {
  return command.replace(/https:\/\/\w+\.example[/\w]*/, endpoint.url)
}

/** The status that it gets. A shell reads it; what `curl` would send, `fetch` sends. */
async function run(command: string, things: Things): Promise<number> {
  const { chatbot = '', sessionToken = '' } = things
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`
  const env = { KEY: ADMIN_KEY, BOT: chatbot, SESSION: sessionToken }
  const words = execFileSync('sh', ['-c', script], { env }).toString().split('\0').slice(0, -1)
  const headers = new Headers()
  const init: RequestInit & { url?: string } = { headers }
  const data: string[] = []
  let isQuery = false
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) init.url = word
    else if (word === '-X') init.method = words.shift() ?? ''
    else if (word === '-G') isQuery = true
    else if (word === '-d') data.push(words.shift() ?? '')
    else if (word === '-b') headers.set('cookie', words.shift() ?? '')
    else if (word === '-H') headers.set(...splitHeader(words.shift() ?? ''))
    else throw new Error(`this test knows no option ${word} of curl`)
  }
  if (data.length > 0 && !isQuery) init.body = data.join('&')
  const query = isQuery ? `?${data.join('&')}` : ''
  const stopping = new AbortController()
  const response = await fetch(`${init.url}${query}`, { ...init, signal: stopping.signal })
  const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (isEndless) stopping.abort()
  else await response.arrayBuffer()
  return response.status
}

function splitHeader(line: string): [name: string, value: string] {
  const [name = '', ...value] = line.split(': ')
  return [name, value.join(': ')]
}

function unescaped(text: string): string {
  const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_entity, name) => characters[name] ?? '')
}
