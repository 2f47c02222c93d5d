import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { ADMIN_KEY, type CallOptions } from '../../../../test/api/client.ts'
import { describedRoutes } from '../../../../test/api/documented.ts'
import type { ApiDeps } from '../../deps.ts'

interface Entry {
  id: string
  at: string
  action: string
  actor: string
  sessionId: string | null
  chatbotId: string | null
  targetId: string | null
  fields: string[]
  address: string
}

async function setup(change?: (deps: ApiDeps) => Partial<ApiDeps>) {
  const api = await startApiAlone(change)
  const { call } = api
  const send = async (method: string, path: string, body?: unknown, options: CallOptions = {}) =>
    (await call<Record<string, string>>(method, path, { ...options, ...(body ? { body } : {}) }))
      .json
  const log = async (query = '', key = ADMIN_KEY) =>
    (await call<{ data: Entry[] }>('GET', `/api/v1/audit-log${query}`, { key })).json.data
  const { id: bot = '' } = await send('POST', '/api/v1/chatbots', { name: 'Shop' })
  return { ...api, send, log, bot }
}

/** What goes on all the time, and is in the lists of leads, events and deliveries anyway. */
const TRAFFIC = [
  'acceptLead',
  'publishEvent',
  'publishEvents',
  'testWebhook',
  'pullDeliveries',
  'reportResult',
  'stopListening',
  // What only reads, though it is asked by POST.
  'queryCollectedCustomers',
  'queryConversations',
  'previewWebhook',
  // Visitors', who are in no log.
  'beginConversation',
  'leaveLead',
  'preflightConversation',
  'preflightWidgetLead',
]

test('every route that changes something has a word in the log', () => {
  const changing = describedRoutes().filter(({ method }) => method !== 'GET')
  const silent = changing.filter(({ audit }) => audit === undefined)
  expect(silent.map(({ operationId }) => operationId).sort()).toEqual(TRAFFIC.sort())
})

test('what hands out a person, all people or a secret has one too', () => {
  const handsOut = describedRoutes().filter(
    ({ method, operationId }) => method === 'GET' && /^export|Secret$/.test(operationId),
  )
  expect(handsOut.map(({ operationId }) => operationId).sort()).toEqual([
    'exportLead',
    'exportLeads',
    'getWebhookSecret',
  ])
  for (const { audit, operationId } of handsOut) expect(audit, operationId).toBeDefined()
})

test('every such route leaves a line that says who, what, to what and from where', async () => {
  const { send, log, bot } = await setup()
  const hook = { url: 'https://user:hidden@shop.example/h', eventTypes: ['lead.submit'] }
  const { id: wh = '' } = await send('POST', `/api/v1/chatbots/${bot}/webhooks`, hook)
  const lead = await send('POST', `/api/v1/chatbots/${bot}/leads`, { customerName: 'Hidden Louis' })
  await send('PATCH', `/api/v1/chatbots/${bot}`, { name: 'hidden name' })
  await send('PATCH', `/api/v1/webhooks/${wh}`, { headers: { 'x-key': 'hidden' }, maxInFlight: 2 })
  await send('GET', `/api/v1/webhooks/${wh}/secret`)
  await send('POST', `/api/v1/webhooks/${wh}/rotate-secret`)
  await send('POST', `/api/v1/webhooks/${wh}/rotate-secret/finish`)
  await send('POST', `/api/v1/webhooks/${wh}/pause`)
  await send('POST', `/api/v1/webhooks/${wh}/resume`)
  await send('POST', `/api/v1/webhooks/${wh}/recover`, { since: '2020-01-01' })
  await send('POST', `/api/v1/webhooks/${wh}/recover`, { since: '2020-01-01', dryRun: true })
  await send('POST', `/api/v1/webhooks/${wh}/send-waiting`)
  await send('POST', `/api/v1/webhooks/${wh}/set-aside`, { until: '2020-01-01' })
  const found = await send('GET', `/api/v1/deliveries?eventId=${lead.eventId}`)
  const dlv = (found.data as unknown as { id: string }[])[0]?.id
  await send('POST', `/api/v1/deliveries/${dlv}/cancel`)
  await send('POST', `/api/v1/deliveries/${dlv}/resend`)
  await send('GET', `/api/v1/leads.csv?chatbotId=${bot}`)
  await send('DELETE', `/api/v1/leads/${lead.leadId}`)
  const key = await send('POST', '/api/v1/api-keys', { name: 'hidden', chatbotId: bot })
  await send('DELETE', `/api/v1/api-keys/${key.id}`)
  await send('POST', '/api/v1/owner-links', { chatbotId: bot })
  await send('DELETE', `/api/v1/webhooks/${wh}`)
  const listened = { eventTypes: ['lead.submit'] }
  const { id: heard } = await send('POST', `/api/v1/chatbots/${bot}/listeners`, listened)
  await send('POST', `/api/v1/webhooks/${heard}/listener`)
  await send('DELETE', `/api/v1/chatbots/${bot}`)
  const entries = (await log()).reverse()
  const lines = entries.map(({ action, targetId, fields }) => [action, targetId, fields.join()])
  const linkId = entries.find(({ action }) => action === 'owner_link.created')?.targetId
  expect(linkId).toMatch(/^link_/)
  expect(lines).toEqual([
    ['chatbot.created', bot, 'name'],
    ['webhook.created', wh, 'url,eventTypes'],
    ['chatbot.updated', bot, 'name'],
    ['webhook.updated', wh, 'headers,maxInFlight'],
    ['webhook.secret_shown', wh, ''],
    ['webhook.secret_rotated', wh, ''],
    ['webhook.rotation_finished', wh, ''],
    ['webhook.paused', wh, ''],
    ['webhook.resumed', wh, ''],
    ['webhook.recovery_started', wh, 'since'],
    ['webhook.waiting_sent', wh, ''],
    ['webhook.set_aside', wh, 'until'],
    ['delivery.cancelled', dlv, ''],
    ['delivery.resent', dlv, ''],
    ['leads.exported', null, ''],
    ['lead.erased', lead.leadId, ''],
    ['key.created', key.id, 'name,chatbotId'],
    ['key.deleted', key.id, ''],
    ['owner_link.created', linkId, 'chatbotId'],
    ['webhook.deleted', wh, ''],
    ['webhook.created', heard, 'eventTypes'],
    ['webhook.listened', heard, ''],
    ['chatbot.deleted', bot, ''],
  ])
  for (const { actor, address, chatbotId, sessionId } of entries) {
    expect({ actor, address, chatbotId, sessionId }).toEqual({
      actor: 'root',
      address: '127.0.0.1',
      chatbotId: bot,
      sessionId: null,
    })
  }
  // A name that no id can spell: they have neither i, l, o nor u.
  expect(JSON.stringify(entries)).not.toMatch(/hidden|Louis|shop\.example|czk_|czl_/i)
})

test('what is refused, and sign-ins that fail, leave no line', async () => {
  const { send, log, bot } = await setup()
  await send('PATCH', `/api/v1/chatbots/${bot}`, { name: 5 })
  await send('PATCH', '/api/v1/chatbots/bot_01m2fm1cgye03v13e1wgzp7b71', { name: 'x' })
  await send('POST', '/api/v1/session', { key: 'wrong' }, { key: null })
  await send('PATCH', `/api/v1/chatbots/${bot}`, { name: 'x' }, { key: 'wrong' })
  expect((await log()).map(({ action }) => action)).toEqual(['chatbot.created'])
})

test('a session and who it acts for are told; an owner sees no more than their own', async () => {
  const { call, send, log, bot } = await setup()
  const { url = '' } = await send('POST', '/api/v1/owner-links', { chatbotId: bot })
  const body = { link: url.split('#link=')[1] }
  const signed = await call('POST', '/api/v1/session', { key: null, body })
  const cookie = (signed.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  await send('PATCH', `/api/v1/chatbots/${bot}`, { name: 'x' }, { key: null, headers })
  await call('DELETE', '/api/v1/session', { key: null, headers })
  const [ended, updated, started, linked] = await log()
  const { targetId: link } = linked ?? {}
  expect([ended, updated, started]).toMatchObject([
    { action: 'session.ended', actor: link, sessionId: started?.targetId },
    { action: 'chatbot.updated', actor: link, sessionId: started?.targetId },
    { action: 'session.started', actor: link, chatbotId: bot, fields: [] },
  ])
  expect(started?.targetId).toMatch(/^ses_/)
  await send('POST', '/api/v1/chatbots', { name: 'Other' })
  const { key } = await send('POST', '/api/v1/api-keys', { name: 'x', chatbotId: bot })
  const own = await log('', key)
  expect(own.length).toBe(6)
  expect(own.every(({ chatbotId }) => chatbotId === bot)).toBe(true)
})

test('the log is filtered and paged, newest first', async () => {
  const { call, send, log, bot } = await setup()
  for (const name of ['a', 'b', 'c']) await send('PATCH', `/api/v1/chatbots/${bot}`, { name })
  const changes = await log('?action=chatbot.updated&actor=root')
  expect(changes).toHaveLength(3)
  expect(await log('?action=chatbot.deleted')).toEqual([])
  expect(await log('?actor=key_none')).toEqual([])
  expect(await log(`?from=${changes[0]?.at}`)).toContainEqual(changes[0])
  const path = `/api/v1/audit-log?chatbotId=${bot}&limit=2`
  type PageJson = { data: Entry[]; nextCursor: string }
  const first = (await call<PageJson>('GET', path)).json
  const second = (await call<PageJson>('GET', `${path}&cursor=${first.nextCursor}`)).json
  const walked = [...first.data, ...second.data].map(({ id }) => id)
  expect(walked).toEqual((await log()).map(({ id }) => id))
  expect((await call('GET', '/api/v1/audit-log?action=nothing')).json.code).toBe('invalid_input')
})

test('behind a trusted proxy the client’s address is told, and nobody else is believed', async () => {
  const forwarded = { headers: { 'x-forwarded-for': '203.0.113.7' } }
  for (const [trustedProxies, address] of [
    [['127.0.0.1/32'], '203.0.113.7'],
    [[], '127.0.0.1'],
  ] as [string[], string][]) {
    const { send, log, bot } = await setup(({ config }) => ({
      config: { ...config, trustedProxies },
    }))
    await send('PATCH', `/api/v1/chatbots/${bot}`, { name: 'x' }, forwarded)
    expect((await log())[0]?.address).toBe(address)
  }
})
