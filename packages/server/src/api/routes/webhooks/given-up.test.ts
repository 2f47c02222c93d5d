import { expect, test } from 'vitest'
import { startWholeServer } from '../../../../test/api/whole-server.ts'

interface Counted {
  count: number
  more: boolean
  webhooks: { webhookId: string; url: string; count: number; newestAt: string }[]
}

interface List {
  data: { id: string; state: string }[]
}

/** A chatbot whose endpoint refuses everything: what is sent to it is given up at once. */
async function setup() {
  const server = await startWholeServer({ RETRY_SCHEDULE: '0s' })
  const { call, endpoint } = server
  const bot = await server.addChatbot()
  const hook = await server.addWebhook(bot)
  endpoint.answer = { status: 500, body: 'broken' }
  const counted = async (query = '', key?: string) =>
    (await call<Counted>('GET', `/api/v1/given-up${query}`, key ? { key } : {})).json
  const listed = async (query = '') =>
    (await call<List>('GET', `/api/v1/deliveries?givenUp=true${query}`)).json.data
  const giveUp = async (count: number) => {
    const { count: before } = await counted()
    for (let n = 0; n < count; n++) {
      await call('POST', `/api/v1/chatbots/${bot}/leads`, { body: { customerName: 'Ann' } })
    }
    await expect.poll(async () => (await counted()).count).toBe(before + count)
  }
  return { ...server, bot, hook, counted, listed, giveUp }
}

test('what was given up stays in sight until it was resent', async () => {
  const { call, endpoint, bot, hook, counted, listed, giveUp } = await setup()
  await giveUp(3)
  const found = await counted()
  expect(found).toMatchObject({ count: 3, more: false })
  expect(found.webhooks).toMatchObject([{ webhookId: hook, url: endpoint.url, count: 3 }])
  expect(await counted(`?chatbotId=${bot}&webhookId=${hook}`)).toEqual(found)
  expect(await listed()).toHaveLength(3)
  const since = '2020-01-01'
  const dryRun = { body: { since, dryRun: true } }
  const planned = await call('POST', `/api/v1/webhooks/${hook}/recover`, dryRun)
  expect(planned.json).toMatchObject({ count: 3 })
  endpoint.answer = { status: 200, body: '' }
  await call('POST', `/api/v1/webhooks/${hook}/recover`, { body: { since } })
  await expect.poll(async () => (await counted()).count).toBe(0)
  expect(await listed()).toEqual([])
})

test('what was set aside is counted and listed no more, and can still be resent', async () => {
  const { call, hook, counted, listed, giveUp } = await setup()
  await giveUp(2)
  const [{ id = '' } = {}] = await listed()
  const done = await call('POST', `/api/v1/webhooks/${hook}/set-aside`)
  expect(done).toMatchObject({ status: 200, json: { count: 2, more: false } })
  expect(await counted()).toMatchObject({ count: 0, webhooks: [] })
  expect(await listed()).toEqual([])
  const failed = await call<List>('GET', '/api/v1/deliveries?state=exhausted')
  expect(failed.json.data).toHaveLength(2)
  const resent = await call('POST', `/api/v1/deliveries/${id}/resend`)
  expect(resent.json).toMatchObject({ id, state: 'pending' })
  await expect.poll(async () => (await listed()).map((one) => one.id)).toEqual([id])
})

test('what is given up after the instant that was looked at is not set aside', async () => {
  const { call, hook, counted, giveUp } = await setup()
  await giveUp(1)
  const [before] = (await counted()).webhooks
  const body = { until: before?.newestAt }
  const done = await call('POST', `/api/v1/webhooks/${hook}/set-aside`, { body })
  expect(done.json).toMatchObject({ count: 0, setAsideUntil: before?.newestAt })
  expect(await counted()).toMatchObject({ count: 1 })
})

test('a chatbot’s key counts its own, whatever it asks for, and sets nobody else’s aside', async () => {
  const { call, addChatbot, hook, bot, counted, giveUp } = await setup()
  await giveUp(1)
  const other = await addChatbot()
  const made = await call<{ key: string }>('POST', '/api/v1/api-keys', {
    body: { name: 'Other', chatbotId: other },
  })
  const { key } = made.json
  for (const query of ['', `?chatbotId=${bot}`, `?webhookId=${hook}`]) {
    expect(await counted(query, key)).toMatchObject({ count: 0, webhooks: [] })
  }
  const refused = await call('POST', `/api/v1/webhooks/${hook}/set-aside`, { key })
  expect([refused.status, refused.json.code]).toEqual([404, 'webhook_not_found'])
  expect(await counted()).toMatchObject({ count: 1 })
})

test('no other state can be asked for beside it', async () => {
  const { call } = await setup()
  const refused = await call('GET', '/api/v1/deliveries?givenUp=true&state=delivered')
  expect([refused.status, refused.json.code]).toEqual([400, 'invalid_input'])
  const taken = await call('GET', '/api/v1/deliveries?givenUp=true&state=exhausted')
  expect(taken.status).toBe(200)
})
