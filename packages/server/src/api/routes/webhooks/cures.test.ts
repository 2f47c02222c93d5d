import { expect, test } from 'vitest'
import { until } from '../../../../../../test/support/until.ts'
import { startWholeServer } from '../../../../test/api/whole-server.ts'

interface Cured {
  id: string
  state: string
  lastNote: string | null
  cure: { code: string; text: string; action: { kind: string; url: string } | null } | null
}

async function setup() {
  const server = await startWholeServer({ RETRY_SCHEDULE: '0s' })
  const bot = await server.addChatbot()
  const hook = await server.addWebhook(bot)
  const read = async (path: string) => (await server.call<Cured>('GET', path)).json
  /** The newest delivery, once it has ended. */
  const ended = async () => {
    const list = `/api/v1/deliveries?webhookId=${hook}&limit=1`
    const newest = async () => (await server.call<{ data: Cured[] }>('GET', list)).json.data[0]
    return until(
      async () => {
        const delivery = await newest()
        return delivery?.state === 'pending' ? null : (delivery ?? null)
      },
      { what: 'it has ended' },
    )
  }
  const send = async () => {
    const body = { customerEmail: 'ann@example.com' }
    await server.call('POST', `/api/v1/chatbots/${bot}/leads`, { body })
    return ended()
  }
  return { ...server, server, bot, hook, read, send }
}

test('a redirect is told with where it leads, wherever one looks, until it was mended', async () => {
  const { server, bot, hook, read, send, endpoint } = await setup()
  const moved = endpoint.url.replace(/\/[^/]*$/, '/moved')
  endpoint.answer = { status: 308, body: '', headers: { location: '/moved' } }
  const cure = { code: 'redirect', action: { kind: 'use-url', url: moved } }
  const delivery = await send()
  expect(await read(`/api/v1/deliveries/${delivery.id}`)).toMatchObject({ cure })
  expect(await read(`/api/v1/webhooks/${hook}`)).toMatchObject({ cure })
  const tested = await server.call('POST', `/api/v1/webhooks/${hook}/test`)
  expect(tested.json).toMatchObject({ status: 308, cure })
  for (const list of ['/api/v1/webhooks', `/api/v1/chatbots/${bot}/webhooks`]) {
    expect((await server.call('GET', list)).json).toMatchObject({ data: [{ id: hook, cure }] })
  }

  const change = { body: { url: moved } }
  const changed = await server.call('PATCH', `/api/v1/webhooks/${hook}`, change)
  expect(changed.json).toMatchObject({ cure: { code: 'redirect_used', action: null } })
  endpoint.answer = { status: 200, body: 'ok' }
  await send()
  expect(await read(`/api/v1/webhooks/${hook}`)).toMatchObject({ cure: null })
})

test('what is no change of its settings leaves the cure, and its button, as they were', async () => {
  const { server, hook, read, send, endpoint } = await setup()
  const elsewhere = 'https://other.example/hook'
  endpoint.answer = { status: 308, body: '', headers: { location: elsewhere } }
  const { id } = await send()
  const cure = { code: 'redirect_elsewhere', action: { kind: 'use-url', url: elsewhere } }
  for (const action of ['rotate-secret', 'finish-rotation', 'pause']) {
    await server.call('POST', `/api/v1/webhooks/${hook}/${action}`)
    expect(await read(`/api/v1/webhooks/${hook}`), action).toMatchObject({ cure })
    expect(await read(`/api/v1/deliveries/${id}`), action).toMatchObject({ cure })
  }
  // It begins anew with its health; what failed failed so all the same.
  await server.call('POST', `/api/v1/webhooks/${hook}/resume`)
  expect(await read(`/api/v1/deliveries/${id}`)).toMatchObject({ cure })
  await server.call('PATCH', `/api/v1/webhooks/${hook}`, { body: { url: `${endpoint.url}2` } })
  const after = { code: 'redirect_elsewhere', action: null }
  expect(await read(`/api/v1/deliveries/${id}`)).toMatchObject({ cure: after })
})

test('a repeat of the call that made it tells what it needs by now', async () => {
  const { server, bot, endpoint } = await setup()
  const body = { url: endpoint.url, eventTypes: ['order.created'] }
  const headers = { 'idempotency-key': 'once' }
  const create = () =>
    server.call<Cured>('POST', `/api/v1/chatbots/${bot}/webhooks`, { body, headers })
  expect((await create()).json).toMatchObject({ cure: null })
  endpoint.answer = { status: 405, body: '' }
  const event = { eventType: 'order.created', payload: {} }
  await server.call('POST', `/api/v1/chatbots/${bot}/events`, { body: event })
  await expect.poll(async () => (await create()).json.cure?.code).toBe('method')
})

test('a web page is delivered, and doubted in the list, on the delivery and on the webhook', async () => {
  const { hook, read, send, endpoint } = await setup()
  endpoint.answer = { status: 200, body: '<!doctype html><title>Sign in</title>' }
  const delivery = await send()
  expect(delivery).toMatchObject({ state: 'delivered', lastNote: 'web_page' })
  const shown = await read(`/api/v1/deliveries/${delivery.id}`)
  expect(shown).toMatchObject({ lastNote: 'web_page', cure: { code: 'web_page', action: null } })
  expect(JSON.stringify(shown)).toContain('is this the right URL?')
  expect(await read(`/api/v1/webhooks/${hook}`)).toMatchObject({ cure: { code: 'web_page' } })
})

test('what a visitor entered leaves with the visitor: no webhook keeps it in a cure', async () => {
  const { server, bot, hook, read, send, endpoint } = await setup()
  endpoint.answer = {
    status: 302,
    body: '',
    headers: { location: '/thanks?email=ann@example.com' },
  }
  await send()
  const told = await read(`/api/v1/webhooks/${hook}`)
  expect(told.cure).toMatchObject({ code: 'redirect_query', action: null })
  expect(JSON.stringify(told)).not.toContain('ann@example.com')
  const leads = await server.call<{ data: Cured[] }>('GET', `/api/v1/leads?chatbotId=${bot}`)
  await server.call('DELETE', `/api/v1/leads/${leads.json.data[0]?.id}`)
  expect(await read(`/api/v1/webhooks/${hook}`)).toMatchObject({
    cure: { code: 'redirect_nowhere' },
  })
})

test('settings of the server are named to its operator, and not to an owner', async () => {
  const server = await startWholeServer({ PUBLIC_URL: 'https://hooks.example' })
  const bot = await server.addChatbot()
  const body = { name: 'Owner', chatbotId: bot }
  const { json } = await server.call<{ key: string }>('POST', '/api/v1/api-keys', { body })
  const given = { body: { url: 'http://10.0.0.5/', eventTypes: ['lead.submit'] } }
  const list = `/api/v1/chatbots/${bot}/webhooks`
  const asOperator = await server.call('POST', list, given)
  const asOwner = await server.call('POST', list, { ...given, key: json.key })
  expect(asOperator.json.message).toContain('EGRESS_ALLOW=10.0.0.5/32')
  expect(asOwner.json).toMatchObject({
    code: 'blocked_address',
    message: '10.0.0.5 is a private address; whoever runs this server may allow it',
  })
  expect(asOwner.text).not.toContain('EGRESS_ALLOW')
})
