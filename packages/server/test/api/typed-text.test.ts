/** What people type, by every door that it comes in: the list is shared with the widget's tests. */
import { expect, test } from 'vitest'
import { EMAILS, PHONES, UNSEEN } from '../../../../test/support/typed-vectors.ts'
import { FILL_MS_MIN } from '../../src/api/widget/widget-lead.ts'
import { manualClock } from '../manual-clock.ts'
import { startApiAlone } from './api-alone.ts'

interface Answer {
  id: string
  leadId: string
  code: string
  details: { path: string; message: string }[]
  data: Record<string, string>[]
}

async function setup() {
  const clock = manualClock()
  const { call, ...api } = await startApiAlone(() => ({}), clock)
  const { json: bot } = await call<Answer>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  const post = (body: Record<string, unknown>) =>
    call<Answer>('POST', `/api/v1/chatbots/${bot.id}/leads`, { body })
  /** In a conversation of its own, by the widget's route. */
  const leave = async (body: Record<string, unknown>) => {
    clock.advance(60_000)
    const path = `/widget/v1/chatbots/${bot.id}`
    const page = { key: null, headers: { origin: 'http://localhost:8080' } }
    const begun = await call<{ token: string }>('POST', `${path}/conversations`, page)
    clock.advance(FILL_MS_MIN)
    return call<Answer>('POST', `${path}/leads`, {
      ...page,
      body: { token: begun.json.token, ...body },
    })
  }
  const search = (q: string, list = 'leads') =>
    call<Answer>('GET', `/api/v1/${list}?q=${encodeURIComponent(q)}`)
  return { ...api, call, bot: bot.id, post, leave, search }
}

test.each([
  ['customerEmail', EMAILS],
  ['customerPhone', PHONES],
] as const)('%s is taken or refused as the list says, by both doors', async (field, vectors) => {
  const { post, leave, search } = await setup()
  for (const [at, { typed, taken }] of vectors.entries()) {
    const required = { customerName: `Vector ${at}` }
    // The same rule stands behind both: of what is alike, the widget's door gets a part.
    for (const send of at < 32 || at % 7 === 0 ? [post, leave] : [post]) {
      // The widget's form asks for an email as well.
      const body = { customerEmail: 'x@example.com', ...required, [field]: typed }
      const { status, json } = await send(body)
      if (taken === null) {
        expect([status, json.code, json.details.map(({ path }) => path)], typed).toEqual([
          400,
          'invalid_input',
          [field],
        ])
        continue
      }
      expect(status, `${typed} ${JSON.stringify(json)}`).toBe(202)
      const { data } = (await search(taken)).json
      expect(data[0], typed).toMatchObject({ ...required, [field]: taken })
    }
  }
})

test('what is hidden within is told in words, with its number', async () => {
  const { post } = await setup()
  const { json } = await post({
    customerEmail: 'ann@exa\u200bmple.com',
    customerPhone: '07\u202e0',
  })
  expect(json.details).toEqual([
    {
      path: 'customerPhone',
      message: "`customerPhone` has a character in it that can't be seen (U+202E): type it anew",
    },
    {
      path: 'customerEmail',
      message: "`customerEmail` has a character in it that can't be seen (U+200B): type it anew",
    },
  ])
})

test('a name stays as it was typed, and is none where nothing is to be seen', async () => {
  const { post, call, leave } = await setup()
  for (const customerName of ['🏳️‍🌈 Ann', '\u200bAnn\u200d', 'نامه‌ای', '\u202bعبد\u202c']) {
    const { json } = await post({ customerName: ` ${customerName}\n` })
    const { json: lead } = await call('GET', `/api/v1/leads/${json.leadId}`)
    expect(lead).toMatchObject({ customerName })
  }
  for (const character of Object.values(UNSEEN)) {
    const customerName = `${character} ${character}`
    const details = [{ path: 'customerName' }]
    expect(await post({ customerName }), customerName).toMatchObject({
      status: 400,
      json: { details },
    })
    const left = await leave({ customerName, customerEmail: 'ann@example.com' })
    expect(left, customerName).toMatchObject({ status: 400, json: { details } })
  }
})

test('however a search is typed, it finds who is meant; nothing to be seen finds nobody', async () => {
  const { post, search, call } = await setup()
  const phone = '+254 700 000 000'
  const ann = { customerName: 'Zoe\u0308 A\u00adnn', customerEmail: 'Ann@Example.com' }
  const { json } = await post({ ...ann, customerPhone: phone })
  await post({ customerPhone: '123' })
  const typed = ['ann@example.com\u200b', ' \u202aANN@exam\u00adple.com\u202c ', `${phone}\ufeff`]
  for (const q of [...typed, 'zoë an', 'Z\u200bo', `${json.leadId}\u200b`, ` ${phone}`]) {
    expect(
      (await search(q)).json.data.map(({ id }) => id),
      q,
    ).toEqual([json.leadId])
    const file = await call('GET', `/api/v1/leads.csv?q=${encodeURIComponent(q)}`)
    expect(file.text.split(json.leadId).length, q).toBe(2)
  }
  for (const list of ['leads', 'leads.csv', 'deliveries']) {
    for (const q of ['\u200b', ' ', '\u3164\ufeff']) {
      expect(await search(q, list)).toMatchObject({
        status: 400,
        json: { details: [{ path: 'q' }] },
      })
    }
  }
})

test('of a webhook’s URL and a page’s origin it goes at the ends, and is refused within', async () => {
  const { call, bot } = await setup()
  const [url, origin] = ['https://shop.example/hook?a=%E2%80%8B', 'https://shop.example']
  const eventTypes = ['lead.submit']
  const doors = [
    (given: string) =>
      call<Answer>('POST', `/api/v1/chatbots/${bot}/webhooks`, {
        body: { url: given, eventTypes },
      }),
    (given: string) =>
      call<Answer>('POST', '/api/v1/webhooks', {
        body: { chatbotId: bot, endpoint: given, events: eventTypes },
      }),
  ]
  const { json: made } = await call<Answer>('POST', `/api/v1/chatbots/${bot}/webhooks`, {
    body: { url, eventTypes },
  })
  doors.push((given) => call('PATCH', `/api/v1/webhooks/${made.id}`, { body: { url: given } }))
  for (const [at, character] of Object.values(UNSEEN).entries()) {
    const door = doors[at % doors.length]
    const taken = await door?.(`${character}${url}${character}`)
    expect(taken, `${at}`).toMatchObject({ json: { url } })
    const id = taken?.json.id
    if (id !== made.id) await call('DELETE', `/api/v1/webhooks/${id}`)
    for (const given of [
      `https://sh${character}op.example/`,
      `https://shop.example/a${character}b`,
    ]) {
      const { status, json } = (await door?.(given)) ?? {}
      expect([status, json?.details[0]?.message]).toEqual([
        400,
        expect.stringMatching(/can't be seen \(U\+|controls/),
      ])
    }
    const allowed = (given: string) =>
      call<Answer>('PATCH', `/api/v1/chatbots/${bot}`, { body: { allowedOrigins: [given] } })
    expect(await allowed(`${origin}${character}`)).toMatchObject({
      json: { allowedOrigins: [origin] },
    })
    expect(await allowed(`https://sh${character}op.example`)).toMatchObject({ status: 400 })
  }
  for (const given of ['https://shop.example/\u00a0', 'https://shop.example/\u3000x']) {
    expect(await doors[0]?.(given)).toMatchObject({ status: 400 })
  }
})
