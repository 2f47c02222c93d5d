import { expect, test } from 'vitest'
import { startWholeServer } from '../../../../test/api/whole-server.ts'

interface Figures {
  webhookId: string
  attempts: number
  failedAttempts: number
  successRate: number | null
  series: unknown[]
  givenUp: { count: number; oldestAt?: string }
}

interface Health extends Figures {
  errors: {
    status: number | null
    count: number
    givenUp: number
    cure: { code: string; action: { url: string } | null } | null
  }[]
  lastDelivered: unknown[]
  lastFailed: { id: string }[]
}

/** Two leads that were given up, and one that arrived. */
async function setup() {
  const server = await startWholeServer({ RETRY_SCHEDULE: '0s' })
  const { call, endpoint } = server
  const bot = await server.addChatbot()
  const hook = await server.addWebhook(bot)
  const health = async (query = '') =>
    (await call<Health>('GET', `/api/v1/webhooks/${hook}/health${query}`)).json
  const lead = () =>
    call('POST', `/api/v1/chatbots/${bot}/leads`, { body: { customerName: 'Ann' } })
  await lead()
  await expect.poll(async () => (await health()).attempts).toBe(1)
  endpoint.answer = { status: 503, body: 'down' }
  await lead()
  await lead()
  await expect.poll(async () => (await health()).givenUp.count).toBe(2)
  return { ...server, bot, hook, health }
}

test('its health has the figures of the span, and what goes wrong, grouped', async () => {
  const { health } = await setup()
  for (const query of ['', '?span=1h', '?span=7d', '?span=30d']) {
    const found = await health(query)
    expect(found).toMatchObject({ attempts: 3, failedAttempts: 2, successRate: 0.3333 })
    expect(found.series).toHaveLength(1)
    expect(found.errors).toMatchObject([{ status: 503, count: 2, givenUp: 2 }])
    expect([found.lastDelivered.length, found.lastFailed.length]).toEqual([1, 2])
  }
})

test('beside each error stands its own cure', async () => {
  const { call, endpoint, bot, health } = await setup()
  const moved = `${endpoint.url}/moved`
  endpoint.answer = { status: 308, body: '', headers: { location: moved } }
  await call('POST', `/api/v1/chatbots/${bot}/leads`, { body: { customerName: 'Ann' } })
  await expect.poll(async () => (await health()).errors.length).toBe(2)
  const [down, redirect] = (await health()).errors
  expect([down?.status, down?.cure?.code]).toEqual([503, 'unavailable'])
  expect(redirect?.cure).toMatchObject({ code: 'redirect', action: { url: moved } })
})

test('what failed so is resent, and nothing else', async () => {
  const { call, endpoint, hook, health } = await setup()
  const since = (await health()).givenUp.oldestAt
  const recover = async (body: object) =>
    (await call('POST', `/api/v1/webhooks/${hook}/recover`, { body: { since, ...body } })).json
  expect(await recover({ status: 404 })).toMatchObject({ count: 0 })
  expect(await recover({ status: 503, dryRun: true })).toMatchObject({ count: 2 })
  const listed = await call<{ data: unknown[] }>(
    'GET',
    `/api/v1/deliveries?webhookId=${hook}&givenUp=true&status=503`,
  )
  expect(listed.json.data).toHaveLength(2)
  endpoint.answer = { status: 200, body: '' }
  await recover({ status: 503 })
  await expect.poll(async () => (await health()).errors).toEqual([])
  expect((await health()).givenUp).toMatchObject({ count: 0, oldestAt: null })
})

test('a page of webhooks has its figures by the same cursors, each to its own chatbot', async () => {
  const { call, addChatbot, addWebhook, bot, hook } = await setup()
  const other = await addChatbot()
  const theirs = await addWebhook(other)
  interface Page {
    data: (Figures & { id: string })[]
    nextCursor: string | null
  }
  const page = async (path: string, query: string) =>
    (await call<Page>('GET', `/api/v1/${path}?${query}`)).json
  const first = await page('webhooks', 'limit=1')
  const query = `limit=1&cursor=${first.nextCursor}`
  const [list, stats] = [await page('webhooks', query), await page('stats/webhooks', query)]
  expect(stats.data.map(({ webhookId }) => webhookId)).toEqual(list.data.map(({ id }) => id))
  expect(stats.data).toMatchObject([{ webhookId: hook, attempts: 3, givenUp: { count: 2 } }])
  const all = await page('stats/webhooks', '')
  expect(all.data).toMatchObject([{ webhookId: theirs, successRate: null }, { webhookId: hook }])
  const made = await call<{ key: string }>('POST', '/api/v1/api-keys', {
    body: { name: 'Other', chatbotId: other },
  })
  const { key } = made.json
  const own = await call<Page>('GET', `/api/v1/stats/webhooks?chatbotId=${bot}`, { key })
  expect(own.json.data).toEqual([])
  const asked = await call('GET', `/api/v1/webhooks/${hook}/health`, { key })
  expect(asked.status).toBe(404)
})
