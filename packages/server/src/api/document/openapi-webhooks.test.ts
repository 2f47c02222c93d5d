/** What the document says that an endpoint gets, held against what one really gets. */
import { createHmac } from 'node:crypto'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { startWholeServer } from '../../../test/api/whole-server.ts'
import { SECRET_EXAMPLE } from '../shapes/delivery-example.ts'
import { EVENT_TYPES } from './event-types.ts'
import type { Operation } from './openapi-document.ts'
import { webhooksSection } from './openapi-webhooks.ts'

const received = Object.entries(webhooksSection()).map(
  ([name, { post }]) => [name, post] as [string, Operation],
)

function bodyOf({ requestBody }: Operation) {
  const { schema = {}, example } = requestBody?.content['application/json'] ?? {}
  return { isBody: new Ajv2020({ strict: false }).compile(schema), text: JSON.stringify(example) }
}

test('every event type of ours has an entry, and one stands for all others', () => {
  expect(received.map(([name]) => name)).toEqual([...EVENT_TYPES.map(({ name }) => name), 'event'])
})

test.each(received)('the example of %s is one request, rightly signed', (_, operation) => {
  const { isBody, text } = bodyOf(operation)
  expect(isBody(JSON.parse(text)), JSON.stringify(isBody.errors)).toBe(true)
  const shown = operation.parameters.filter(({ example }) => example !== undefined)
  const headers = Object.fromEntries(shown.map(({ name, example }) => [name, String(example)]))
  for (const { name, schema } of shown) {
    expect(headers[name]).toMatch(new RegExp(String(schema.pattern)))
  }
  const guide = createHmac('sha1', SECRET_EXAMPLE).update(text).digest('hex')
  expect(headers['x-chatzuri-signature']).toBe(guide)
  const timestamp = new Date(Number(headers['webhook-timestamp']) * 1_000)
  const modern = new Webhook(SECRET_EXAMPLE).sign(headers['webhook-id'] ?? '', timestamp, text)
  expect(headers['webhook-signature']).toBe(modern)
})

test('every body of the three formats is described, with an example that is one', () => {
  for (const [name, { requestBody }] of received) {
    const { schema = {}, example } = requestBody?.content['application/json'] ?? {}
    const forms = schema.anyOf ?? []
    const examples = forms.map(({ examples: [first] = [] }) => first as Record<string, unknown>)
    expect(examples[0]).toEqual(example)
    expect(examples.map((each) => Object.keys(each))).toEqual([
      ['eventType', 'chatbotId', 'payload'],
      ['eventType', 'agentId', 'payload'],
      ['event', 'timestamp', 'agent_id', 'data'],
    ])
    const are = forms.map((form) => new Ajv2020({ strict: false }).compile(form))
    for (const [at, each] of examples.entries()) {
      expect(
        are.map((is) => is(each)),
        name,
      ).toEqual([at === 0, at === 1, at === 2])
    }
  }
})

test('an endpoint really gets what is described in each format, with all that is asked for', async () => {
  const { call, endpoint, addChatbot, addWebhook } = await startWholeServer()
  const bot = await addChatbot()
  const include = ['custom', 'context', 'consent']
  for (const format of ['guide', 'agent', 'event']) {
    await addWebhook(bot, { eventTypes: ['lead.submit', 'order.created'], format, include })
  }
  await call('POST', `/api/v1/chatbots/${bot}/leads`, { body: { customerName: 'Ann' } })
  await endpoint.hasReceived(3)
  const event = { eventType: 'order.created', payload: { total: 49.9 } }
  await call('POST', `/api/v1/chatbots/${bot}/events`, { body: event })
  await endpoint.hasReceived(6)
  for (const [index, { headers, body }] of endpoint.received.entries()) {
    const operation = received.find(([name]) => name === (index < 3 ? 'lead.submit' : 'event'))?.[1]
    const { isBody } = bodyOf(operation as Operation)
    expect(isBody(JSON.parse(body)), JSON.stringify(isBody.errors)).toBe(true)
    const [signature] = operation?.parameters ?? []
    expect(headers['x-chatzuri-signature']).toMatch(new RegExp(String(signature?.schema.pattern)))
  }
})

test('an endpoint really gets what is described: each header, and the body', async () => {
  const { call, endpoint, addChatbot, addWebhook } = await startWholeServer()
  const bot = await addChatbot()
  await addWebhook(bot, { eventTypes: ['leads.submit', 'order.created'] })
  const payload = { orderId: '1001', total: 49.9 }
  const lead = { customerName: 'Ann' }
  await call('POST', `/api/v1/chatbots/${bot}/leads`, { body: lead })
  await endpoint.hasReceived(1)
  const event = { eventType: 'order.created', payload }
  await call('POST', `/api/v1/chatbots/${bot}/events`, { body: event })
  await endpoint.hasReceived(2)
  // Those of notices: test/api/notices.test.ts.
  const sent = received.filter(([name]) => name === 'lead.submit' || name === 'event')
  expect(sent).toHaveLength(2)
  for (const [index, [name, operation]] of sent.entries()) {
    const { headers, body } = endpoint.received[index] ?? { headers: {}, body: '' }
    for (const { name: header, schema } of operation.parameters) {
      expect(String(headers[header]), `${name} ${header}`).toMatch(
        new RegExp(String(schema.pattern)),
      )
    }
    const { isBody } = bodyOf(operation)
    expect(isBody(JSON.parse(body)), JSON.stringify(isBody.errors)).toBe(true)
    expect(headers['content-type']).toBe('application/json')
  }
})
