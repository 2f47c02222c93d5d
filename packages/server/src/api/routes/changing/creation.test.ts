import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'

interface Made {
  id: string
  code: string
  message: string
  secret: string
  recoveryId: string
}

const ENDPOINT = 'https://shop.example/h'

async function setup() {
  const api = await startApiAlone()
  const { call } = api
  const bot = await call<Made>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  const chatbotId = bot.json.id
  const hook = { url: ENDPOINT, eventTypes: ['lead.submit'] }
  const first = await call<Made>('POST', `/api/v1/chatbots/${chatbotId}/webhooks`, { body: hook })
  const send = (path: string, body: unknown, idempotencyKey: string, key?: string) =>
    call<Made>('POST', path, {
      body,
      headers: { 'idempotency-key': idempotencyKey },
      ...(key === undefined ? {} : { key }),
    })
  const since = '2026-01-01T00:00:00Z'
  /** Every route that creates what is kept, with a body and another. */
  const more = await call<Made>('POST', '/api/v1/chatbots', { body: { name: 'More' } })
  const roomy = more.json.id
  const routes: [path: string, body: unknown, other: unknown][] = [
    ['/api/v1/chatbots', { name: 'B' }, { name: 'C' }],
    [
      `/api/v1/chatbots/${chatbotId}/webhooks`,
      { ...hook, headers: { a: '1', b: '2' } },
      { ...hook, headers: { a: '1', b: '3' } },
    ],
    [
      '/api/v1/webhooks',
      { chatbotId: roomy, endpoint: ENDPOINT, events: ['lead.submit'] },
      { chatbotId: roomy, endpoint: ENDPOINT, events: ['a.b'] },
    ],
    [
      `/api/v1/chatbots/${roomy}/listeners`,
      { eventTypes: ['lead.submit'] },
      { eventTypes: ['a.b'] },
    ],
    [`/api/v1/webhooks/${first.json.id}/recover`, { since }, { since: '2026-01-02T00:00:00Z' }],
    ['/api/v1/api-keys', { name: 'K', chatbotId }, { name: 'L', chatbotId }],
    ['/api/v1/api-keys', { name: 'K' }, { name: 'L' }],
    ['/api/v1/owner-links', { chatbotId }, { chatbotId, expiresInSeconds: 60 }],
  ]
  return { ...api, chatbotId, hook, first, send, routes }
}

const ONCE = [/api-keys$/, /owner-links$/]

test('every POST that creates does so once for an Idempotency-Key', async () => {
  const { send, routes, call } = await setup()
  for (const [at, [path, body, other]] of routes.entries()) {
    const key = `key-${at}`
    const made = await send(path, body, key)
    expect([path, made.status]).toEqual([path, path.endsWith('recover') ? 202 : 201])
    const count = await everything(call)
    const again = await send(path, turned(body), key)
    if (ONCE.some((shown) => shown.test(path))) {
      expect([path, again.status, again.json.code]).toEqual([path, 409, 'already_created'])
      expect(again.json.id).toMatch(/^(key|link)_/)
      if (path.endsWith('api-keys')) expect(again.json.id).toBe(made.json.id)
      expect(again.text).not.toMatch(/cz[kl]_/)
    } else {
      expect([path, again.status, again.json]).toEqual([path, made.status, made.json])
      expect(again.headers.get('etag')).toBe(made.headers.get('etag'))
    }
    const conflict = await send(path, other, key)
    expect([path, conflict.status, conflict.json.code]).toEqual([path, 409, 'idempotency_conflict'])
    expect(await everything(call)).toEqual(count)
  }
})

test('of many at once one is made, and each is told which', async () => {
  const { send, hook, chatbotId, call } = await setup()
  const path = `/api/v1/chatbots/${chatbotId}/webhooks`
  const all = await Promise.all(Array.from({ length: 8 }, () => send(path, hook, 'k')))
  expect(all.map(({ status }) => status)).toEqual(Array(8).fill(201))
  expect(new Set(all.map(({ json }) => `${json.id} ${json.secret}`)).size).toBe(1)
  expect((await everything(call)).webhooks).toBe(2)
})

test('a repeat shows the secret as it is now, and the audit log has that look', async () => {
  const { send, hook, chatbotId, call } = await setup()
  const path = `/api/v1/chatbots/${chatbotId}/webhooks`
  const made = await send(path, hook, 'k')
  const { json } = await call<Made>('POST', `/api/v1/webhooks/${made.json.id}/rotate-secret`)
  expect((await send(path, hook, 'k')).json).toMatchObject({
    id: made.json.id,
    secret: json.secret,
  })
  const log = await call<{ data: { action: string; targetId: string }[] }>(
    'GET',
    '/api/v1/audit-log?limit=100',
  )
  const told = log.json.data.filter(({ targetId }) => targetId === made.json.id)
  expect(told.map(({ action }) => action)).toEqual([
    'webhook.secret_shown',
    'webhook.secret_rotated',
    'webhook.created',
  ])
})

test('what was deleted since is gone, not made again', async () => {
  const { send, routes, call } = await setup()
  for (const [path, body] of routes) {
    if (/recover$|owner-links$/.test(path)) continue
    const key = `k${JSON.stringify(body).length}`
    const { json } = await send(path, body, key)
    const kind = { bot: 'chatbots', wh: 'webhooks', key: 'api-keys' }[json.id.split('_')[0] ?? '']
    expect((await call('DELETE', `/api/v1/${kind}/${json.id}`)).status).toBe(204)
    const again = await send(path, body, key)
    expect([path, again.status, again.json.code]).toEqual([path, 410, 'already_deleted'])
  }
})

test('a key holds for one chatbot and one route, and one that is none is refused', async () => {
  const { send, hook, chatbotId, routes, call } = await setup()
  const { json: bot } = await call<Made>('POST', '/api/v1/chatbots', { body: { name: 'Other' } })
  const ids = new Set<string>()
  for (const id of [chatbotId, bot.id]) {
    ids.add((await send(`/api/v1/chatbots/${id}/webhooks`, hook, 'k')).json.id)
    const body = { eventTypes: ['lead.submit'] }
    ids.add((await send(`/api/v1/chatbots/${id}/listeners`, body, 'k')).json.id)
  }
  expect(ids.size).toBe(4)
  const made = await everything(call)
  for (const [path, body] of routes) {
    for (const wrong of ['', 'a b', 'x'.repeat(256)]) {
      expect([path, (await send(path, body, wrong)).status]).toEqual([path, 400])
    }
  }
  expect(await everything(call)).toEqual(made)
})

test('what was refused leaves the key free, and a dry run never takes one', async () => {
  const { send, hook, chatbotId, first } = await setup()
  const path = `/api/v1/chatbots/${chatbotId}/webhooks`
  expect((await send(path, { ...hook, url: 'nonsense' }, 'k')).status).toBe(400)
  expect((await send(path, hook, 'k')).status).toBe(201)
  const recover = `/api/v1/webhooks/${first.json.id}/recover`
  const since = '2026-01-01T00:00:00Z'
  expect((await send(recover, { since, dryRun: true }, 'r')).json.recoveryId).toBeNull()
  expect((await send(recover, { since }, 'r')).json.recoveryId).toMatch(/^rcv_/)
})

type Call = Awaited<ReturnType<typeof setup>>['call']

async function everything(call: Call) {
  const count = async (list: string) =>
    (await call<{ data: unknown[] }>('GET', `/api/v1/${list}?limit=100`)).json.data.length
  return {
    chatbots: await count('chatbots'),
    webhooks: await count('webhooks'),
    keys: await count('api-keys'),
  }
}

/** The same, its names in another order. */
function turned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, turned(inner)])
  return Object.fromEntries(entries.reverse())
}
