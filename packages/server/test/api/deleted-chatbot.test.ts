/** A deleted chatbot is deleted when the answer says so, though erasing its leads takes longer. */
import { expect, test } from 'vitest'
import { startApiAlone } from './api-alone.ts'

/** The API alone: nobody settles, so all that the chatbot had is still on disk. */
async function setup() {
  const { call } = await startApiAlone()
  const post = async (path: string, body: unknown) =>
    (await call<Record<string, string>>('POST', path, { body })).json
  const { id: bot = '' } = await post('/api/v1/chatbots', { name: 'Shop' })
  const { id: webhook = '' } = await post(`/api/v1/chatbots/${bot}/webhooks`, {
    url: 'https://shop.example/hook',
    eventTypes: ['lead.submit', 'order.paid'],
  })
  const lead = await post(`/api/v1/chatbots/${bot}/leads`, { customerName: 'Ann' })
  const order = await post(`/api/v1/chatbots/${bot}/events`, {
    eventType: 'order.paid',
    payload: { by: 'Ann' },
  })
  const found = await call<{ data: { id: string }[] }>('GET', '/api/v1/deliveries')
  const delivery = found.json.data[0]?.id ?? ''
  return { call, bot, webhook, lead: lead.leadId ?? '', delivery, order: order.eventId ?? '' }
}

test('after the 204 nothing that a deleted chatbot had can be read, changed or erased', async () => {
  const { call, bot, webhook, lead, delivery, order } = await setup()
  expect((await call('DELETE', `/api/v1/chatbots/${bot}`)).status).toBe(204)
  const asked = [
    ['GET', `/leads/${lead}`],
    ['GET', `/leads/${lead}/export`],
    ['DELETE', `/leads/${lead}`],
    ['GET', `/events/${order}`],
    ['GET', `/deliveries/${delivery}`],
    ['POST', `/deliveries/${delivery}/cancel`],
    ['POST', `/deliveries/${delivery}/resend`],
    ['GET', `/webhooks/${webhook}`],
    ['GET', `/webhooks/${webhook}/secret`],
    ['POST', `/webhooks/${webhook}/test`],
  ] as const
  for (const [method, path] of asked) {
    expect([method, path, (await call(method, `/api/v1${path}`)).status]).toEqual([
      method,
      path,
      404,
    ])
  }
  for (const list of ['/leads', '/deliveries', `/leads?chatbotId=${bot}`, '/leads?q=Ann']) {
    expect((await call<{ data: [] }>('GET', `/api/v1${list}`)).json.data).toEqual([])
  }
  expect((await call('GET', '/api/v1/leads.csv')).text).not.toContain('Ann')
})
