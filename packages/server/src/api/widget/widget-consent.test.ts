import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { manualClock } from '../../../test/manual-clock.ts'
import { DEFAULT_LEAD_FORM } from '../../chatbot.ts'
import { FILL_MS_MIN } from './widget-lead.ts'

const SHOP = 'https://shop.example'
const ANN = { customerName: 'Ann', customerEmail: 'ann@example.com' }
const TEXT = 'You may store my details to answer me. — „Ja“ 🦊'

interface Refusal {
  code: string
  message: string
  details: { path: string }[]
}

async function setup(form: { consent?: string; consentRequired?: boolean } = { consent: TEXT }) {
  const clock = manualClock()
  const { call } = await startApiAlone(() => ({}), clock)
  const settings = { leadForm: { ...DEFAULT_LEAD_FORM, ...form }, allowedOrigins: [SHOP] }
  const { json: bot } = await call<{ id: string }>('POST', '/api/v1/chatbots', {
    body: { name: 'Shop', ...settings },
  })
  const headers = { origin: SHOP }
  const path = `/widget/v1/chatbots/${bot.id}`
  const begin = async () => {
    const begun = await call<{ token: string; leadForm: object }>('POST', `${path}/conversations`, {
      key: null,
      headers,
    })
    clock.advance(FILL_MS_MIN)
    return begun.json
  }
  const leave = (body: object, more: Record<string, string> = {}) =>
    call<Refusal>('POST', `${path}/leads`, { key: null, body, headers: { ...headers, ...more } })
  const consents = async () => {
    const { json } = await call<{ data: { consent: unknown }[] }>('GET', '/api/v1/leads')
    return json.data.map(({ consent }) => consent)
  }
  const edit = (leadForm: object) =>
    call('PATCH', `/api/v1/chatbots/${bot.id}`, {
      body: { leadForm: { ...DEFAULT_LEAD_FORM, ...leadForm } },
    })
  return { call, clock, bot, begin, leave, consents, edit }
}

test('what a visitor agreed to is kept: our text, our time, and where the visitor was', async () => {
  const { begin, leave, consents, clock } = await setup()
  const { token, leadForm } = await begin()
  expect(leadForm).toMatchObject({ consent: TEXT })
  clock.advance(5_000)
  const page = 'https://ann:pw@shop.example:443/contact/us?email=ann@example.com#top'
  expect((await leave({ token, ...ANN, consent: { given: true, page } })).status).toBe(202)
  const at = new Date(clock.now()).toISOString()
  expect(await consents()).toEqual([{ given: true, text: TEXT, at, page: `${SHOP}/contact/us` }])
})

test.each([
  ['another site', 'https://evil.example/x', SHOP],
  ['its own path only', '/contact', SHOP],
  ['no address', 'javascript:alert(1)', SHOP],
  ['nothing', undefined, SHOP],
  ['a path without an end', `${SHOP}/${'x'.repeat(3_000)}`, `${SHOP}/${'x'.repeat(979)}`],
])(
  'of a page that names %s, its origin is kept, and never more than is bounded',
  async (_what, page, kept) => {
    const { begin, leave, consents } = await setup()
    const { token } = await begin()
    const consent = page === undefined ? { given: true } : { given: true, page }
    expect((await leave({ token, ...ANN, consent })).status).toBe(202)
    expect(await consents()).toMatchObject([{ page: kept }])
  },
)

test.each([
  [{ text: 'Another text' }],
  [{ at: '2020-01-01T00:00:00.000Z' }],
  [{ page: 'x'.repeat(5_000) }],
  [{ given: 'yes' }],
])('a page has no say in %j', async (claim) => {
  const { begin, leave, consents } = await setup()
  const { token } = await begin()
  const answer = await leave({ token, ...ANN, consent: { given: true, ...claim } })
  expect([answer.status, answer.json.code]).toEqual([400, 'invalid_input'])
  expect(await consents()).toEqual([])
})

test('who must agree and does not is refused, and nothing is kept', async () => {
  const { begin, leave, consents } = await setup()
  const { token } = await begin()
  for (const consent of [{ consent: { given: false } }, {}]) {
    const answer = await leave({ token, ...ANN, ...consent })
    expect([answer.status, answer.json.details[0]?.path]).toEqual([400, 'consent'])
  }
  expect(await consents()).toEqual([])
})

test('where it is a choice, a no is kept as one', async () => {
  const { begin, leave, consents } = await setup({ consent: TEXT, consentRequired: false })
  const { token } = await begin()
  expect((await leave({ token, ...ANN, consent: { given: false } })).status).toBe(202)
  expect((await leave({ token, ...ANN })).status).toBe(202)
  expect((await leave({ token, ...ANN, consent: { given: true } })).status).toBe(202)
  // Newest first.
  expect(await consents()).toMatchObject([
    { given: true, text: TEXT },
    { given: false, text: TEXT },
    { given: false, text: TEXT },
  ])
})

test('where nothing is asked for there is none, whatever a page says', async () => {
  const { begin, leave, consents } = await setup({})
  const { token } = await begin()
  expect((await leave({ token, ...ANN, consent: { given: true } })).status).toBe(202)
  expect((await leave({ token, ...ANN })).status).toBe(202)
  expect(await consents()).toEqual([null, null])
})

test.each([
  ['another text', { consent: TEXT }, { consent: 'You may also send me news.' }],
  ['a text, where there was none', {}, { consent: TEXT }],
  ['a must, where it was a choice', { consent: TEXT, consentRequired: false }, { consent: TEXT }],
])('nobody agrees to what was not shown: the form has %s by now', async (_what, before, after) => {
  const { begin, leave, consents, edit } = await setup(before)
  const { token } = await begin()
  await edit(after)
  const refused = await leave({ token, ...ANN, consent: { given: true } })
  expect([refused.status, refused.json.code]).toEqual([409, 'consent_changed'])
  expect(await consents()).toEqual([])
  const anew = await begin()
  expect((await leave({ token: anew.token, ...ANN, consent: { given: true } })).status).toBe(202)
  expect(await consents()).toMatchObject([{ given: true, text: after.consent }])
})

test('a text that came back is the one that was shown; one that is gone is not asked for', async () => {
  const { begin, leave, consents, edit } = await setup()
  const { token } = await begin()
  await edit({ consent: 'Something else' })
  await edit({ consent: TEXT })
  expect((await leave({ token, ...ANN, consent: { given: true } })).status).toBe(202)
  await edit({})
  expect((await leave({ token, ...ANN, consent: { given: true } })).status).toBe(202)
  expect(await consents()).toMatchObject([null, { given: true, text: TEXT }])
})

test('a repeat is one lead with the first time; another answer under its key is another body', async () => {
  const { begin, leave, consents, clock } = await setup({ consent: TEXT, consentRequired: false })
  const { token } = await begin()
  const key = { 'idempotency-key': 'k1' }
  const page = `${SHOP}/a`
  const first = new Date(clock.now()).toISOString()
  expect((await leave({ token, ...ANN, consent: { given: true, page } }, key)).status).toBe(202)
  clock.advance(1_000)
  expect((await leave({ token, ...ANN, consent: { given: true, page } }, key)).status).toBe(202)
  expect(await consents()).toMatchObject([{ at: first }])
  const other = await leave({ token, ...ANN, consent: { given: false, page } }, key)
  expect([other.status, other.json.code]).toEqual([409, 'idempotency_conflict'])
})

test('it stands in the export of a person and goes with the person', async () => {
  const { call, begin, leave, consents } = await setup()
  const { token } = await begin()
  await leave({ token, ...ANN, consent: { given: true, page: `${SHOP}/contact` } })
  const { json } = await call<{ data: { id: string }[] }>('GET', '/api/v1/leads')
  const path = `/api/v1/leads/${json.data[0]?.id}`
  const kept = { given: true, text: TEXT, page: `${SHOP}/contact` }
  expect((await call('GET', path)).json).toMatchObject({ consent: kept })
  const exported = await call<{ event: { payload: object } }>('GET', `${path}/export`)
  expect(exported.json).toMatchObject({ lead: { consent: kept } })
  // A receiver gets what it always got.
  expect(Object.keys(exported.json.event.payload)).toEqual([
    'conversationId',
    'customerEmail',
    'customerName',
    'customerPhone',
  ])
  expect((await call('DELETE', path)).status).toBe(204)
  expect(await consents()).toEqual([])
})
