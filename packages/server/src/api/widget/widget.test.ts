import { expect, test, vi } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { startWholeServer } from '../../../test/api/whole-server.ts'
import { manualClock } from '../../../test/manual-clock.ts'
import { silentLog } from '../../log.ts'
import { RATES } from '../access/request-limits.ts'
import { FILL_MS_MIN, TOKEN_AGE_MS_MAX } from './widget-lead.ts'

const SHOP = 'https://shop.example'
const OWN = 'http://localhost:8080'
const UNKNOWN = 'bot_01m2fm1cgye03v13e1wgzp7b71'
const ANN = { customerName: 'Ann', customerEmail: 'ann@example.com' }

interface Conversation {
  conversationId: string
  token: string
}

async function setup({ trustedProxies = ['127.0.0.1/32'] } = {}) {
  const clock = manualClock()
  const info = vi.fn()
  const api = await startApiAlone(
    (deps) => ({ config: { ...deps.config, trustedProxies }, log: { ...silentLog, info } }),
    clock,
  )
  const { call } = api
  const addChatbot = async (settings: Record<string, unknown> = {}) => {
    const body = { name: 'Shop', allowedOrigins: [SHOP], ...settings }
    return (await call<{ id: string }>('POST', '/api/v1/chatbots', { body })).json.id
  }
  const bot = await addChatbot()
  /** A visitor's browser, on a page of an origin, behind the proxy. */
  const visitor = (address = '192.0.2.1', origin: string | null = SHOP, chatbotId = bot) => {
    const headers = { 'x-forwarded-for': address, ...(origin === null ? {} : { origin }) }
    const path = `/widget/v1/chatbots/${chatbotId}`
    return {
      begin: () =>
        call<Conversation & { code: string }>('POST', `${path}/conversations`, {
          key: null,
          headers,
        }),
      leave: (body: Record<string, unknown>, more: Record<string, string> = {}) =>
        call<{ accepted: true; code: string; details: { path: string }[] }>(
          'POST',
          `${path}/leads`,
          { key: null, body, headers: { ...headers, ...more } },
        ),
      preflight: (of: 'leads' | 'conversations') =>
        fetch(`${api.url}${path}/${of}`, { method: 'OPTIONS', headers }),
    }
  }
  const leads = async () =>
    (await call<{ data: Record<string, string>[] }>('GET', '/api/v1/leads')).json.data
  const refusals = async (reason: string) => {
    const { text } = await call('GET', '/metrics')
    const pattern = new RegExp(
      `^chatzuri_requests_refused_total\\{reason="${reason}"\\} (\\d+)`,
      'm',
    )
    return Number(pattern.exec(text)?.[1] ?? 0)
  }
  const filled = async (from = visitor()) => {
    const { json } = await from.begin()
    clock.advance(FILL_MS_MIN)
    return json
  }
  return { ...api, clock, info, bot, addChatbot, visitor, leads, refusals, filled }
}

test('a visitor begins a conversation and leaves a lead in it, without any key', async () => {
  const { visitor, clock, leads, bot } = await setup()
  const page = visitor()
  const begun = await page.begin()
  expect(begun.status).toBe(201)
  expect(begun.json).toMatchObject({ name: 'Shop', leadForm: { greeting: expect.any(String) } })
  expect(await leads()).toEqual([])
  clock.advance(20_000)
  const left = await page.leave({ token: begun.json.token, ...ANN, customerPhone: '+254 700' })
  expect([left.status, left.json]).toEqual([202, { accepted: true }])
  expect(await leads()).toMatchObject([
    {
      chatbotId: bot,
      conversationId: begun.json.conversationId,
      ...ANN,
      customerPhone: '+254 700',
    },
  ])
})

test('an allowed page is echoed, exactly and without credentials, also in errors', async () => {
  const { visitor } = await setup()
  const page = visitor()
  for (const { headers } of [await page.begin(), await page.leave({ token: 'x', ...ANN })]) {
    expect(headers.get('access-control-allow-origin')).toBe(SHOP)
    expect(headers.get('vary')).toBe('Origin')
    expect(headers.get('access-control-expose-headers')).toBe('Retry-After')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  }
  const asked = await page.preflight('leads')
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-origin')).toBe(SHOP)
  expect(asked.headers.get('access-control-allow-methods')).toBe('POST')
  expect(asked.headers.get('access-control-allow-headers')).toBe('Content-Type, Idempotency-Key')
  expect(asked.headers.get('access-control-max-age')).toBe('7200')
  expect(asked.headers.get('vary')).toBe('Origin')
})

test.each([
  ['another page', 'https://evil.example'],
  ['a page whose name begins alike', `${SHOP}.evil.example`],
  ['the same host by http', 'http://shop.example'],
  ['another port', `${SHOP}:8443`],
  ['a subdomain', 'https://www.shop.example'],
  ['a sandbox', 'null'],
  ['no page at all', null],
])('%s is refused and told nothing by CORS', async (_what, origin) => {
  const { visitor, refusals } = await setup()
  const page = visitor('192.0.2.1', origin)
  const answers = [await page.begin(), await page.leave({ token: 'x' })]
  for (const { status, json, headers } of answers) {
    expect([status, json.code]).toEqual([403, 'origin_not_allowed'])
    expect([...headers.keys()].filter((name) => name.startsWith('access-'))).toEqual([])
    expect(headers.get('vary')).toBe('Origin')
  }
  const asked = await page.preflight('conversations')
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([403, null])
  expect(await refusals('origin')).toBe(3)
})

test('our own page may use every chatbot, and with no origins allowed only ours may', async () => {
  const { visitor, addChatbot } = await setup()
  expect((await visitor('192.0.2.1', OWN).begin()).status).toBe(201)
  const closed = await addChatbot({ allowedOrigins: [] })
  expect((await visitor('192.0.2.1', OWN, closed).begin()).status).toBe(201)
  expect((await visitor('192.0.2.1', SHOP, closed).begin()).status).toBe(403)
})

test('in development this machine is our own page by each of its names, at our port only', async () => {
  const { visitor } = await setup()
  for (const [origin, status] of [
    ['http://127.0.0.1:8080', 201],
    ['http://[::1]:8080', 201],
    ['http://127.0.0.1:8081', 403],
    ['https://localhost:8080', 403],
  ] as const) {
    expect((await visitor('192.0.2.1', origin).begin()).status, origin).toBe(status)
  }
})

test("a visitor's lead comes to the owner's endpoint, after waiting as it was told to", async () => {
  const { call, url, endpoint, addChatbot, addWebhook } = await startWholeServer()
  const bot = await addChatbot()
  await addWebhook(bot)
  const path = `/widget/v1/chatbots/${bot}`
  const options = { key: null, headers: { origin: url, 'idempotency-key': 'once' } }
  const begun = await call<Conversation>('POST', `${path}/conversations`, options)
  const body = { token: begun.json.token, ...ANN, customerPhone: '' }
  const leave = () => call('POST', `${path}/leads`, { ...options, body })
  const first = await leave()
  expect([first.status, first.headers.get('retry-after')]).toEqual([429, '2'])
  await expect
    .poll(async () => (await leave()).status, { timeout: 10_000, interval: 400 })
    .toBe(202)
  await endpoint.hasReceived(1)
  expect(JSON.parse(endpoint.received[0]?.body ?? '')).toMatchObject({
    payload: { ...ANN, conversationId: begun.json.conversationId },
  })
  expect((await leave()).status).toBe(202)
})

test('a chatbot that is unknown, or deleted, is not found, and no page can tell', async () => {
  const { visitor, call, bot, filled } = await setup()
  const { token } = await filled()
  await call('DELETE', `/api/v1/chatbots/${bot}`)
  for (const id of [UNKNOWN, bot, 'x']) {
    const page = visitor('192.0.2.1', SHOP, id)
    const asked = await page.preflight('leads')
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([404, null])
    for (const { status, headers } of [await page.begin(), await page.leave({ token, ...ANN })]) {
      expect([status, headers.get('access-control-allow-origin')]).toEqual([404, null])
    }
  }
})

test('faster than a person is told to wait, and accepted then', async () => {
  const { visitor, clock, leads, refusals } = await setup()
  const page = visitor()
  const { token } = (await page.begin()).json
  clock.advance(FILL_MS_MIN - 1)
  const fast = await page.leave({ token, ...ANN })
  expect([fast.status, fast.json.code, fast.headers.get('retry-after')]).toEqual([
    429,
    'too_soon',
    '1',
  ])
  expect([await leads(), await refusals('too_soon')]).toEqual([[], 1])
  clock.advance(1)
  expect((await page.leave({ token, ...ANN })).status).toBe(202)
})

test('a token holds a day, and only for its chatbot', async () => {
  const { visitor, clock, addChatbot, filled, leads, refusals } = await setup()
  const { token } = await filled()
  const other = visitor('192.0.2.1', SHOP, await addChatbot())
  for (const body of [{ token: `${token}x` }, { token: 'w1.a.b.c.d' }]) {
    expect((await visitor().leave({ ...body, ...ANN })).json.code).toBe('invalid_token')
  }
  expect((await other.leave({ token, ...ANN })).json.code).toBe('invalid_token')
  clock.advance(TOKEN_AGE_MS_MAX - FILL_MS_MIN)
  expect((await visitor().leave({ token, ...ANN })).status).toBe(202)
  clock.advance(1)
  expect((await visitor().leave({ token, ...ANN })).status).toBe(403)
  expect([(await leads()).length, await refusals('token')]).toEqual([1, 4])
})

test('whoever fills in what people do not see is answered like anybody, and not heard', async () => {
  const { visitor, filled, leads, refusals } = await setup()
  const { token } = await filled()
  const trapped = await visitor().leave({ token, ...ANN, website: 'https://spam.example' })
  expect(await leads()).toEqual([])
  const heard = await visitor().leave({ token, ...ANN, website: '' })
  expect([trapped.status, trapped.text]).toEqual([heard.status, heard.text])
  expect([[...trapped.headers.keys()], await refusals('honeypot')]).toEqual([
    [...heard.headers.keys()],
    1,
  ])
})

test('what the form requires must be there, and only that', async () => {
  const { visitor, addChatbot, clock, leads } = await setup()
  const fields = [
    { name: 'customerName', label: 'Name', required: false },
    { name: 'customerPhone', label: 'Phone', required: true },
  ]
  const bot = await addChatbot({ leadForm: { fields, greeting: '', thanks: '' } })
  const page = visitor('192.0.2.1', SHOP, bot)
  const { token } = (await page.begin()).json
  clock.advance(FILL_MS_MIN)
  for (const customerPhone of ['', '  ', null]) {
    const { status, json } = await page.leave({ token, customerName: 'Ann', customerPhone })
    expect([status, json.details[0]?.path]).toEqual([400, 'customerPhone'])
  }
  const wrong = await page.leave({ token, customerPhone: '1', customerEmail: 'ann@' })
  expect([wrong.status, wrong.json.details[0]?.path]).toEqual([400, 'customerEmail'])
  expect(await leads()).toEqual([])
  expect((await page.leave({ token, customerPhone: '1' })).status).toBe(202)
})

test('a repeat with the same key is one lead, and takes no key that an owner could use', async () => {
  const { visitor, filled, call, bot, leads } = await setup()
  const { token, conversationId } = await filled()
  const repeat = { 'idempotency-key': 'order-1' }
  const first = await visitor().leave({ token, ...ANN }, repeat)
  const second = await visitor().leave({ token, ...ANN }, repeat)
  expect([second.status, second.text]).toEqual([202, first.text])
  expect((await leads()).length).toBe(1)
  const changed = await visitor().leave({ token, ...ANN, customerName: 'Eve' }, repeat)
  expect(changed.status).toBe(409)
  for (const key of ['order-1', `widget_${conversationId}_order-1`]) {
    const owners = await call('POST', `/api/v1/chatbots/${bot}/leads`, {
      body: { customerName: 'Bob' },
      headers: { 'idempotency-key': key },
    })
    expect(owners.status).toBe(202)
  }
})

test('one conversation leaves a few leads, not many', async () => {
  const { visitor, filled, refusals } = await setup()
  const { token } = await filled()
  const { burst } = RATES.leadsConversation
  for (let index = 0; index < burst; index += 1) {
    expect((await visitor(`192.0.2.${index}`).leave({ token, ...ANN })).status).toBe(202)
  }
  const more = await visitor('192.0.2.99').leave({ token, ...ANN })
  expect([more.status, more.headers.get('retry-after')]).toEqual([429, '60'])
  expect(await refusals('conversation_rate')).toBe(1)
})

test('a flood from one address is throttled, and hurts no other address and no other chatbot', async () => {
  const { visitor, filled, clock, addChatbot, refusals, info } = await setup()
  const { token } = await filled()
  const other = visitor('192.0.2.1', SHOP, await addChatbot())
  const othersToken = (await other.begin()).json.token
  clock.advance(FILL_MS_MIN)
  const flood = visitor()
  for (let index = 0; index < RATES.leadsAddress.burst; index += 1) {
    expect((await flood.leave({ token: 'wrong', ...ANN })).status).toBe(403)
  }
  const throttled = await flood.leave({ token, ...ANN })
  expect([throttled.status, throttled.json.code]).toEqual([429, 'rate_limited'])
  expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThan(0)
  // A page can read that it should wait.
  expect(throttled.headers.get('access-control-allow-origin')).toBe(SHOP)
  expect((await visitor('192.0.2.2').leave({ token, ...ANN })).status).toBe(202)
  expect((await other.leave({ token: othersToken, ...ANN })).status).toBe(202)
  expect(await refusals('address_rate')).toBe(1)
  expect(JSON.stringify(info.mock.calls)).not.toMatch(/192\.0\.2|ann@|shop\.example/)
  clock.advance(60_000)
  expect((await flood.leave({ token, ...ANN })).status).toBe(202)
})

test('addresses of one IPv6 network are one sender', async () => {
  const { visitor } = await setup()
  let last = 0
  for (let index = 0; index <= RATES.leadsAddress.burst; index += 1) {
    const from = visitor(`2001:db8:1:2::${index.toString(16)}`)
    last = (await from.leave({ token: 'wrong', ...ANN })).status
  }
  expect(last).toBe(429)
  const neighbour = await visitor('2001:db8:1:3::1').leave({ token: 'wrong', ...ANN })
  expect(neighbour.status).toBe(403)
})

test('a flood from many addresses throttles its origin, and no other chatbot or page', async () => {
  const { visitor, addChatbot, refusals, clock } = await setup()
  const chatbot = await addChatbot({ allowedOrigins: [SHOP, 'https://blog.example'] })
  const { burst: each } = RATES.leadsConversation
  const senders: { from: ReturnType<typeof visitor>; token: string }[] = []
  for (let index = 0; index <= RATES.leadsOrigin.burst; index += each) {
    const from = visitor(`198.51.${index >> 8}.${index & 255}`, SHOP, chatbot)
    senders.push({ from, token: (await from.begin()).json.token })
  }
  clock.advance(FILL_MS_MIN)
  const answers: number[] = []
  for (const { from, token } of senders) {
    for (let lead = 0; lead < each; lead += 1) {
      answers.push((await from.leave({ token, ...ANN })).status)
    }
  }
  expect(answers.filter((status) => status === 202)).toHaveLength(RATES.leadsOrigin.burst)
  expect(answers.at(-1)).toBe(429)
  expect(await refusals('origin_rate')).toBe(each)
  const blog = visitor('203.0.113.1', 'https://blog.example', chatbot)
  const { token } = (await blog.begin()).json
  clock.advance(FILL_MS_MIN)
  expect((await blog.leave({ token, ...ANN })).status).toBe(202)
})

test('junk without a token, from however many addresses, takes nothing from the visitors of the page', async () => {
  const { visitor, filled } = await setup()
  const { token } = await filled()
  for (let index = 0; index < RATES.leadsOrigin.burst * 2; index += 1) {
    const from = visitor(`198.51.${index >> 8}.${index & 255}`)
    expect((await from.leave({ token: 'x', ...ANN })).status).toBe(403)
  }
  expect((await visitor('203.0.113.1').leave({ token, ...ANN })).status).toBe(202)
})

test('whom no trusted proxy names can not choose an address', async () => {
  const { visitor } = await setup({ trustedProxies: [] })
  let last = 0
  for (let index = 0; index <= RATES.leadsAddress.burst; index += 1) {
    last = (await visitor(`192.0.2.${index}`).leave({ token: 'wrong', ...ANN })).status
  }
  expect(last).toBe(429)
})

test.each([
  ['an unknown field', { colour: 'red' }, 400],
  ['no token', { token: undefined }, 400],
  ['a name of 300 characters', { customerName: 'x'.repeat(300) }, 400],
  ['a body of 50 KB', { custom: { note: 'x'.repeat(50_000) } }, 413],
])('%s is refused, readably for the page', async (_what, change, status) => {
  const { visitor, filled, leads } = await setup()
  const { token } = await filled()
  const answer = await visitor().leave({ token, ...ANN, ...change })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP)
  expect(await leads()).toEqual([])
})

test('a page hands over own fields and where it is; what is wrong of it is dropped, never the lead', async () => {
  const { visitor, filled, leads, call, bot } = await setup()
  const fields = [
    { name: 'customerEmail', label: 'Email', required: true },
    { name: 'size', label: 'Size', type: 'choice', options: ['S', 'M'], required: true },
    { name: 'news', label: 'News', type: 'checkbox' },
  ]
  const form = { fields, greeting: '', thanks: '' }
  await call('PATCH', `/api/v1/chatbots/${bot}`, { body: { leadForm: form } })
  const leave = async (more: Record<string, unknown>) =>
    visitor().leave({ token: (await filled()).token, ...ANN, ...more })
  const context = {
    page: `${SHOP}/pricing?plan=pro#top`,
    title: 'Pricing',
    referrer: 'https://search.example/?q=secret',
    utm: { source: 'news', medium: 7, who: 'x' },
    language: ['en'],
    ip: '192.0.2.1',
  }
  const custom = { plan: 'pro', news: true, size: 'M', token: 'x', deep: { a: 1 }, '1st': 1 }
  expect((await leave({ custom, context })).status).toBe(202)
  const [kept] = await leads()
  expect(JSON.stringify(kept?.custom)).toBe('{"size":"M","news":true,"plan":"pro"}')
  expect(kept).toMatchObject({
    channel: 'website',
    context: {
      page: `${SHOP}/pricing`,
      title: 'Pricing',
      referrer: 'https://search.example/',
      utm: { source: 'news', medium: '' },
      language: '',
    },
  })
  // What the page knows is asked for; what was added since is not.
  expect((await leave({ custom: { size: ' ' } })).json.details).toMatchObject([
    { path: 'custom.size' },
  ])
  expect((await leave({ custom: { size: { odd: true } } })).status).toBe(202)
  expect((await leave({})).status).toBe(202)
  for (const odd of [null, [], 'x', 5]) {
    expect((await leave({ custom: odd, context: odd })).status).toBe(202)
    expect((await leads())[0]).toMatchObject({ ...ANN, custom: {} })
  }
  const typed = [
    ...fields,
    { name: 'seats', label: 'Seats', type: 'number' },
    { name: 'day', label: 'Day', type: 'date' },
  ]
  await call('PATCH', `/api/v1/chatbots/${bot}`, { body: { leadForm: { ...form, fields: typed } } })
  await leave({ custom: { size: 'L', news: 'yes', seats: 'many', day: 'tomorrow', plan: 3 } })
  // A choice that the form had before is an answer.
  expect((await leads())[0]?.custom).toEqual({ size: 'L', plan: 3 })
  await leave({ custom: { size: 'L', news: false, seats: 12, day: '2026-12-24' } })
  expect((await leads())[0]?.custom).toMatchObject({ news: false, seats: 12, day: '2026-12-24' })
  // Another page than the browser's is not where the visitor was.
  await leave({ context: { page: 'https://evil.example/x' } })
  expect((await leads())[0]?.context).toMatchObject({ page: `${SHOP}/` })
  await call('PATCH', `/api/v1/chatbots/${bot}`, {
    body: { leadForm: { ...form, pageQuery: true } },
  })
  await leave({ context })
  expect((await leads())[0]?.context).toMatchObject({ page: `${SHOP}/pricing?plan=pro` })
})
