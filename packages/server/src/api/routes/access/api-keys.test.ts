import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { ADMIN_KEY, createCall } from '../../../../test/api/client.ts'
import { openStream } from '../../../../test/api/stream-reader.ts'
import { manualClock } from '../../../../test/manual-clock.ts'
import { REMEMBERED_MS } from '../../access/credentials.ts'
import type { ApiDeps } from '../../deps.ts'

interface Made {
  id: string
  key: string
  chatbotId: string | null
}

async function setup(change?: (deps: ApiDeps) => Partial<ApiDeps>) {
  const clock = manualClock()
  const api = await startApiAlone(change, clock)
  const { call } = api
  const bot = await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'Shop' } })
  const make = async (body: Record<string, unknown> = {}) =>
    (await call<Made>('POST', '/api/v1/api-keys', { body: { name: 'Shop', ...body } })).json
  const status = async (key: string, by = call) =>
    (await by('GET', '/api/v1/chatbots', { key })).status
  return { ...api, clock, bot: bot.json.id, make, status }
}

test('a key is shown once, works until it is revoked, and then at once no more', async () => {
  const { call, bot, make, status } = await setup()
  const made = await make({ chatbotId: bot })
  expect(made.key).toMatch(/^czk_[\w-]{32}$/)
  const { text } = await call('GET', '/api/v1/api-keys')
  expect(text).toContain(made.id)
  expect(text).not.toContain(made.key)
  expect(await status(made.key)).toBe(200)
  expect((await call('DELETE', `/api/v1/api-keys/${made.id}`)).status).toBe(204)
  expect(await status(made.key)).toBe(401)
  const again = await call('DELETE', `/api/v1/api-keys/${made.id}`)
  expect(again.json.code).toBe('key_not_found')
})

test('an operator’s key reaches everything, also keys', async () => {
  const { call, make } = await setup()
  const { key, chatbotId } = await make()
  expect(chatbotId).toBeNull()
  const body = { name: 'Another' }
  expect((await call('POST', '/api/v1/chatbots', { key, body })).status).toBe(201)
  expect((await call('POST', '/api/v1/api-keys', { key, body })).status).toBe(201)
  expect((await call('GET', '/metrics', { key })).status).toBe(200)
})

test('another server on the same store refuses a revoked key within seconds', async () => {
  const { call, clock, store, make, status } = await setup()
  const other = await startApiAlone(() => ({ store }), clock)
  const { id, key } = await make()
  expect(await status(key, createCall(other.url))).toBe(200)
  await call('DELETE', `/api/v1/api-keys/${id}`)
  clock.advance(REMEMBERED_MS)
  expect(await status(key, createCall(other.url))).toBe(401)
})

test('a key that was being looked up while it was revoked is not remembered', async () => {
  const asked = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let isHeld = false
  const { call, make, status } = await setup(({ store }) => ({
    store: {
      ...store,
      async findApiKey(hash) {
        const found = await store.findApiKey(hash)
        if (!isHeld) return found
        asked.resolve()
        await goOn.promise
        return found
      },
    },
  }))
  const { id, key } = await make()
  isHeld = true
  const early = status(key)
  await asked.promise
  await call('DELETE', `/api/v1/api-keys/${id}`)
  isHeld = false
  goOn.resolve()
  expect(await early).toBe(200)
  expect(await status(key)).toBe(401)
})

test('the store is asked once for many requests, and told of a use once a minute', async () => {
  const counts = { found: 0, touched: 0 }
  const { call, clock, make, status } = await setup(({ store }) => ({
    store: {
      ...store,
      findApiKey(hash) {
        counts.found += 1
        return store.findApiKey(hash)
      },
      touchApiKey(id) {
        counts.touched += 1
        return store.touchApiKey(id)
      },
    },
  }))
  const { id, key } = await make()
  await Promise.all(Array.from({ length: 50 }, () => status(key)))
  expect(counts).toEqual({ found: 1, touched: 1 })
  const list = await call<{ data: unknown[] }>('GET', '/api/v1/api-keys')
  const lastUsedAt = new Date(clock.now()).toISOString()
  expect(list.json.data).toMatchObject([{ id, lastUsedAt }])
  for (let seconds = 0; seconds < 59; seconds += 1) {
    clock.advance(1_000)
    await status(key)
  }
  expect(counts.touched).toBe(1)
  clock.advance(1_000)
  await status(key)
  expect(counts.touched).toBe(2)
})

test('a stream ends when its key is revoked; others go on', async () => {
  const { url, call, bot, make } = await setup()
  const { id, key } = await make({ chatbotId: bot })
  const [revoked, root] = [await openStream(url, { key }), await openStream(url)]
  const ended = revoked.next()
  await call('DELETE', `/api/v1/api-keys/${id}`)
  expect(await ended).toBeUndefined()
  const body = { url: 'https://shop.example/', eventTypes: ['lead.submit'] }
  await call('POST', `/api/v1/chatbots/${bot}/webhooks`, { body })
  expect((await root.next())?.type).toBe('webhook.updated')
})

test('with its chatbot a key is gone', async () => {
  const { call, bot, make, status } = await setup()
  const { key } = await make({ chatbotId: bot })
  expect(await status(key)).toBe(200)
  await call('DELETE', `/api/v1/chatbots/${bot}`)
  expect(await status(key)).toBe(401)
})

test.each([
  [{}, 'name'],
  [{ name: ' ' }, 'name'],
  [{ name: 'x'.repeat(101) }, 'name'],
  [{ name: 'x', chatbotId: 'shop' }, 'chatbotId'],
  [{ name: 'x', chatbotId: null }, 'chatbotId'],
  [{ name: 'x', key: 'mine' }, 'key'],
])('a key of %j is refused', async (body, path) => {
  const { call } = await setup()
  const answer = await call<{ details: { path: string }[] }>('POST', '/api/v1/api-keys', { body })
  expect([answer.status, answer.json.details[0]?.path]).toEqual([400, path])
})

test('a store that is away is said to be away, and the root key goes on', async () => {
  const { StoreUnavailable } = await import('../../../errors.ts')
  const { make, call } = await setup(({ store }) => ({
    store: { ...store, findApiKey: () => Promise.reject(new StoreUnavailable('away')) },
  }))
  const { key } = await make()
  expect((await call('GET', '/api/v1/event-types', { key })).json.code).toBe('store_unavailable')
  expect((await call('GET', '/api/v1/event-types', { key: ADMIN_KEY })).status).toBe(200)
})
