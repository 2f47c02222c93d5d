/** The bytes of a delivery, as wire-format says, read from the wire itself. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ANN, ServerWorld } from '../support/server-world.ts'
import { until } from '../support/until.ts'
import { openWireTap } from '../support/wire-tap.ts'

const SECRET = 'whsec0000000000000000000000000001'

let world: ServerWorld
beforeAll(async () => {
  world = await ServerWorld.open({ settings: { RETRY_SCHEDULE: '0s,1h' } })
})
afterAll(() => world?.close())

test('a request has these headers and no others, a length, and the body with its keys in order', async () => {
  const { request, port, answer } = await tapped({ path: '/hook' })
  const { line, headers, body } = parse(request)

  expect(line).toBe('POST /hook HTTP/1.1')
  const { eventId, conversationId, chatbotId } = answer
  expect(body).toBe(
    `{"eventType":"lead.submit","chatbotId":"${chatbotId}","payload":{"conversationId":"${conversationId}",` +
      '"customerEmail":"ann@example.com","customerName":"Ann","customerPhone":"+254700000000"}}',
  )
  const byName = Object.fromEntries(headers)
  const timestamp = byName['webhook-timestamp'] ?? ''
  expect(byName).toEqual({
    host: `127.0.0.1:${port}`,
    connection: 'keep-alive',
    'content-length': String(Buffer.byteLength(body)),
    'content-type': 'application/json',
    'user-agent': expect.stringMatching(/^Chatzuri-Webhooks\/\d+\.\d+\.\d+$/),
    accept: 'application/json',
    'accept-encoding': 'identity',
    'x-chatzuri-signature': hmac('sha1', body, 'hex'),
    'webhook-id': eventId,
    'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
    'webhook-signature': `v1,${hmac('sha256', `${eventId}.${timestamp}.${body}`, 'base64')}`,
  })
  // Each once, in lower case.
  expect(headers).toHaveLength(Object.keys(byName).length)
  expect(headers.filter(([name]) => name !== name.toLowerCase())).toEqual([])
  expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60)
})

test.each([
  ['/', '/'],
  ['', '/'],
  ['/hooks/', '/hooks/'],
  ['/a%2Fb%20c', '/a%2Fb%20c'],
  ['/a//b///', '/a//b///'],
  ['/hook?', '/hook'],
  ['/hook?a=b&c=%20d+e&f=%2F&g', '/hook?a=b&c=%20d+e&f=%2F&g'],
  ['?key=1', '/?key=1'],
  ["/it's/(x);y=1,2:3@4!*$", "/it's/(x);y=1,2:3@4!*$"],
  ['/caf%c3%a9', '/caf%c3%a9'],
  ['/café?q=ü', '/caf%C3%A9?q=%C3%BC'],
])('the path and query %j go out as %j', async (path, target) => {
  const { request } = await tapped({ path })
  expect(parse(request).line).toBe(`POST ${target} HTTP/1.1`)
})

test("an owner's own headers come after ours, as they were given", async () => {
  const own = { 'X-Api-Key': 'k-123=~"quoted" and \\ more', 'X-Empty-Not': '0' }
  const { request } = await tapped({ fields: { headers: own } })
  const { headers } = parse(request)
  const names = headers.map(([name]) => name)
  expect(headers.slice(names.indexOf('webhook-signature') + 1)).toEqual(
    expect.arrayContaining([
      ['x-api-key', own['X-Api-Key']],
      ['x-empty-not', '0'],
    ]),
  )
  for (const ours of ['content-type', 'x-chatzuri-signature', 'webhook-id', 'webhook-signature']) {
    expect(names.indexOf(ours)).toBeLessThan(names.indexOf('x-api-key'))
    expect(names.indexOf(ours)).toBeGreaterThanOrEqual(0)
  }
})

test.each([
  ['ann:secret@', {}, 'Basic YW5uOnNlY3JldA=='],
  ['ann%40shop:p%3A%C3%A9%20x@', {}, `Basic ${Buffer.from('ann@shop:p:é x').toString('base64')}`],
  ['ann@', {}, `Basic ${Buffer.from('ann:').toString('base64')}`],
  ['ann:secret@', { Authorization: 'Bearer own' }, 'Bearer own'],
])('the user info %j with the headers %j becomes %j', async (userInfo, headers, authorization) => {
  const { request, port } = await tapped({ userInfo, path: '/hook', fields: { headers } })
  const { line, headers: sent } = parse(request)
  expect(line).toBe('POST /hook HTTP/1.1')
  expect(sent.filter(([name]) => name === 'authorization')).toEqual([
    ['authorization', authorization],
  ])
  expect(Object.fromEntries(sent).host).toBe(`127.0.0.1:${port}`)
})

test.each([301, 302, 303, 307, 308])(
  'a %i is not followed: it is a failed attempt',
  async (status) => {
    const elsewhere = await world.receiver.endpoint()
    const { endpoint, lead } = await world.subscribe({
      steps: [{ kind: 'answer', status, headers: { location: elsewhere.url } }],
    })
    const delivery = await world.api.deliveryAfter(1, (await lead()).eventId)
    expect(delivery).toMatchObject({
      state: 'pending',
      attempts: [{ status, errorCode: 'status' }],
    })
    expect([endpoint.received.length, elsewhere.received.length]).toEqual([1, 0])
  },
)

test('deliveries to one endpoint one after the other share a connection', async () => {
  const { endpoint, lead } = await world.subscribe()
  for (let count = 1; count <= 5; count++) {
    await world.api.deliveryIn('delivered', (await lead()).eventId)
  }
  const ports = (await endpoint.arrived(5)).map((request) => request.remotePort)
  expect(new Set(ports).size).toBe(1)
})

interface Tapped {
  userInfo?: string
  path?: string
  fields?: Record<string, unknown>
}

async function tapped({ userInfo = '', path = '/', fields = {} }: Tapped) {
  const tap = await openWireTap()
  onTestFinished(tap.close)
  const { host, port } = new URL(tap.url)
  const chatbotId = await world.api.createChatbot()
  const url = `http://${userInfo}${host}${path}`
  const eventTypes = ['lead.submit']
  await world.api.createWebhook(chatbotId, { url, eventTypes, secret: SECRET, ...fields })
  const answer = { ...(await world.api.postLead(chatbotId, ANN)), chatbotId }
  const request = await until(() => tap.requests[0] ?? null, { what: 'the request' })
  return { request, port, answer }
}

function parse(request: Buffer) {
  const [head = '', ...rest] = request.toString().split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  const headers = lines.map<[string, string]>((text) => {
    const [name = '', ...value] = text.split(': ')
    return [name, value.join(': ')]
  })
  return { line, headers, body: rest.join('\r\n\r\n') }
}

function hmac(algorithm: string, text: string, encoding: 'hex' | 'base64'): string {
  return createHmac(algorithm, SECRET).update(text).digest(encoding)
}
