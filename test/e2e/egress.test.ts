/** No request goes where it may not: what the server says at set-up, and what it does at delivery. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ErrorView } from '../support/api-client.ts'
import { EgressProxyProcess } from '../support/egress-proxy-process.ts'
import { ServerWorld } from '../support/server-world.ts'

/** Behind a proxy for all the world to reach: no way to this machine itself. */
const PUBLIC = { PUBLIC_URL: 'https://hooks.example', RETRY_SCHEDULE: '0s,2s,2s' }

let world: ServerWorld
beforeAll(async () => {
  world = await ServerWorld.open({ settings: PUBLIC })
})
afterAll(() => world?.close())

test.each([
  'http://127.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://sub.localhost.:PORT/',
  'http://[::1]:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f.1:PORT/',
  'http://127.1:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::7f00:1]:PORT/',
  'http://0.0.0.0:PORT/',
  'http://10.0.0.5/',
  'http://192.168.1.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00::1]/',
])('a server with a public address refuses %s at set-up', async (url) => {
  const endpoint = await world.receiver.endpoint()
  const chatbotId = await world.api.createChatbot()
  const path = `/api/v1/chatbots/${chatbotId}/webhooks`
  const body = {
    url: url.replace('PORT', new URL(endpoint.url).port),
    eventTypes: ['lead.submit'],
  }
  const refused = await world.api.send<ErrorView>('POST', path, { body })
  expect(refused).toMatchObject({
    status: 400,
    body: { code: 'blocked_address', details: [{ path: 'url' }] },
  })
  expect(refused.body.message).toMatch(/EGRESS_ALLOW=\S+ on the server would allow it/)
  expect(await world.api.get(path)).toEqual({ data: [], nextCursor: null })
})

test('an address that is forbidden only when it is dialled is blocked, and its attempt names the setting', async () => {
  await world.server.stop()
  await world.restart({ settings: { RETRY_SCHEDULE: '0s' } })
  const { endpoint, lead } = await world.subscribe()

  await world.server.stop()
  await world.restart({ settings: PUBLIC })
  const { eventId } = await lead()
  const blocked = await world.api.deliveryAfter(1, eventId)
  expect(blocked.attempts[0]).toMatchObject({
    status: null,
    errorCode: 'private-address',
    error: expect.stringContaining('EGRESS_ALLOW=127.0.0.1/32'),
  })
  expect(blocked.explanation).toContain('EGRESS_ALLOW=127.0.0.1/32 on the server would allow it')
  expect(endpoint.received).toHaveLength(0)

  await world.server.stop()
  await world.restart({ settings: { ...PUBLIC, EGRESS_ALLOW: '127.0.0.1/32' } })
  await world.api.deliveryIn('delivered', eventId)
  expect(endpoint.received).toHaveLength(1)
})

test('a range that opens more than it says is warned about at the start', async () => {
  await world.server.stop()
  await world.restart({ settings: { ...PUBLIC, EGRESS_ALLOW: '10.0.0.0/8,0.0.0.0/0' } })
  const told = world.server.out.filter((line) => line.includes('egress.wide'))
  expect(told.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, range: '0.0.0.0/0', warning: expect.stringContaining('this machine itself') },
  ])
})

test('the port of another protocol is refused at set-up, and can be opened', async () => {
  const chatbotId = await world.api.createChatbot()
  const path = `/api/v1/chatbots/${chatbotId}/webhooks`
  const body = { url: 'https://hooks.example.com:6379/', eventTypes: ['lead.submit'] }
  const refused = await world.api.send<ErrorView>('POST', path, { body })
  expect(refused).toMatchObject({ status: 400, body: { code: 'blocked_address' } })
  expect(refused.body.message).toContain('EGRESS_PORTS_DENY=default,!6379')

  await world.server.stop()
  await world.restart({ settings: { ...PUBLIC, EGRESS_PORTS_DENY: 'default,!6379' } })
  expect(await world.api.send('POST', path, { body })).toMatchObject({ status: 201 })
})

test('a proxy carries every delivery, and its absence uses up no attempt', async () => {
  const proxy = await EgressProxyProcess.start({ credentials: 'me:secret' })
  try {
    const settings = {
      EGRESS_PROXY: `http://me:secret@127.0.0.1:${proxy.port}`,
      RETRY_SCHEDULE: '0s',
    }
    await world.server.stop()
    await world.restart({ settings })
    const { endpoint, lead } = await world.subscribe()
    await world.api.deliveryIn('delivered', (await lead()).eventId)
    expect(proxy.asked.map(({ method, target }) => `${method} ${target}`)).toEqual([
      `CONNECT ${new URL(endpoint.url).host}`,
    ])
    expect(endpoint.received).toHaveLength(1)

    await proxy.stop()
    const late = await lead()
    const waiting = await world.api.deliveryAfter(1, late.eventId)
    expect(waiting).toMatchObject({ state: 'pending' })
    expect(waiting.attempts[0]).toMatchObject({ status: null, errorCode: 'our_fault' })
    expect(waiting.attempts[0]?.error).toMatch(/^This server's egress proxy failed: /)
    expect(world.server.out.join()).not.toContain('secret')

    const again = await EgressProxyProcess.start({ port: proxy.port, credentials: 'me:secret' })
    await world.api.deliveryIn('delivered', late.eventId)
    expect(again.asked).toHaveLength(1)
    await again.stop()
  } finally {
    await proxy.stop()
  }
})
