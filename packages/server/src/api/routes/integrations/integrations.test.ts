/** What published integrations call, with what they send. */
import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import type { CallOptions } from '../../../../test/api/client.ts'
import { manualClock } from '../../../../test/manual-clock.ts'

const HOUR_MS = 3_600_000
const ROUTES = ['/api/v1/get-leads', '/api/v1/get-conversations']
const UNKNOWN = 'bot_01m2fm1cgye03v13e1wgzp7b71'

interface Page {
  data: { id: string; created_at: string }[]
}

/** Today is 2026-09-14, 09:30 UTC. */
async function setup() {
  const clock = manualClock()
  const api = await startApiAlone(undefined, clock)
  const { call } = api
  const post = async (path: string, body: unknown) =>
    (await call<Record<string, string>>('POST', path, { body })).json
  const addChatbot = async () => {
    const { id: bot = '' } = await post('/api/v1/chatbots', { name: 'Shop' })
    const { key = '' } = await post('/api/v1/api-keys', { name: 'Shop', chatbotId: bot })
    return { bot, key }
  }
  const addLead = (bot: string, extra = {}) =>
    post(`/api/v1/chatbots/${bot}/leads`, { customerName: 'Ann', ...extra })
  const ask = async (route: string, asked: object, options: CallOptions = {}) => {
    const query = new URLSearchParams(asked as Record<string, string>)
    const { status, json } = await call<Page>('GET', `${route}?${query}`, options)
    const posted = await call<Page>('POST', route, { ...options, body: asked })
    expect([posted.status, posted.json]).toEqual([status, json])
    return { status, json, rows: json.data ?? [] }
  }
  return { ...api, clock, post, addChatbot, addLead, ask }
}

test('leads come under both names, with the fields that integrations read', async () => {
  const { addChatbot, addLead, ask } = await setup()
  const { bot, key } = await addChatbot()
  const email = 'ann@example.com'
  const { leadId } = await addLead(bot, { customerEmail: email, conversationId: 'own-1' })
  const { json } = await ask('/api/v1/get-leads', { chatbotId: bot }, { key })
  const ann = { id: leadId, name: 'Ann', email, phone: '', conversationId: 'own-1' }
  const rows = [{ ...ann, created_at: '2026-09-14T09:30:00.000Z' }]
  expect(json).toEqual({ collectedCustomers: rows, data: rows })
})

test('a conversation says what is stored of it, and what isn’t', async () => {
  const { addChatbot, addLead, ask } = await setup()
  const { bot, key } = await addChatbot()
  for (const conversationId of ['own-1', 'own-1']) await addLead(bot, { conversationId })
  const { json } = await ask('/api/v1/get-conversations', { chatbotId: bot }, { key })
  const at = '2026-09-14T09:30:00.000Z'
  expect(json).toEqual({
    data: [
      {
        id: 'own-1',
        chatbot_id: bot,
        created_at: at,
        updated_at: at,
        source: 'Unspecified',
        messages: [],
      },
    ],
  })
})

test.each(ROUTES)('%s counts whole days in UTC, the last one included', async (route) => {
  const { clock, addChatbot, addLead, ask } = await setup()
  const { bot: chatbotId } = await addChatbot()
  // At 09:30 and 23:30 of the 14th, then at 00:30 of the 15th.
  await addLead(chatbotId)
  clock.advance(14 * HOUR_MS)
  await addLead(chatbotId)
  clock.advance(HOUR_MS)
  await addLead(chatbotId)
  const count = async (span: object) => (await ask(route, { chatbotId, ...span })).rows.length
  expect(await count({})).toBe(3)
  expect(await count({ startDate: '2026-09-14', endDate: '2026-09-14' })).toBe(2)
  expect(await count({ startDate: '2026-09-14', endDate: '2026-09-15' })).toBe(3)
  expect(await count({ startDate: '2026-09-15' })).toBe(1)
  expect(await count({ endDate: '2026-09-14' })).toBe(2)
  // A time is taken for its day, as automation platforms send it.
  expect(await count({ endDate: '2026-09-14T00:00:00.000Z' })).toBe(2)
  expect(await count({ startDate: '2026-09-15T01:00:00+02:00' })).toBe(3)
  expect(await count({ startDate: '2026-09-16', endDate: '2026-09-17' })).toBe(0)
  expect(await count({ startDate: '2026-09-15', endDate: '2026-09-14' })).toBe(0)
})

test.each(ROUTES)('%s counts pages from 1, newest first, and clamps their size', async (route) => {
  const { store, clock, addChatbot, addLead, ask } = await setup()
  const { bot: chatbotId } = await addChatbot()
  for (let made = 0; made < 12; made += 1) {
    clock.advance(1_000)
    await addLead(chatbotId, { conversationId: `own-${made}` })
  }
  const page = async (asked: object) => (await ask(route, { chatbotId, ...asked })).rows
  const all = await page({ size: 500 })
  expect(all).toHaveLength(12)
  expect(all.map((row) => row.created_at)).toEqual(
    all
      .map((row) => row.created_at)
      .sort()
      .reverse(),
  )
  expect(await page({})).toEqual(all.slice(0, 10))
  // Numbers as texts, and fields that were left blank.
  expect(await page({ page: '2', size: '5' })).toEqual(all.slice(5, 10))
  expect(await page({ page: 3, size: 5, startDate: '', endDate: '' })).toEqual(all.slice(10))
  expect(await page({ page: 4, size: 5 })).toEqual([])
  expect(await page({ page: 100, size: 100 })).toEqual([])
  expect(await store.backlog()).toBe(0)
})

test('a size over 100 is taken for 100, and pages go on by that', async () => {
  const { addChatbot, addLead, ask } = await setup()
  const { bot: chatbotId } = await addChatbot()
  for (let made = 0; made < 101; made += 1) await addLead(chatbotId)
  for (const route of ROUTES) {
    const count = async (page: number) =>
      (await ask(route, { chatbotId, page, size: 500 })).rows.length
    expect([await count(1), await count(2), await count(3)]).toEqual([100, 1, 0])
  }
})

test.each(ROUTES)('%s takes null for a field that was left blank', async (route) => {
  const { call, addChatbot, addLead } = await setup()
  const { bot } = await addChatbot()
  await addLead(bot)
  const blank = { chatbotId: null, startDate: null, endDate: null, page: null, size: null }
  for (const body of [{ ...blank, filteredSources: null }, {}, undefined]) {
    const { status, json } = await call<Page>('POST', route, body ? { body } : {})
    expect([status, json.data.length]).toEqual([200, 1])
  }
})

test.each(ROUTES)('%s ignores what it doesn’t know', async (route) => {
  const { addChatbot, addLead, ask } = await setup()
  const { bot: chatbotId } = await addChatbot()
  await addLead(chatbotId)
  const { status, rows } = await ask(route, { chatbotId, conversation_id: 'x', _: '1726300000' })
  expect([status, rows.length]).toEqual([200, 1])
})

test.each(ROUTES)('%s says what is wrong, in JSON with a message', async (route) => {
  const { addChatbot, ask } = await setup()
  const { bot } = await addChatbot()
  const refused = [
    [{ startDate: '2026-9-14' }, 'startDate'],
    [{ startDate: 'yesterday' }, 'startDate'],
    [{ endDate: '2026-02-30' }, 'endDate'],
    [{ page: '0' }, 'page'],
    [{ page: '-1' }, 'page'],
    [{ page: '1.5' }, 'page'],
    [{ page: 'two' }, 'page'],
    [{ size: '0' }, 'size'],
    [{ size: '1e400' }, 'size'],
    [{ page: '101', size: '100' }, 'page'],
    [{ page: '1e15' }, 'page'],
  ] as const
  for (const [asked, field] of refused) {
    const { status, json } = await ask(route, { chatbotId: bot, ...asked })
    expect([asked, status, json]).toEqual([
      asked,
      400,
      {
        statusCode: 400,
        code: 'invalid_input',
        error: 'Bad Request',
        message: expect.stringContaining(`\`${field}\``),
        details: [{ path: field, message: expect.any(String) }],
        requestId: expect.any(String),
      },
    ])
  }
})

test('a source that no conversation has answers an empty list', async () => {
  const { addChatbot, addLead, ask, call } = await setup()
  const { bot: chatbotId } = await addChatbot()
  await addLead(chatbotId)
  const count = async (filteredSources: string) =>
    (await ask('/api/v1/get-conversations', { chatbotId, filteredSources })).rows.length
  expect(await count('Widget or Iframe')).toBe(0)
  expect(await count('API, unspecified')).toBe(1)
  expect(await count('')).toBe(1)
  const body = { chatbotId, filteredSources: ['Unspecified', 'API'] }
  const listed = await call<Page>('POST', '/api/v1/get-conversations', { body })
  expect(listed.json.data).toHaveLength(1)
  const odd = { chatbotId, filteredSources: { a: 1 } }
  const { status } = await call('POST', '/api/v1/get-conversations', { body: odd })
  expect(status).toBe(400)
})

test.each(ROUTES)(
  '%s knows whose it is by the key, or because there is only one',
  async (route) => {
    const { addChatbot, addLead, ask } = await setup()
    const none = await ask(route, {})
    expect([none.status, none.json]).toMatchObject([400, { details: [{ path: 'chatbotId' }] }])
    const [first] = [await addChatbot()]
    await addLead(first.bot)
    expect((await ask(route, {})).rows).toHaveLength(1)
    const second = await addChatbot()
    expect((await ask(route, {})).status).toBe(400)
    expect((await ask(route, {}, { key: first.key })).rows).toHaveLength(1)
    expect((await ask(route, {}, { key: second.key })).rows).toEqual([])
    const foreign = await ask(route, { chatbotId: first.bot }, { key: second.key })
    const unknown = await ask(route, { chatbotId: UNKNOWN }, { key: second.key })
    expect(foreign).toEqual(unknown)
    expect([unknown.status, unknown.json]).toMatchObject([404, { code: 'chatbot_not_found' }])
    for (const chatbotId of [UNKNOWN, 'ckl123abc456', "' OR 1=1 --"]) {
      expect((await ask(route, { chatbotId })).status).toBe(404)
    }
  },
)

test('a webhook is made by endpoint and events, and ended by its id', async () => {
  const { call, store, addChatbot, post } = await setup()
  const { bot, key } = await addChatbot()
  const asked = { endpoint: 'https://hooks.example/catch/1', events: ['leads.submit'] }
  const made = await call<Record<string, string>>('POST', '/api/v1/webhooks', { key, body: asked })
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({
    ...asked,
    chatbotId: bot,
    url: asked.endpoint,
    eventTypes: asked.events,
    id: expect.stringMatching(/^wh_/),
    secret: expect.stringMatching(/^whsec_/),
  })
  const id = made.json.id ?? ''
  expect(await store.getWebhook(id)).toMatchObject({ chatbotId: bot, state: 'active' })
  const { data } = (await call<{ data: object[] }>('GET', '/api/v1/audit-log', { key })).json
  expect(data[0]).toMatchObject({ action: 'webhook.created', targetId: id, chatbotId: bot })
  expect((await call('DELETE', `/api/v1/webhooks/${id}`, { key })).status).toBe(204)
  expect((await call('DELETE', `/api/v1/webhooks/${id}`, { key })).status).toBe(404)
  // An operator's key: for the only chatbot there is, until there are two.
  expect(await post('/api/v1/webhooks', asked)).toMatchObject({ chatbotId: bot })
  const other = await addChatbot()
  const unclear = await call('POST', '/api/v1/webhooks', { body: asked })
  expect([unclear.status, unclear.json]).toMatchObject([400, { details: [{ path: 'chatbotId' }] }])
  const named = { ...asked, chatbotId: other.bot }
  expect(await post('/api/v1/webhooks', named)).toMatchObject({ chatbotId: other.bot })
})

test.each([
  [{ endpoint: 'shop.example/hook' }, 400, 'endpoint'],
  [{ endpoint: undefined }, 400, 'endpoint'],
  [{ endpoint: 'https://10.0.0.1/' }, 400, 'endpoint'],
  [{ events: [] }, 400, 'events'],
  [{ events: 'leads.submit' }, 400, 'events'],
  [{ events: ['lead.submit', 'leads.submit'] }, 400, 'events[1]'],
  [{ secret: 'one-of-my-own-choice' }, 400, 'secret'],
  [{ chatbotId: UNKNOWN }, 404, undefined],
])('a webhook with %j is not made', async (change, status, field) => {
  const { call, store, addChatbot } = await setup()
  const { bot } = await addChatbot()
  const body = { endpoint: 'https://hooks.example/', events: ['leads.submit'], ...change }
  const refused = await call<{ message: string; details?: { path: string }[] }>(
    ...(['POST', '/api/v1/webhooks', { body }] as const),
  )
  expect([refused.status, refused.json.details?.[0]?.path]).toEqual([status, field])
  expect(refused.json.message).toMatch(/\w/)
  expect(await store.listWebhooks({ chatbotId: bot }, { limit: 1, after: null })).toEqual([])
})
