import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../../test/api/client.ts'
import { manualClock } from '../../../../test/manual-clock.ts'
import { SESSION_IDLE_MS, SESSION_MS_MAX } from '../../../access.ts'
import { createMetrics } from '../../../metrics.ts'
import type { ApiDeps } from '../../deps.ts'

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }

async function setup(change?: (deps: ApiDeps) => Partial<ApiDeps>) {
  const clock = manualClock()
  const api = await startApiAlone(change, clock)
  const { call } = api
  const bot = await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'Shop' } })
  const signIn = async (body: unknown, headers = {}) => {
    const answer = await call('POST', '/api/v1/session', { key: null, body, headers })
    const cookie = answer.headers.get('set-cookie') ?? ''
    return { ...answer, cookie, pair: cookie.split(';')[0] ?? '' }
  }
  const as = (cookie: string, headers: Record<string, string> = SAME_ORIGIN) => ({
    key: null,
    headers: { cookie, ...headers },
  })
  const link = async (body: Record<string, unknown> = {}) => {
    const sent = { body: { chatbotId: bot.json.id, ...body } }
    const { json } = await call<Record<'url' | 'expiresAt', string>>(
      ...(['POST', '/api/v1/owner-links', sent] as const),
    )
    return { ...json, token: json.url.split('#link=')[1] ?? '' }
  }
  const status = async (cookie: string) => (await call('GET', '/api/v1/session', as(cookie))).status
  return { ...api, clock, bot: bot.json.id, signIn, as, link, status }
}

function withUrl(publicUrl: string) {
  return ({ config }: ApiDeps) => ({ config: { ...config, publicUrl } })
}

test('a key signs in, the cookie does what the key does, and signing out ends it', async () => {
  const { call, clock, signIn, as } = await setup()
  const { status, json, cookie, pair } = await signIn({ key: ADMIN_KEY })
  const expiresAt = new Date(clock.now() + SESSION_IDLE_MS).toISOString()
  expect([status, json]).toEqual([201, { kind: 'operator', chatbotId: null, expiresAt }])
  const attributes = 'Max-Age=604800; Path=/; HttpOnly; SameSite=Strict'
  expect(cookie).toMatch(new RegExp(`^chatzuri_session=czs_[\\w-]{32}; ${attributes}$`))
  expect((await call('GET', '/api/v1/session', as(pair))).json).toEqual(json)
  expect((await call('GET', '/api/v1/chatbots', as(pair))).status).toBe(200)
  const ended = await call('DELETE', '/api/v1/session', as(pair))
  expect(ended.status).toBe(204)
  expect(ended.headers.get('set-cookie')).toMatch(
    /^chatzuri_session=; Max-Age=0; Path=\/; HttpOnly/,
  )
  expect((await call('GET', '/api/v1/session', as(pair))).json.code).toBe('invalid_session')
})

test('over https the cookie is sent by https only, and to this host only', async () => {
  const { signIn, call, as } = await setup(withUrl('https://hooks.example'))
  const { cookie, pair } = await signIn({ key: ADMIN_KEY })
  expect(cookie).toMatch(/^__Host-chatzuri_session=.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/)
  expect((await call('GET', '/api/v1/session', as(pair))).status).toBe(200)
  const bare = pair.replace('__Host-', '')
  expect((await call('GET', '/api/v1/session', as(bare))).json.code).toBe('missing_key')
})

test('a key is no session', async () => {
  const { call } = await setup()
  expect((await call('GET', '/api/v1/session')).json.code).toBe('invalid_session')
  expect((await call('DELETE', '/api/v1/session')).json.code).toBe('invalid_session')
})

test('a session is used up by silence, kept by use, and over after a week', async () => {
  const { clock, signIn, status } = await setup()
  const { pair } = await signIn({ key: ADMIN_KEY })
  const silent = await signIn({ key: ADMIN_KEY })
  for (let at = 0; at + SESSION_IDLE_MS / 2 < SESSION_MS_MAX; at += SESSION_IDLE_MS / 2) {
    expect(await status(pair)).toBe(200)
    clock.advance(SESSION_IDLE_MS / 2)
  }
  expect(await status(silent.pair)).toBe(401)
  expect(await status(pair)).toBe(200)
  clock.advance(SESSION_IDLE_MS / 2)
  expect(await status(pair)).toBe(401)
})

test('with its key a session ends, at once', async () => {
  const { call, bot, signIn, status } = await setup()
  const body = { name: 'Shop', chatbotId: bot }
  const { json } = await call<{ id: string; key: string }>('POST', '/api/v1/api-keys', { body })
  const signed = await signIn({ key: json.key })
  expect(signed.json).toMatchObject({ kind: 'chatbot', chatbotId: bot })
  expect(await status(signed.pair)).toBe(200)
  await call('DELETE', `/api/v1/api-keys/${json.id}`)
  expect(await status(signed.pair)).toBe(401)
  expect((await signIn({ key: json.key })).json.code).toBe('invalid_key')
})

test('sessions and links of another root key count no more', async () => {
  const first = await setup()
  const { pair } = await first.signIn({ key: ADMIN_KEY })
  const { token } = await first.link()
  const other = await startApiAlone(({ config }) => ({
    store: first.store,
    config: { ...config, adminKey: 'another-key' },
  }))
  const headers = { cookie: pair, ...SAME_ORIGIN }
  const asked = await other.call('GET', '/api/v1/session', { key: null, headers })
  expect(asked.json.code).toBe('invalid_session')
  const signed = await other.call('POST', '/api/v1/session', { key: null, body: { link: token } })
  expect(signed.json.code).toBe('invalid_link')
})

test('an owner’s link signs in once, for its chatbot, and only for a while', async () => {
  const { clock, bot, signIn, link, status } = await setup()
  const made = await link()
  expect(made.url).toMatch(/^http:\/\/localhost:8080\/sign-in#link=czl_[\w-]{32}$/)
  expect(made.expiresAt).toBe(new Date(clock.now() + 15 * 60_000).toISOString())
  const signed = await signIn({ link: made.token })
  expect(signed.json).toMatchObject({ kind: 'chatbot', chatbotId: bot })
  expect(await status(signed.pair)).toBe(200)
  expect((await signIn({ link: made.token })).json.code).toBe('invalid_link')
  const late = await link({ expiresInSeconds: 60 })
  clock.advance(60_000)
  expect((await signIn({ link: late.token })).json.code).toBe('invalid_link')
})

test.each([[{ expiresInSeconds: 59 }], [{ expiresInSeconds: 86_401 }], [{ chatbotId: 'x' }]])(
  'a link of %j is refused',
  async (wrong) => {
    const { call, bot } = await setup()
    const body = { chatbotId: bot, ...wrong }
    expect((await call('POST', '/api/v1/owner-links', { body })).json.code).toBe('invalid_input')
  },
)

test.each([{}, { key: 'a', link: 'b' }, { key: 5 }, { key: '' }, { key: `${ADMIN_KEY}\0` }])(
  'signing in with %j says what is wanted',
  async (body) => {
    const { signIn } = await setup()
    expect((await signIn(body)).json.code).toBe('invalid_input')
  },
)

const FOREIGN = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': 'cross-site', origin: 'https://hooks.example' },
  { origin: 'https://evil.example' },
  { origin: 'http://hooks.example' },
  { origin: 'https://hooks.example.evil.example' },
  { origin: 'null' },
  { origin: '' },
]

test.each([...FOREIGN, {}])('with a session, a change from %j is refused', async (headers) => {
  const { call, signIn, as } = await setup(withUrl('https://hooks.example'))
  const { pair } = await signIn({ key: ADMIN_KEY })
  const body = { name: 'Forged' }
  const forged = await call('POST', '/api/v1/chatbots', { ...as(pair, headers), body })
  expect([forged.status, forged.json.code]).toEqual([403, 'cross_site'])
  const read = await call<{ data: unknown[] }>('GET', '/api/v1/chatbots', as(pair, headers))
  expect([read.status, read.json.data.length]).toEqual([200, 1])
})

test.each(FOREIGN)('signing in from %j is refused', async (headers) => {
  const { signIn } = await setup(withUrl('https://hooks.example'))
  expect((await signIn({ key: ADMIN_KEY }, headers)).json.code).toBe('cross_site')
})

test('where PUBLIC_URL is https, a page that came by http is not ours, even by our own host', async () => {
  const { url, call, signIn, as } = await setup(withUrl('https://hooks.example'))
  const { pair } = await signIn({ key: ADMIN_KEY })
  const made = await call('POST', '/api/v1/chatbots', { ...as(pair, { origin: url }), body: {} })
  expect(made.json.code).toBe('cross_site')
})

test('a change from our own page is taken, by whichever word the browser has for it', async () => {
  const { url, call, signIn, as } = await setup(withUrl('http://hooks.example'))
  const { pair } = await signIn({ key: ADMIN_KEY })
  for (const headers of [SAME_ORIGIN, { origin: 'http://hooks.example' }, { origin: url }]) {
    const body = { name: 'Mine' }
    const made = await call('POST', '/api/v1/chatbots', { ...as(pair, headers), body })
    expect([headers, made.status]).toEqual([headers, 201])
  }
})

test('a session that comes with a key counts for nothing', async () => {
  const { call, signIn } = await setup()
  const { pair } = await signIn({ key: ADMIN_KEY })
  const answer = await call('GET', '/api/v1/chatbots', { key: 'wrong', headers: { cookie: pair } })
  expect(answer.json.code).toBe('invalid_key')
})

test('what was refused is counted', async () => {
  const metrics = createMetrics()
  const { call, signIn, as } = await setup(() => ({ metrics }))
  await signIn({ key: 'wrong' })
  await signIn({ link: `czl_${'A'.repeat(32)}` })
  await signIn({ link: 'wrong' })
  await call('GET', '/api/v1/chatbots', { key: 'wrong' })
  await call('GET', '/api/v1/chatbots', as('chatzuri_session=wrong'))
  const text = await metrics.text()
  for (const [way, count] of [
    ['key', 2],
    ['link', 2],
    ['session', 1],
  ]) {
    expect(text).toContain(`chatzuri_sign_in_failures_total{way="${way}"} ${count}`)
  }
})
