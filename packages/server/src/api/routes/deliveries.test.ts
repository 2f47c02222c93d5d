import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { startWholeServer } from '../../../test/api/whole-server.ts'

interface DeliveryJson {
  id: string
  state: string
  eventType: string
  webhookId: string
}
interface List {
  data: DeliveryJson[]
}

/** Two webhooks of one chatbot, one lead: two deliveries that wait. */
async function setup() {
  const api = await startApiAlone()
  const bot = await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  const chatbotId = bot.json.id
  const hooks: string[] = []
  for (const eventTypes of [['lead.submit'], ['leads.submit']]) {
    const body = { url: 'https://shop.example/', eventTypes }
    const path = `/api/v1/chatbots/${chatbotId}/webhooks`
    hooks.push((await api.call<{ id: string }>('POST', path, { body })).json.id)
  }
  const lead = await api.call<{ eventId: string; leadId: string }>(
    'POST',
    `/api/v1/chatbots/${chatbotId}/leads`,
    { body: { customerName: 'Ann', customerEmail: 'ann@example.com' } },
  )
  const list = async (query: string) =>
    (await api.call<List>('GET', `/api/v1/deliveries?${query}`)).json.data
  const [first] = await list(`webhookId=${hooks[0]}`)
  return { ...api, chatbotId, hooks, ...lead.json, list, id: first?.id ?? '' }
}

/** One was answered 503 and waits, one was cancelled before. */
async function setupAnswered() {
  const server = await startWholeServer()
  const bot = await server.addChatbot()
  server.endpoint.answer = { status: 503, body: '' }
  await server.addWebhook(bot)
  const paused = await server.addWebhook(bot)
  await server.call('POST', `/api/v1/webhooks/${paused}/pause`)
  await server.call('POST', `/api/v1/chatbots/${bot}/leads`, { body: { customerName: 'Ann' } })
  const list = async (query: string) =>
    (await server.call<List>('GET', `/api/v1/deliveries?${query}`)).json.data
  await expect.poll(() => list('status=503')).toHaveLength(1)
  const [parked] = await list('state=parked')
  await server.call('POST', `/api/v1/deliveries/${parked?.id}/cancel`)
  const [first] = await list('')
  const endpointAnswers = Object.entries({ '5xx': 1, '5XX': 1, '4xx': 0, '3xx': 0, 503: 1, 500: 0 })
  return { ...server, list, id: first?.id ?? '', endpointAnswers }
}

test('every filter narrows the list', async () => {
  const { list, chatbotId, hooks, eventId } = await setup()
  const count = async (query: string) => (await list(query)).length
  expect(await count('')).toBe(2)
  expect(await count(`chatbotId=${chatbotId}`)).toBe(2)
  expect(await count('chatbotId=bot_01m2fm1cgye03v13e1wgzp7b71')).toBe(0)
  expect(await count(`webhookId=${hooks[1]}`)).toBe(1)
  expect(await count(`eventId=${eventId}&webhookId=${hooks[1]}`)).toBe(1)
  expect(await count('eventType=leads.submit')).toBe(1)
  expect(await count('state=pending')).toBe(2)
  expect(await count('state=delivered')).toBe(0)
  expect(await count('q=ann@example.com')).toBe(2)
  expect(await count('q=An')).toBe(2)
  expect(await count('q=Bob')).toBe(0)
  expect(await count('from=2020-01-01&to=2100-01-01')).toBe(2)
  expect(await count('to=2020-01-01')).toBe(0)
})

test('a filter takes several states, and statuses by their class', async () => {
  const { call, list, id, endpointAnswers } = await setupAnswered()
  const count = async (query: string) => (await list(query)).length
  expect(await count('state=pending&state=cancelled')).toBe(2)
  expect(await count('state=cancelled,pending')).toBe(2)
  expect(await count('state=cancelled&state=cancelled')).toBe(1)
  expect(await count('state=delivered&state=exhausted')).toBe(0)
  for (const [status, found] of endpointAnswers) {
    expect([status, await count(`status=${status}`)]).toEqual([status, found])
  }
  const cursor = async (query: string) =>
    (await call<{ nextCursor: string }>('GET', `/api/v1/deliveries?limit=1&${query}`)).json
  const { nextCursor } = await cursor('state=pending&state=cancelled')
  const next = await cursor(`state=cancelled&state=pending&cursor=${nextCursor}`)
  expect(next).toMatchObject({ data: [{ id: expect.not.stringMatching(id) }] })
  for (const bad of ['state=', 'state=pending,', 'state=pending&state=nope', 'state=Pending']) {
    const { status, json } = await call('GET', `/api/v1/deliveries?${bad}`)
    expect([bad, status, json.details]).toMatchObject([bad, 400, [{ path: 'state' }]])
  }
  for (const bad of ['2xx', '200', '6xx', '5x', '50x', '']) {
    const { status, json } = await call('GET', `/api/v1/deliveries?status=${bad}`)
    expect([bad, status, json.details]).toMatchObject([bad, 400, [{ path: 'status' }]])
  }
})

test('cancel and resend go where the state allows, and answer 409 where it does not', async () => {
  const { call, id } = await setup()
  const act = async (action: string) => {
    const { status, json } = await call('POST', `/api/v1/deliveries/${id}/${action}`)
    return [status, json.code ?? json.state]
  }
  // Due already, and nobody delivers here.
  expect(await act('resend')).toEqual([200, 'pending'])
  expect(await act('cancel')).toEqual([200, 'cancelled'])
  expect(await act('cancel')).toEqual([409, 'wrong_state'])
  expect(await act('resend')).toEqual([200, 'pending'])
})

test('what was erased, or has no webhook any more, is not resent', async () => {
  const { call, id, hooks, leadId, list } = await setup()
  await call('POST', `/api/v1/deliveries/${id}/cancel`)
  await call('DELETE', `/api/v1/webhooks/${hooks[0]}`)
  const deleted = await call('POST', `/api/v1/deliveries/${id}/resend`)
  expect([deleted.status, deleted.json.code]).toEqual([409, 'webhook_deleted'])
  const [other] = await list(`webhookId=${hooks[1]}`)
  await call('DELETE', `/api/v1/leads/${leadId}`)
  const erased = await call('POST', `/api/v1/deliveries/${other?.id}/resend`)
  expect([erased.status, erased.json.code]).toEqual([410, 'lead_erased'])
})

test('a delivery shows its attempts, its request as sent, and why it is in its state', async () => {
  const server = await startWholeServer()
  const bot = await server.addChatbot()
  await server.addWebhook(bot, { headers: { 'X-Api-Key': 'k-123' } })
  const lead = { customerName: '👩🏽‍🚀 "Ann" </script>\u2028' }
  const { json } = await server.call<{ eventId: string }>('POST', `/api/v1/chatbots/${bot}/leads`, {
    body: lead,
  })
  await server.endpoint.hasReceived(1)
  const find = async () =>
    (await server.call<List>('GET', `/api/v1/deliveries?eventId=${json.eventId}`)).json.data[0]
  await expect.poll(async () => (await find())?.state).toBe('delivered')
  const detail = await server.call('GET', `/api/v1/deliveries/${(await find())?.id}`)
  const [received] = server.endpoint.received
  expect(detail.json).toMatchObject({
    state: 'delivered',
    attemptCount: 1,
    nextAttemptAt: null,
    attempts: [{ number: 1, status: 200, note: 'acknowledged', responseBody: '{"received":true}' }],
    request: {
      method: 'POST',
      body: received?.body,
      headers: {
        'x-chatzuri-signature': received?.headers['x-chatzuri-signature'],
        'x-api-key': '***',
      },
    },
    explanation: expect.stringMatching(/^Delivered: .*200.*\.$/),
  })
  expect(detail.text).not.toContain('k-123')
})

test('a recovery resends what failed, once; a dry run only counts', async () => {
  const server = await startWholeServer({ RETRY_SCHEDULE: '0s' })
  server.endpoint.answer = { status: 500, body: 'no' }
  const bot = await server.addChatbot()
  const hook = await server.addWebhook(bot)
  for (const customerName of ['Ann', 'Bob', 'Cem']) {
    await server.call('POST', `/api/v1/chatbots/${bot}/leads`, { body: { customerName } })
  }
  const states = async () =>
    (await server.call<List>('GET', `/api/v1/deliveries?webhookId=${hook}`)).json.data.map(
      ({ state }) => state,
    )
  await expect.poll(states).toEqual(['exhausted', 'exhausted', 'exhausted'])
  server.endpoint.answer = { status: 200, body: '{}' }
  const recover = `/api/v1/webhooks/${hook}/recover`
  const dry = await server.call('POST', recover, { body: { since: '2020-01-01', dryRun: true } })
  expect([dry.status, dry.json]).toEqual([202, { recoveryId: null, count: 3 }])
  const real = await server.call<{ recoveryId: string; count: number }>('POST', recover, {
    body: { since: '2020-01-01' },
  })
  expect(real.json).toEqual({ recoveryId: expect.stringMatching(/^rcv_/), count: 3 })
  const progress = async () =>
    (await server.call(`GET`, `/api/v1/recoveries/${real.json.recoveryId}`)).json
  await expect.poll(progress, { timeout: 10_000 }).toMatchObject({ total: 3, done: 3 })
  await expect.poll(states).toEqual(['delivered', 'delivered', 'delivered'])
})
