import { describe, expect, test } from 'vitest'
import { startApiAlone } from './api-alone.ts'
import * as bad from './bad-inputs.ts'

describe.each([
  { of: 'bodies as a whole', cases: bad.WHOLE_BODIES },
  { of: 'leads', cases: bad.LEAD_BODIES },
  { of: 'events', cases: bad.EVENT_BODIES },
  { of: 'webhooks', cases: bad.WEBHOOK_BODIES },
  { of: 'other bodies', cases: bad.OTHERS },
  { of: 'queries', cases: [...bad.QUERIES, ...bad.MORE_QUERIES] },
])('bad input: $of', ({ cases }) => {
  test('gets its status, a stable code, the path of the field, and leaves nothing behind', async () => {
    const { call, store } = await startApiAlone()
    const bot = (await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } }))
      .json.id
    const made = await call<{ id: string }>('POST', bad.HOOKS.replace('{bot}', bot), {
      body: bad.GOOD_WEBHOOK,
    })
    const wanted = cases.map(({ what, status = 400, code = 'invalid_input', field }) => ({
      what,
      status,
      code,
      field,
    }))
    const got = []
    for (const { what, method = 'POST', path, ...options } of cases) {
      const filled = path.replace('{bot}', bot).replace('{hook}', made.json.id)
      const { status, json } = await call<ErrorJson>(method, filled, options)
      const field = json.details?.[0]?.path
      if (field && json.code === 'invalid_input') {
        expect(json.details?.[0]?.message).toContain(field)
      }
      got.push({
        what,
        status,
        code: json.code,
        field: wanted[got.length]?.field === undefined ? undefined : field,
      })
      expect(json.message, what).not.toMatch(/undefined|\[object|Invalid input|FST_|at \w+ \(/)
    }
    expect(got).toEqual(wanted)
    expect(await store.backlog()).toBe(0)
    expect(await store.listLeads({}, { limit: 9, after: null })).toEqual([])
    expect((await store.listChatbots({ limit: 9, after: null })).length).toBe(1)
    expect(
      (await store.listWebhooks({ chatbotId: bot }, { limit: 9, after: null })).map(
        ({ url }) => url,
      ),
    ).toEqual([bad.GOOD_WEBHOOK.url])
  })
})

interface ErrorJson {
  code: string
  message: string
  details?: { path: string; message: string }[]
}

test('an unknown field is answered with those that are known', async () => {
  const { call } = await startApiAlone()
  const { json } = await call<ErrorJson>('POST', '/api/v1/chatbots', {
    body: { name: 'A', nmae: 'B' },
  })
  expect(json.message).toBe(
    'There is no field `nmae` here; known are `name`, `leadForm`, `allowedOrigins`',
  )
})

test('several mistakes are told at once', async () => {
  const { call } = await startApiAlone()
  const { json } = await call<ErrorJson>('POST', '/api/v1/chatbots', {
    body: { name: 5, a: 1, b: 2 },
  })
  expect(json.details?.map(({ path }) => path)).toEqual(['name', 'a', 'b'])
  expect(json.message).toBe('`name` must be a string, not a number; and 2 more, see details')
})

const FOREIGN = [
  ['GET', '/api/v1/chatbots/', 'bot_', 'chatbot_not_found'],
  ['DELETE', '/api/v1/chatbots/', 'bot_', 'chatbot_not_found'],
  ['GET', '/api/v1/webhooks/', 'wh_', 'webhook_not_found'],
  ['DELETE', '/api/v1/webhooks/', 'wh_', 'webhook_not_found'],
  ['GET', '/api/v1/leads/', 'lead_', 'lead_not_found'],
  ['DELETE', '/api/v1/leads/', 'lead_', 'lead_not_found'],
  ['GET', '/api/v1/events/', 'evt_', 'event_not_found'],
  ['GET', '/api/v1/deliveries/', 'dlv_', 'delivery_not_found'],
  ['GET', '/api/v1/recoveries/', 'rcv_', 'recovery_not_found'],
] as const

test.each(FOREIGN)(
  '%s %s… of what is not there, or is no such id, is not found',
  async (method, path, prefix, code) => {
    const { call } = await startApiAlone()
    const ids = [
      `${prefix}01m2fm1cgye03v13e1wgzp7b71`,
      'key_01m2fm1cgye03v13e1wgzp7b71',
      `${prefix}01M2FM1CGYE03V13E1WGZP7B71`,
      `${prefix}1`,
      'x',
      "'%20OR%201=1",
      '..%2f..',
      'x'.repeat(3_000),
    ]
    for (const id of ids) {
      const { status, json } = await call(method, path + id)
      expect([id, status, json.code]).toEqual([id, 404, code])
    }
  },
)

test.each([
  ['PATCH', '', { description: 'x' }],
  ['POST', '/pause', undefined],
  ['POST', '/resume', undefined],
  ['POST', '/test', undefined],
  ['GET', '/secret', undefined],
  ['POST', '/rotate-secret', undefined],
  ['POST', '/rotate-secret/finish', undefined],
  ['POST', '/recover', { since: '2026-01-01' }],
])('%s …%s of a webhook that is not there is not found', async (method, action, body) => {
  const { call } = await startApiAlone()
  const path = `/api/v1/webhooks/wh_01m2fm1cnje309kaq5k1xvenpq${action}`
  const { status, json } = await call(method, path, body ? { body } : {})
  expect([status, json.code]).toEqual([404, 'webhook_not_found'])
})

test('however much is wrong, the answer tells of a hundred mistakes', async () => {
  const { call } = await startApiAlone()
  const fields = Array.from({ length: 20_000 }, (_, index) => [`f${index}`, 0] as const)
  const body = { name: 'Shop', ...Object.fromEntries(fields) }
  const { status, json, text } = await call<ErrorJson>('POST', '/api/v1/chatbots', { body })
  expect([status, json.code, json.details?.length]).toEqual([400, 'invalid_input', 100])
  expect(json.message).toContain('and 19999 more')
  expect(text.length).toBeLessThan(20_000)
})
