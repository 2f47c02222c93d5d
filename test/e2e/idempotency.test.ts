/** The same Idempotency-Key: one lead, one event, one delivery, however it is sent. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer, ErrorView, LeadAnswer } from '../support/api-client.ts'
import { ANN, ServerWorld } from '../support/server-world.ts'

let world: ServerWorld
beforeAll(async () => {
  world = await ServerWorld.open()
})
afterAll(() => world?.close())

test('used at the same moment from 32 connections, it makes one of each and answers all alike', async () => {
  const { chatbotId, endpoint } = await world.subscribe()
  const answers = await Promise.all(
    Array.from({ length: 32 }, () => post<LeadAnswer>(`${chatbotId}/leads`, ANN, 'form-7')),
  )
  const [first] = answers
  expect(answers.map(({ status, body }) => [status, body])).toEqual(
    answers.map(() => [202, first?.body]),
  )
  const eventId = first?.body.eventId ?? ''
  await world.api.deliveryIn('delivered', eventId)
  expect(await world.api.deliveriesOf(eventId)).toHaveLength(1)
  for (const list of ['leads', 'deliveries']) {
    const { data } = await world.api.get<{ data: unknown[] }>(
      `/api/v1/${list}?chatbotId=${chatbotId}`,
    )
    expect(data).toHaveLength(1)
  }
  expect(endpoint.received).toHaveLength(1)

  // After a power cut too.
  await world.server.kill()
  await world.restart()
  expect(await post(`${chatbotId}/leads`, ANN, 'form-7')).toMatchObject({
    status: 202,
    body: first?.body,
  })
  expect(endpoint.received).toHaveLength(1)
})

test('with another body it is a conflict; on another chatbot or route it is another key', async () => {
  const [mine, other] = [await world.api.createChatbot(), await world.api.createChatbot()]
  const first = await post<LeadAnswer>(`${mine}/leads`, ANN, 'k')
  const reordered = Object.fromEntries(Object.entries(ANN).reverse())
  expect((await post(`${mine}/leads`, reordered, 'k')).body).toEqual(first.body)
  expect(await post(`${mine}/leads`, { ...ANN, customerName: 'Ben' }, 'k')).toMatchObject({
    status: 409,
    body: { code: 'idempotency_conflict' },
  })

  const elsewhere = await post<LeadAnswer>(`${other}/leads`, ANN, 'k')
  expect(elsewhere.body.eventId).not.toBe(first.body.eventId)
  const event = { eventType: 'note.taken', payload: {} }
  expect((await post(`${mine}/events`, event, 'k')).status).toBe(202)
})

test('after its lead was erased, it answers 410', async () => {
  const chatbotId = await world.api.createChatbot()
  const { body } = await post<LeadAnswer>(`${chatbotId}/leads`, ANN, 'k')
  await world.api.delete(`/api/v1/leads/${body.leadId}`)
  expect(await post<ErrorView>(`${chatbotId}/leads`, ANN, 'k')).toMatchObject({
    status: 410,
    body: { code: 'lead_erased' },
  })
})

test('used for a batch from many connections at once, each event is there once', async () => {
  const chatbotId = await world.api.createChatbot()
  const endpoint = await world.receiver.endpoint()
  const eventTypes = ['note.taken']
  await world.api.createWebhook(chatbotId, { url: endpoint.url, eventTypes })
  const events = Array.from({ length: 20 }, (_, note) => ({
    eventType: 'note.taken',
    payload: { note },
  }))
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      post<{ eventIds: string[] }>(`${chatbotId}/events/batch`, { events }, 'k'),
    ),
  )
  const ids = answers[0]?.body.eventIds ?? []
  for (const { body } of answers) expect(body.eventIds).toEqual(ids)
  for (const id of ids) await world.api.deliveryIn('delivered', id)
  const notes = endpoint.received.map(({ body }) => JSON.parse(body.toString()).payload.note)
  expect(notes.toSorted((a, b) => a - b)).toEqual(events.map(({ payload }) => payload.note))
})

function post<Body>(path: string, body: unknown, key: string): Promise<Answer<Body>> {
  return world.api.send('POST', `/api/v1/chatbots/${path}`, {
    body,
    headers: { 'idempotency-key': key },
  })
}
