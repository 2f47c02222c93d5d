import { describe, expect, test, vi } from 'vitest'
import {
  GENERATED_SECRET,
  guideHeaders,
  LEAD_BODY,
  modernHeaders,
  OTHER_BODY,
  SECRET,
  signedHeaders,
} from '../test/sign-request.ts'
import type { CustomEvent } from './event.ts'
import { createHandler, type HandlerOptions } from './handler.ts'

function setup(options: Partial<HandlerOptions> = {}) {
  const errors: unknown[] = []
  const handle = createHandler({
    secret: SECRET,
    on: {},
    onError: (error) => errors.push(error),
    ...options,
  })
  const post = (body: string, headers: Record<string, string> = signedHeaders(body)) =>
    handle({ method: 'POST', headers, body })
  return { handle, post, errors }
}

describe('who handles an event', () => {
  test('the exact type first, then the other spelling, then "*"', async () => {
    const calls: string[] = []
    const call = (name: string) => () => calls.push(name)
    const leads = LEAD_BODY.replace('lead.', 'leads.')
    const all = setup({
      on: { 'lead.submit': call('lead'), 'leads.submit': call('leads'), '*': call('any') },
    })
    for (const body of [LEAD_BODY, leads, OTHER_BODY]) await all.post(body)
    expect(calls.splice(0)).toEqual(['lead', 'leads', 'any'])
    await setup({ on: { 'leads.submit': call('leads'), '*': call('any') } }).post(LEAD_BODY)
    await setup({ on: { '*': call('any') } }).post(LEAD_BODY)
    expect(calls).toEqual(['leads', 'any'])
  })

  test('may ask for the type of its own events', async () => {
    const totals: number[] = []
    const { post } = setup({
      on: {
        'order.paid': (event: CustomEvent<'order.paid', { total: number }>) => {
          totals.push(event.payload.total)
        },
      },
    })
    await post(OTHER_BODY)
    expect(totals).toEqual([9.5])
  })

  test('what happened to another webhook, with its fields', async () => {
    const told: [url: string, deliveryId: string, count: number][] = []
    const payload = { url: 'https://a.example/', deliveryId: 'dlv_1', count: 3 }
    const { post } = setup({
      on: {
        'webhook.failing': ({ payload: { url, count } }) => {
          told.push([url, '', count])
        },
        'delivery.failed': ({ payload: { url, deliveryId, count } }) => {
          told.push([url, deliveryId, count])
        },
      },
    })
    for (const eventType of ['webhook.failing', 'delivery.failed', 'webhook.recovered']) {
      await post(JSON.stringify({ eventType, chatbotId: 'b', payload }))
    }
    expect(told).toEqual([
      ['https://a.example/', '', 3],
      ['https://a.example/', 'dlv_1', 3],
    ])
  })

  test('nobody, when the type is the name of something that every object has', async () => {
    const body = '{"eventType":"constructor","chatbotId":"b","payload":{}}'
    expect(await setup().post(body)).toMatchObject({
      status: 200,
      body: '{"received":true,"ignored":true}',
    })
  })
})

test('the answer waits for the handler', async () => {
  const gate = Promise.withResolvers<void>()
  let answered = false
  const answer = setup({ on: { '*': () => gate.promise } })
    .post(LEAD_BODY)
    .then(() => {
      answered = true
    })
  await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(false)
  gate.resolve()
  await answer
})

test('without a secret, or with one that can be no key, it does not start', () => {
  for (const secret of ['', [], undefined, null, 'a', 'whsec_not-base64', ['whsec_', SECRET]]) {
    expect(() => createHandler({ secret, on: {} })).toThrow(
      expect.objectContaining({ code: 'bad_secret' }),
    )
  }
})

test('a name that is nearly the lead’s is warned about once, and no other', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    const slips = ['lead.sumbit', 'Lead.Submit', 'leads.sumbit', 'lead_submit', 'leadsubmit']
    slips.push('lead.submitted', 'lead.submt', 'laed.submit', 'lead.submit ', 'LEADS.SUBMIT')
    const rights = ['lead.submit', 'leads.submit', '*', 'order.paid', 'lead.updated', 'lead', 'a.b']
    rights.push('leads.exported', 'message.submit', '', 'constructor', 'lead.assigned')
    for (let times = 0; times < 2; times++) {
      const on = Object.fromEntries([...slips, ...rights].map((name) => [name, () => {}]))
      createHandler({ secret: SECRET, on })
    }
    const said = warn.mock.calls.map(([text]) => /"(.*?)"/.exec(String(text))?.[1])
    expect(said.sort()).toEqual(slips.sort())
    expect(warn.mock.calls[0]).toEqual(['No webhook sends "lead.sumbit": is it "lead.submit"?'])
  } finally {
    warn.mockRestore()
  }
})

test('options reach the verification', async () => {
  const old = modernHeaders(LEAD_BODY, { timestampSeconds: 5 })
  expect((await setup().post(LEAD_BODY, old)).status).toBe(400)
  expect((await setup({ toleranceSeconds: 0 }).post(LEAD_BODY, old)).status).toBe(200)
  expect((await setup({ now: () => 5000 }).post(LEAD_BODY, old)).status).toBe(200)
  const guide = guideHeaders(LEAD_BODY)
  expect((await setup({ require: 'modern' }).post(LEAD_BODY, guide)).status).toBe(400)
  expect((await setup().post(LEAD_BODY, guide)).status).toBe(400)
  const both = setup({ secret: [GENERATED_SECRET, SECRET], require: 'guide' })
  expect((await both.post(LEAD_BODY, guide)).status).toBe(200)
})

test('a body is read only when it is wanted, and read within its limit', async () => {
  const readBody = vi.fn(async () => ({ kind: 'too-large' }) as const)
  const { handle } = setup({ bodyBytesMax: 7 })
  expect((await handle({ method: 'GET', headers: {}, body: readBody })).status).toBe(405)
  expect(readBody).not.toHaveBeenCalled()
  expect((await handle({ method: 'POST', headers: {}, body: readBody })).status).toBe(413)
  expect(readBody).toHaveBeenCalledWith(7)
})

test('a set-up fault is the receiver’s own: 500, and told of', async () => {
  const { handle, errors } = setup()
  const headers = modernHeaders(LEAD_BODY)
  const readNothing = async () => ({ kind: 'parsed', body: undefined }) as const
  expect((await handle({ method: 'POST', headers, body: readNothing })).status).toBe(500)
  expect(errors).toMatchObject([{ code: 'parsed_body' }])
})

test('by default each cause of a refusal is logged once, each fault always; and one there changes no answer', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  try {
    const fails = { on: { '*': () => Promise.reject(new Error('away')) } }
    const quiet = createHandler({ secret: SECRET, ...fails })
    for (const headers of [{}, {}, signedHeaders(OTHER_BODY), {}, signedHeaders(OTHER_BODY)]) {
      await quiet({ method: 'POST', headers, body: LEAD_BODY })
    }
    expect(log.mock.calls).toEqual([
      [expect.stringMatching(/^SignatureError: The request has no header .* \(Logged once\.\)$/)],
      [expect.stringMatching(/^SignatureError: The signature didn't match, /)],
    ])
    for (let times = 0; times < 2; times++) {
      await quiet({ method: 'POST', headers: signedHeaders(LEAD_BODY), body: LEAD_BODY })
    }
    expect(log).toHaveBeenCalledTimes(4)
    const broken = setup({
      ...fails,
      onError() {
        throw new Error('the log is full')
      },
    })
    expect((await broken.post(LEAD_BODY)).status).toBe(500)
  } finally {
    log.mockRestore()
  }
})

test('handlers know the type of what they get', () => {
  createHandler({
    secret: SECRET,
    on: {
      'lead.submit': (event) => event.payload.customerEmail.toLowerCase(),
      '*': (event) => event.eventType,
      // @ts-expect-error: a lead has no such field
      'leads.submit': (event) => event.payload.customerEmial,
    },
  })
})
