/** Who may not, can't: every route of the document, tried as everybody who has no business there. */
import { expect, test } from 'vitest'
import { SESSION_IDLE_MS } from '../../src/access.ts'
import type { ApiDeps } from '../../src/api/deps.ts'
import type { OpenApiDocument } from '../../src/api/document/openapi-document.ts'
import { HEARTBEAT_MS } from '../../src/api/routes/stream/change-feed.ts'
import { createIds, ID_PREFIXES, type IdKind } from '../../src/id.ts'
import { systemRandom } from '../../src/random.ts'
import { manualClock } from '../manual-clock.ts'
import { startApiAlone } from './api-alone.ts'
import type { Call, CallOptions } from './client.ts'
import {
  guardedSteps,
  type Identity,
  type Walk,
  walkAsNobody,
  walkAsStranger,
} from './route-walk.ts'
import { openStream } from './stream-reader.ts'

const FAILED_KEYS_FORGOTTEN_MS = 5 * 60_000
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }

async function setup(change?: (deps: ApiDeps) => Partial<ApiDeps>) {
  const clock = manualClock()
  const api = await startApiAlone(change, clock)
  const { call } = api
  const post = async (path: string, body: unknown, key?: string) =>
    (await call<Record<string, string>>('POST', path, { body, ...(key ? { key } : {}) })).json
  const addChatbot = async () => {
    const { id: bot = '' } = await post('/api/v1/chatbots', { name: 'Shop' })
    const { key = '', id: keyId = '' } = await post('/api/v1/api-keys', {
      name: 'Shop',
      chatbotId: bot,
    })
    return { bot, key, keyId }
  }
  const ids = createIds(clock, systemRandom)
  const walk = async (owner: { bot: string; keyId: string }): Promise<Walk> => {
    const { json: document } = await call<OpenApiDocument>('GET', '/openapi.json')
    const kindOf = (prefix: string) =>
      Object.entries(ID_PREFIXES).find(([, each]) => each === prefix)?.[0] as IdKind
    const foreign = await thingsOf(call, owner)
    return { call, document, foreign, unknown: (prefix) => ids.next(kindOf(prefix)) }
  }
  const signIn = (key: string) => cookieOf(call, { key })
  return { ...api, clock, post, addChatbot, walk, signIn }
}

/** One of everything, all of this chatbot. */
async function thingsOf(call: Call, { bot, keyId }: { bot: string; keyId: string }) {
  const post = async (path: string, body: unknown) =>
    (await call<Record<string, string>>('POST', path, { body })).json
  const url = 'https://shop.example/hook'
  const eventTypes = ['lead.submit', 'order.created']
  const { id: wh = '' } = await post(`/api/v1/chatbots/${bot}/webhooks`, { url, eventTypes })
  const lead = await post(`/api/v1/chatbots/${bot}/leads`, { customerName: 'Ann' })
  const { leadId = '', eventId = '', conversationId = '' } = lead
  const found = await call<{ data: { id: string }[] }>('GET', `/api/v1/deliveries?chatbotId=${bot}`)
  const since = '2020-01-01'
  const { recoveryId = '' } = await post(`/api/v1/webhooks/${wh}/recover`, { since })
  const dlv = found.json.data[0]?.id ?? ''
  const all = { bot, wh, lead: leadId, evt: eventId, conv: conversationId, dlv, rcv: recoveryId }
  return { ...all, key: keyId }
}

async function cookieOf(call: Call, body: Record<string, string>): Promise<string> {
  const { headers } = await call('POST', '/api/v1/session', { body, key: null })
  return (headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

const withKey = (name: string, key: string | null): Identity => ({
  name,
  options: async () => ({ key }),
})

const withCookie = (name: string, cookie: () => Promise<string>): Identity => ({
  name,
  options: async (): Promise<CallOptions> => ({
    key: null,
    headers: { cookie: await cookie(), ...SAME_ORIGIN },
  }),
})

test('who has no key, a wrong one, or one that is no more, is refused by every route', async () => {
  const { call, clock, post, addChatbot, walk, signIn } = await setup()
  const [owner, other] = [await addChatbot(), await addChatbot()]
  const { key: revoked = '', id } = await post('/api/v1/api-keys', { name: 'Old' })
  const ofRevoked = await signIn(revoked)
  await call('DELETE', `/api/v1/api-keys/${id}`)
  const expired = await signIn(other.key)
  clock.advance(SESSION_IDLE_MS + 1)
  const ended = await signIn(other.key)
  const headers = { cookie: ended, ...SAME_ORIGIN }
  await call('DELETE', '/api/v1/session', { key: null, headers })
  const identities = [
    withKey('nobody', null),
    withKey('a malformed key', 'czk_short'),
    withKey('an unknown key', `czk_${'A'.repeat(32)}`),
    withKey('a revoked key', revoked),
    withCookie('a session of a revoked key', async () => ofRevoked),
    withCookie('an expired session', async () => expired),
    withCookie('an ended session', async () => ended),
    withCookie('a made-up session', async () => `chatzuri_session=czs_${'A'.repeat(32)}`),
  ]
  const walked = await walk(owner)
  for (const identity of identities) {
    // Else the address is held off for its many wrong keys before the walk is over.
    clock.advance(FAILED_KEYS_FORGOTTEN_MS)
    expect(await walkAsNobody(walked, identity)).toEqual([])
  }
  tell(walked, identities)
})

test('another chatbot’s key or session sees nothing, and not even that there is something', async () => {
  const { addChatbot, walk, signIn } = await setup()
  const [owner, other] = [await addChatbot(), await addChatbot()]
  const identities = [
    withKey('another chatbot’s key', other.key),
    withCookie('another chatbot’s session', () => signIn(other.key)),
  ]
  const walked = await walk(owner)
  for (const identity of identities) expect(await walkAsStranger(walked, identity)).toEqual([])
  tell(walked, identities)
})

test('the walk would see it if nobody asked whose a thing is', async () => {
  let bot = ''
  const { addChatbot, walk } = await setup(({ store }) => ({
    store: { ...store, chatbotOf: async () => bot },
  }))
  const [owner, other] = [await addChatbot(), await addChatbot()]
  const walked = await walk(owner)
  bot = other.bot
  const leaks = await walkAsStranger(walked, withKey('the wrong key', other.key))
  expect(leaks.length).toBeGreaterThan(20)
})

test('the stream of a chatbot’s key tells of that chatbot only, whatever it asks for', async () => {
  const { url, clock, addChatbot, walk } = await setup()
  const [owner, other] = [await addChatbot(), await addChatbot()]
  const own = await openStream(url, { key: other.key })
  const foreign = await openStream(url, { key: other.key, query: `?chatbotId=${owner.bot}` })
  await walk(owner)
  await walk(other)
  for (let count = 0; count < 3; count += 1) {
    expect((await own.next())?.data.chatbotId).toBe(other.bot)
  }
  // Behind everything that it was told comes the heartbeat.
  clock.advance(HEARTBEAT_MS)
  expect(await foreign.eventsUntilComment()).toEqual([])
})

test('a chatbot’s key does everything for its own chatbot, and nothing for operators', async () => {
  const { call, post, addChatbot, walk } = await setup()
  const { bot, key, keyId } = await addChatbot()
  const { foreign: own } = await walk({ bot, keyId })
  const get = async (path: string) => (await call('GET', `/api/v1${path}`, { key })).status
  for (const path of [
    `/chatbots/${bot}`,
    `/chatbots/${bot}/webhooks`,
    `/webhooks/${own.wh}`,
    `/webhooks/${own.wh}/secret`,
    `/recoveries/${own.rcv}`,
    `/events/${own.evt}`,
    `/deliveries/${own.dlv}`,
    `/leads/${own.lead}`,
    '/event-types',
    '/stats',
    '/audit-log',
    '/leads.csv',
    '/webhooks',
    `/webhooks?chatbotId=${bot}`,
  ]) {
    expect([path, await get(path)]).toEqual([path, 200])
  }
  for (const list of ['chatbots', 'webhooks', 'deliveries', 'leads', 'api-keys', 'audit-log']) {
    const { json } = await call<{ data: unknown[] }>('GET', `/api/v1/${list}`, { key })
    expect([list, json.data.length > 0]).toEqual([list, true])
  }
  const more = await post('/api/v1/api-keys', { name: 'Second' }, key)
  expect(more).toMatchObject({ chatbotId: bot })
  expect((await call('DELETE', `/api/v1/api-keys/${more.id}`, { key })).status).toBe(204)
  const refused = [
    ['POST', '/api/v1/chatbots', { name: 'Mine' }],
    ['DELETE', `/api/v1/chatbots/${bot}`],
    ['POST', '/api/v1/owner-links', { chatbotId: bot }],
    ['GET', '/metrics'],
  ] as const
  for (const [method, path, body] of refused) {
    const answer = await call(method, path, { key, ...(body ? { body } : {}) })
    expect([path, answer.json?.code]).toEqual([path, 'forbidden'])
  }
})

function tell(walk: Walk, identities: Identity[]) {
  const routes = guardedSteps(walk).length
  expect(routes).toBeGreaterThan(40)
  process.stdout.write(
    `tried ${routes} routes as ${identities.length} identities: ${routes * identities.length}\n`,
  )
}
