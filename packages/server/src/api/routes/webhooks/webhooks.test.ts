import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { startWholeServer } from '../../../../test/api/whole-server.ts'
import { keptSettings } from '../../../../test/webhook-settings.ts'
import type { WebhookSettings } from '../../../webhook.ts'

interface WebhookJson {
  id: string
  url: string
  headers: Record<string, string>
  state: string
  stateReason: string | null
  timeoutSeconds: number | null
  overlapEndsAt: string | null
  secret: string
  previousSecret?: string
}

const SECRET = 'an-own-secret-of-an-owner'

async function setup(extra: Record<string, unknown> = {}) {
  const api = await startApiAlone()
  const bot = await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  const list = `/api/v1/chatbots/${bot.json.id}/webhooks`
  const body = {
    url: 'https://shop.example/h',
    eventTypes: ['leads.submit', 'order.created'],
    ...extra,
  }
  const made = await api.call<WebhookJson>('POST', list, { body })
  return { ...api, list, made, path: `/api/v1/webhooks/${made.json.id}`, body }
}

test('the secret is in the first answer and where it is asked for, nowhere else', async () => {
  const { call, made, path, list } = await setup()
  expect(made.json.secret).toMatch(/^whsec_[A-Za-z0-9]{32}$/)
  const got = await call<WebhookJson>('GET', path)
  expect(got.text + (await call('GET', list)).text).not.toContain(made.json.secret)
  expect((await call('PATCH', path, { body: {} })).text).not.toContain(made.json.secret)
  expect((await call('GET', `${path}/secret`)).json).toEqual({ secret: made.json.secret })
})

test('those that do not get what they should are listed apart', async () => {
  const { call, made, path } = await setup()
  const troubled = async (query = '') =>
    (await call<{ data: WebhookJson[] }>('GET', `/api/v1/webhooks?troubled=true${query}`)).json.data
  expect(await troubled()).toEqual([])
  await call('POST', `${path}/pause`)
  expect((await troubled()).map(({ id }) => id)).toEqual([made.json.id])
  expect(await troubled('&chatbotId=bot_01m2fm1cgye03v13e1wgzp7b71')).toEqual([])
  expect((await call('GET', '/api/v1/webhooks?troubled=yes')).status).toBe(400)
})

test('every webhook is in one list, newest first and masked, page by page, or those of one chatbot', async () => {
  const { call, made, body } = await setup({ headers: { 'X-Api-Key': 'k-123' } })
  const { json: other } = await call<{ id: string }>('POST', '/api/v1/chatbots', {
    body: { name: 'B' },
  })
  const path = `/api/v1/chatbots/${other.id}/webhooks`
  const second = await call<WebhookJson>('POST', path, { body })
  const list = (query: string) =>
    call<{ data: WebhookJson[]; nextCursor: string | null }>('GET', `/api/v1/webhooks${query}`)
  const { json: first } = await list('?limit=1')
  const { json: last } = await list(`?limit=1&cursor=${first.nextCursor}`)
  const ids = [...first.data, ...last.data].map(({ id }) => id)
  expect([ids, last.nextCursor]).toEqual([[second.json.id, made.json.id], null])
  const { json: own, text } = await list(`?chatbotId=${other.id}`)
  expect(own.data.map(({ id }) => id)).toEqual([second.json.id])
  expect(text).not.toContain('k-123')
  expect((await list('?chatbotId=bot_1')).status).toBe(400)
})

test('every setting is kept as given, shown, changed alone, and named in the audit log', async () => {
  const { call, store, made, path } = await setup({ ...keptSettings(0) })
  const shown = { ...keptSettings(0), ...shownMasked(keptSettings(0)) }
  expect(made.json).toMatchObject(shown)
  expect((await call('GET', path)).json).toMatchObject(shown)
  let kept = keptSettings(0)
  for (const [name, value] of Object.entries(keptSettings(1))) {
    const { json } = await call<WebhookJson>('PATCH', path, { body: { [name]: value } })
    kept = { ...kept, [name]: value }
    expect(json).toMatchObject({ ...kept, ...shownMasked(kept) })
    expect(JSON.stringify(await store.getWebhook(made.json.id))).toContain(
      JSON.stringify({ [name]: value }).slice(1, -1),
    )
  }
  const audit = await call<{ data: { fields: string[] }[] }>('GET', '/api/v1/audit-log?limit=100')
  const named = audit.json.data.map(({ fields }) => fields.join())
  expect(named).toEqual(expect.arrayContaining(Object.keys(kept)))
})

test('lists are narrowed by metadata, in either spelling, page by page', async () => {
  const { call, list, made, body } = await setup({ metadata: { env: 'prod', 'team.a-b': '1&"é' } })
  const second = await call<WebhookJson>('POST', list, { body })
  await call('POST', list, { body: { ...body, metadata: { env: 'test' } } })
  type Page = { data: WebhookJson[]; nextCursor: string | null }
  const read = async (query: string, path = list) => (await call<Page>('GET', path + query)).json
  const found = async (query: string) => {
    const everywhere = await read(query, '/api/v1/webhooks')
    const page = await read(query)
    expect(everywhere.data).toEqual(page.data)
    return page.data.map(({ id }) => id)
  }
  expect(await found('?metadata.env=prod')).toEqual([second.json.id, made.json.id])
  expect(await found('?metadata.env=Prod')).toEqual([])
  expect(await found('?metadata.toString=prod&metadata.constructor=')).toEqual([])
  const text = encodeURIComponent('1&"é')
  for (const name of ['metadata.team.a-b', 'metadata[team.a-b]', 'metadata%5Bteam.a-b%5D']) {
    expect(await found(`?metadata.env=prod&${name}=${text}`)).toEqual([
      second.json.id,
      made.json.id,
    ])
  }
  const first = await read(`?metadata.env=prod&metadata.team.a-b=${text}&limit=1`)
  const cursor = `&limit=1&cursor=${first.nextCursor}`
  const last = await read(`?metadata[team.a-b]=${text}&metadata[env]=prod${cursor}`)
  const ids = [...first.data, ...last.data].map(({ id }) => id)
  expect([ids, last.nextCursor]).toEqual([[second.json.id, made.json.id], null])
  for (const other of ['?limit=1', '?metadata.env=test', '?metadata.env=prod']) {
    const { status, json } = await call('GET', `${list}${other}${cursor.replace('limit=1', '')}`)
    expect([other, status, json.code]).toEqual([other, 400, 'invalid_cursor'])
  }
})

function shownMasked({ url, headers }: WebhookSettings) {
  const names = Object.keys(headers).map((name) => [name, '***'])
  return { url: url.replace('user:pass@', '***:***@'), headers: Object.fromEntries(names) }
}

test('nobody waits for a notice that never comes: only those that there are can be subscribed to', async () => {
  const { call, list, path, body } = await setup()
  for (const type of ['webhook.failed', 'delivery.exhausted', 'webhook.failing.now']) {
    const eventTypes = ['lead.submit', type]
    const made = await call('POST', list, { body: { ...body, eventTypes } })
    expect(made).toMatchObject({ status: 400, json: { details: [{ path: 'eventTypes[1]' }] } })
    expect(made.text).toContain('`webhook.failing`')
    expect((await call('PATCH', path, { body: { eventTypes } })).status).toBe(400)
  }
  const eventTypes = ['webhook.failing', 'delivery.failed', 'webhooks.mine']
  expect((await call('PATCH', path, { body: { eventTypes } })).status).toBe(200)
})

test('header values and credentials of the URL are shown masked, but kept', async () => {
  const headers = { 'X-Api-Key': 'k-123', Authorization: 'Bearer xyz' }
  const { call, store, made, path, list } = await setup({
    url: 'https://me:pass-word@shop.example/h?a=1',
    headers,
  })
  const shown = [made, await call('GET', path), await call('GET', list)]
  for (const { text } of shown) expect(text).not.toMatch(/k-123|xyz|pass-word/)
  expect(made.json.headers).toEqual({ 'X-Api-Key': '***', Authorization: '***' })
  expect(made.json.url).toBe('https://***:***@shop.example/h?a=1')
  const kept = await store.getWebhook(made.json.id)
  expect(kept).toMatchObject({ headers, url: 'https://me:pass-word@shop.example/h?a=1' })
})

test('what was read masked and is sent back overwrites no secret', async () => {
  const { call, store, made, path } = await setup({
    url: 'https://me:pass-word@shop.example/h',
    headers: { 'X-Api-Key': 'k-123' },
  })
  const { url, headers } = made.json
  await call('PATCH', path, { body: { url, headers: { ...headers, 'X-B': 'b' } } })
  expect(await store.getWebhook(made.json.id)).toMatchObject({
    url: 'https://me:pass-word@shop.example/h',
    headers: { 'X-Api-Key': 'k-123', 'X-B': 'b' },
  })
  const moved = await call('PATCH', path, { body: { url: 'https://***:***@other.example/' } })
  expect([moved.status, moved.json.code]).toEqual([400, 'invalid_input'])
  const stars = await call('PATCH', path, { body: { headers: { 'X-C': '****' } } })
  expect([stars.status, stars.json.code]).toEqual([400, 'invalid_input'])
  expect((await store.getWebhook(made.json.id))?.headers['X-Api-Key']).toBe('k-123')
})

test('a change of a part leaves the rest; null goes back to the default', async () => {
  const { call, path } = await setup({ timeoutSeconds: 5, description: 'CRM' })
  const changed = await call<WebhookJson>('PATCH', path, { body: { timeoutSeconds: null } })
  expect(changed.json).toMatchObject({ timeoutSeconds: null, description: 'CRM' })
  expect(changed.json).toMatchObject({ eventTypes: ['leads.submit', 'order.created'] })
})

test('a rotation keeps both secrets for its overlap, and no second one starts meanwhile', async () => {
  const { call, made, path } = await setup({ secret: SECRET })
  const rotated = await call<WebhookJson>('POST', `${path}/rotate-secret`)
  expect(rotated.json.previousSecret).toBe(SECRET)
  expect(rotated.json.secret).not.toBe(SECRET)
  const hours =
    (Date.parse(String((rotated.json as { overlapEndsAt?: string }).overlapEndsAt)) - Date.now()) /
    3_600_000
  expect(hours).toBeCloseTo(24, 1)
  expect((await call<WebhookJson>('GET', path)).json.overlapEndsAt).not.toBeNull()
  const again = await call('POST', `${path}/rotate-secret`, { body: {} })
  expect([again.status, again.json.code]).toEqual([409, 'overlap_running'])
  const finished = await call('POST', `${path}/rotate-secret/finish`)
  expect(finished.json).toEqual({ secret: rotated.json.secret })
  expect((await call<WebhookJson>('GET', path)).json.overlapEndsAt).toBeNull()
  expect((await call('POST', `${path}/rotate-secret/finish`)).json.code).toBe('no_overlap')
  expect(made.json.secret).toBe(SECRET)
})

test('a rotation without an overlap ends the old secret at once', async () => {
  const { call, path } = await setup()
  const body = { secret: SECRET, overlapHours: 0 }
  expect((await call('POST', `${path}/rotate-secret`, { body })).json).toEqual({ secret: SECRET })
  expect((await call('POST', `${path}/rotate-secret`, { body })).status).toBe(200)
})

test('pause and resume say what they did, twice is once, and a disabled one is not paused', async () => {
  const { call, path, store, made } = await setup()
  for (let times = 0; times < 2; times += 1) {
    const paused = await call<WebhookJson>('POST', `${path}/pause`)
    expect(paused.json).toMatchObject({ state: 'paused', stateReason: expect.any(String) })
  }
  const resumed = await call<WebhookJson>('POST', `${path}/resume`)
  expect(resumed.json).toMatchObject({ state: 'active', stateReason: null })
  await store.setWebhookState(made.json.id, 'disabled', 'It answered 410.')
  const refused = await call('POST', `${path}/pause`)
  expect([refused.status, refused.json.code]).toEqual([409, 'wrong_state'])
  expect((await call<WebhookJson>('POST', `${path}/resume`)).json.state).toBe('active')
})

test('a chatbot has no more webhooks than it may have', async () => {
  const { call, list, body } = await setup()
  await call('POST', list, { body })
  await call('POST', list, { body })
  const refused = await call('POST', list, { body })
  expect([refused.status, refused.json.code]).toEqual([409, 'too_many_webhooks'])
  expect(refused.json.message).toContain('3')
})

test('a deleted webhook is gone, and so are those of a deleted chatbot', async () => {
  const { call, list, path, made, body } = await setup()
  expect((await call('DELETE', path)).status).toBe(204)
  expect((await call('GET', path)).status).toBe(404)
  const second = await call<WebhookJson>('POST', list, { body })
  await call('DELETE', list.replace('/webhooks', ''))
  expect((await call('GET', list)).json.code).toBe('chatbot_not_found')
  expect((await call('POST', list, { body })).json.code).toBe('chatbot_not_found')
  expect((await call('GET', `/api/v1/webhooks/${second.json.id}`)).status).toBe(404)
  expect(made.status).toBe(201)
})

test('a test event goes out at once, in any state, and is answered with what came back', async () => {
  const server = await startWholeServer()
  const bot = await server.addChatbot()
  const hook = await server.addWebhook(bot, { eventTypes: ['leads.submit'] })
  await server.call('POST', `/api/v1/webhooks/${hook}/pause`)
  const sent = await server.call('POST', `/api/v1/webhooks/${hook}/test`)
  expect(sent.json).toMatchObject({
    status: 200,
    result: 'delivered',
    note: 'acknowledged',
    responseBody: '{"received":true}',
    error: null,
  })
  const body = JSON.parse(server.endpoint.received[0]?.body ?? '')
  expect(body).toMatchObject({ eventType: 'leads.submit', chatbotId: bot })
  expect(Object.keys(body.payload)).toEqual([
    'conversationId',
    'customerEmail',
    'customerName',
    'customerPhone',
  ])
  server.endpoint.answer = { status: 500, body: 'no' }
  const failed = await server.call<{ deliveryId: string }>(
    'POST',
    `/api/v1/webhooks/${hook}/test`,
    {
      body: { eventType: 'order.created' },
    },
  )
  expect(failed.json).toMatchObject({ status: 500, result: 'failed', errorCode: 'status' })
  expect(JSON.parse(server.endpoint.received[1]?.body ?? '').eventType).toBe('order.created')
  const { deliveryId } = failed.json
  const listed = await server.call('GET', `/api/v1/deliveries/${deliveryId}`)
  expect(listed.json).toMatchObject({ kind: 'test', state: 'exhausted', attempts: [{ number: 1 }] })
})

test('a URL that leads inside is refused with the setting that would allow it', async () => {
  const server = await startWholeServer({ PUBLIC_URL: 'https://hooks.example' })
  const bot = await server.addChatbot()
  for (const host of ['127.0.0.1', '10.1.2.3', '[::1]', '[::ffff:169.254.169.254]', '0x7f.1']) {
    const body = { url: `http://${host}/h`, eventTypes: ['lead.submit'] }
    const { status, json } = await server.call('POST', `/api/v1/chatbots/${bot}/webhooks`, { body })
    expect([host, status, json.code]).toEqual([host, 400, 'blocked_address'])
    expect(json.message).toContain('EGRESS_ALLOW')
  }
})
