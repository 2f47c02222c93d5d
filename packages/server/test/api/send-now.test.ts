import { expect, test } from 'vitest'
import { startWholeServer } from './whole-server.ts'

interface DeliveryJson {
  id: string
  state: string
  attemptCount: number
  nextAttemptAt: string | null
  explanation: string
}

/** Every retry is an hour away: what comes sooner was brought forward. */
async function setup(environment: Record<string, string> = {}) {
  const server = await startWholeServer({ RETRY_SCHEDULE: '0s,1h,1h', ...environment })
  const { call, endpoint } = server
  const chatbotId = await server.addChatbot()
  const webhookId = await server.addWebhook(chatbotId)
  const get = async (id: string) =>
    (await call<DeliveryJson>('GET', `/api/v1/deliveries/${id}`)).json
  const list = async (query = '') => {
    const path = `/api/v1/deliveries?webhookId=${webhookId}${query}`
    return (await call<{ data: DeliveryJson[] }>('GET', path)).json.data
  }
  /** A lead whose delivery has failed so often. */
  const fail = async (attemptCount = 1) => {
    endpoint.answer = { status: 500, body: '{}' }
    const path = `/api/v1/chatbots/${chatbotId}/leads`
    const body = { customerName: 'Ann' }
    const { json } = await call<{ eventId: string }>('POST', path, { body })
    const find = async () => (await list(`&eventId=${json.eventId}`))[0]
    await expect.poll(async () => (await find())?.attemptCount).toBe(attemptCount)
    return (await find())?.id ?? ''
  }
  const act = async (path: string) => {
    const { status, json } = await call('POST', `/api/v1/${path}`)
    return { status, json }
  }
  return { ...server, chatbotId, webhookId, get, list, fail, act }
}

test('a waiting delivery is sent now; if it fails, its next attempt comes as before', async () => {
  const { get, fail, act } = await setup()
  const id = await fail()
  const before = await get(id)
  const sent = await act(`deliveries/${id}/resend`)
  expect(sent).toMatchObject({ status: 200, json: { id, state: 'pending', attemptCount: 1 } })
  expect(Date.parse(String(sent.json.nextAttemptAt))).toBeLessThan(
    Date.parse(`${before.nextAttemptAt}`),
  )
  await expect.poll(async () => (await get(id)).attemptCount).toBe(2)
  const after = await get(id)
  expect(after).toMatchObject({ state: 'pending', nextAttemptAt: before.nextAttemptAt })
  expect(after.explanation).toMatch(
    /^The last attempt failed \(.*\), an extra one, which is not counted; attempt 2 of 3 comes in/,
  )
})

test('after the cure a waiting delivery is taken at once', async () => {
  const { get, fail, act, endpoint } = await setup()
  const id = await fail()
  endpoint.answer = { status: 200, body: '{"received":true}' }
  await act(`deliveries/${id}/resend`)
  await expect.poll(async () => (await get(id)).state).toBe('delivered')
})

test('all that waits is sent together', async () => {
  const { list, fail, act, endpoint, webhookId } = await setup()
  for (let made = 0; made < 3; made++) await fail()
  endpoint.answer = { status: 200, body: '{"received":true}' }
  expect(await act(`webhooks/${webhookId}/send-waiting`)).toEqual({
    status: 202,
    json: { count: 3 },
  })
  await expect.poll(async () => (await list('&state=delivered')).length).toBe(3)
  expect((await act(`webhooks/${webhookId}/send-waiting`)).json).toEqual({ count: 0 })
})

test('a test event that is taken brings all of it, by itself', async () => {
  const { list, fail, act, endpoint, webhookId } = await setup()
  for (let made = 0; made < 3; made++) await fail()
  endpoint.answer = { status: 200, body: '{"received":true}' }
  expect((await act(`webhooks/${webhookId}/test`)).json).toMatchObject({ result: 'delivered' })
  await expect.poll(async () => (await list('&state=delivered')).length).toBe(4)
})

test('what is parked, a test, or of a webhook that is not active says why not, and what to do', async () => {
  const { list, fail, act, webhookId } = await setup()
  const id = await fail()
  await act(`webhooks/${webhookId}/pause`)
  await expect.poll(async () => (await list('&state=parked')).length).toBe(1)
  const parked = await act(`deliveries/${id}/resend`)
  expect(parked).toMatchObject({ status: 409, json: { code: 'wrong_state' } })
  expect(parked.json.message).toMatch(/webhook is paused, and so it is parked.*resumed/)
  const waiting = await act(`webhooks/${webhookId}/send-waiting`)
  expect(waiting).toMatchObject({ status: 409, json: { code: 'wrong_state' } })
  expect(waiting.json.message).toMatch(/resume/)
  const tested = await act(`webhooks/${webhookId}/test`)
  const test = await act(`deliveries/${String(tested.json.deliveryId)}/resend`)
  expect(test).toMatchObject({ status: 409, json: { code: 'wrong_state' } })
  expect(test.json.message).toMatch(/test event/)
  expect((await act('webhooks/wh_01m2fm1cgye03v13e1wgzp7b71/send-waiting')).status).toBe(404)
})
