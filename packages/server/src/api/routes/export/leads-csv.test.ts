import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../../test/api/client.ts'
import { withPages } from '../../../../test/api/made-pages.ts'
import { settled } from '../../../../test/settled.ts'
import type { ListedLead } from '../../../lead.ts'
import { NO_CONTEXT } from '../../../wants/formats.ts'

const NO_DELIVERY = {
  pending: 0,
  retrying: 0,
  delivered: 0,
  doubted: 0,
  exhausted: 0,
  parked: 0,
  cancelled: 0,
}
const FOR_PEOPLE =
  'customerName,customerEmail,customerPhone,createdAt,deliveryState,delivered,deliveries,consentGiven,consentText,consentAt,consentPage,channel,page,title,referrer,utmSource,utmMedium,utmCampaign,utmTerm,utmContent,language,timeZone,id,chatbotId,conversationId,eventId,custom'
const FOR_PROGRAMS =
  'id,createdAt,chatbotId,conversationId,eventId,customerName,customerEmail,customerPhone,deliveryState,delivered,deliveries,consentGiven,consentText,consentAt,consentPage,channel,page,title,referrer,utmSource,utmMedium,utmCampaign,utmTerm,utmContent,language,timeZone,custom'

test('all leads come, over many pages, as a file', async () => {
  const total = 1_234
  const lead = (index: number): ListedLead => ({
    id: `lead_${String(total - index).padStart(4, '0')}`,
    chatbotId: 'bot_1',
    conversationId: 'c',
    eventId: 'evt_1',
    customerName: `Name, ${index}`,
    customerEmail: '',
    customerPhone: '+1',
    consent: null,
    extras: null,
    deliveries: NO_DELIVERY,
    createdAt: 0,
  })
  const limits: number[] = []
  const { call } = await startApiAlone(({ store }) => ({
    store: withPages(store, async ({ limit, after }) => {
      limits.push(limit)
      const start = after === null ? 0 : total - Number(after.slice(5)) + 1
      const count = Math.min(limit, total - start)
      const rows = Array.from({ length: count }, (_, index) => lead(start + index))
      return { rows, more: start + count < total }
    }),
  }))
  const { status, headers, text } = await call('GET', '/api/v1/leads.csv')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(headers.get('content-disposition')).toMatch(
    /^attachment; filename="leads-\d{4}-\d\d-\d\d\.csv"$/,
  )
  const lines = text.split('\r\n')
  expect(lines[0]).toBe(FOR_PEOPLE)
  expect(lines[1]).toBe(
    `"Name, 0",,'+1,1970-01-01T00:00:00.000Z,,0,0,,,,,website,,,,,,,,,,,lead_1234,bot_1,c,evt_1,`,
  )
  expect(lines.length).toBe(total + 2)
  expect(new Set(lines).size).toBe(total + 2)
  expect(limits).toEqual([500, 500, 500])
})

test('for spreadsheets it begins with a byte order mark; plain it is the text to the letter', async () => {
  const { call, url } = await startApiAlone()
  const { json: bot } = await call<{ id: string }>('POST', '/api/v1/chatbots', {
    body: { name: 'A' },
  })
  const ann = { customerName: "Zoë;=cmd|' /C calc'!A0;", customerEmail: 'zoë@example.com' }
  await call('POST', `/api/v1/chatbots/${bot.id}/leads`, {
    body: { ...ann, customerPhone: '+91-9999999999', conversationId: '007' },
  })
  const file = async (query = '') => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` }
    const response = await fetch(`${url}/api/v1/leads.csv${query}`, { headers })
    return Buffer.from(await response.arrayBuffer())
  }
  for (const query of ['', '?plain=false']) {
    const bytes = await file(query)
    expect([...bytes.subarray(0, 5)]).toEqual([0xef, 0xbb, 0xbf, ...Buffer.from('cu')])
    expect(bytes.toString()).toContain("Zoë;'=cmd|' /C calc'!A0;,zoë@example.com,'+91-9999999999,")
    expect(bytes.toString()).toContain(`,'007,evt_`)
  }
  const plain = (await file('?plain=true&q=zo')).toString()
  expect(plain.split('\r\n')[0]).toBe(FOR_PROGRAMS)
  expect(plain).toContain(
    ",Zoë;=cmd|' /C calc'!A0;,zoë@example.com,+91-9999999999,,0,0,,,,,website,,,,,,,,,,,\r\n",
  )
  expect(plain).toContain(',007,evt_')
  const refused = await call('GET', '/api/v1/leads.csv?plain=yes')
  expect(refused).toMatchObject({ status: 400, json: { details: [{ path: 'plain' }] } })
})

test('what became of a lead and what was agreed to stand in both forms, and no text is a formula', async () => {
  const lead: ListedLead = {
    id: 'lead_1',
    chatbotId: 'bot_1',
    conversationId: 'c',
    eventId: 'evt_1',
    customerName: 'Ann',
    customerEmail: '',
    customerPhone: '',
    deliveries: { ...NO_DELIVERY, delivered: 2, pending: 1, retrying: 1 },
    consent: { given: false, text: '=cmd, or not', at: 1_000, page: 'https://a.b/=1' },
    extras: {
      custom: { size: 'M', plan: '=1', seats: 3 },
      context: {
        ...NO_CONTEXT,
        page: 'https://a.b/p',
        title: '=t',
        utm: { ...NO_CONTEXT.utm, source: '=x', content: 'ad' },
        timeZone: 'Africa/Nairobi',
      },
      channel: 'website',
    },
    createdAt: 0,
  }
  const { call } = await startApiAlone(({ store }) => ({
    store: withPages(store, async () => ({ rows: [lead], more: false })),
  }))
  const fields = [
    { name: 'customerName', label: 'Name' },
    { name: 'plan', label: 'Plan', type: 'text' },
    { name: 'seats', label: 'Seats', type: 'number' },
  ]
  const leadForm = { fields, greeting: '', thanks: '' }
  await call('POST', '/api/v1/chatbots', { body: { name: 'A', leadForm } })
  const [head] = (await call('GET', '/api/v1/leads.csv')).text.split('\r\n')
  expect(head).toMatch(/,custom\.plan,custom\.seats,custom$/)
  const lineOf = async (query: string) =>
    (await call('GET', `/api/v1/leads.csv${query}`)).text.split('\r\n')[1]
  const at = '1970-01-01T00:00:01.000Z'
  expect(await lineOf('')).toBe(
    `Ann,,,1970-01-01T00:00:00.000Z,retrying,2,3,false,"'=cmd, or not",${at},https://a.b/=1,website,https://a.b/p,'=t,,'=x,,,,ad,,Africa/Nairobi,lead_1,bot_1,c,evt_1,'=1,3,"{""size"":""M""}"`,
  )
  expect(await lineOf('?plain=true')).toBe(
    `lead_1,1970-01-01T00:00:00.000Z,bot_1,c,evt_1,Ann,,,retrying,2,3,false,"=cmd, or not",${at},https://a.b/=1,website,https://a.b/p,=t,,=x,,,,ad,,Africa/Nairobi,=1,3,"{""size"":""M""}"`,
  )
})

test('no leads are a file with a head', async () => {
  const { call } = await startApiAlone()
  expect((await call('GET', '/api/v1/leads.csv')).text.split('\r\n').length).toBe(2)
})

test('a reader who stops reading stops the pages', async () => {
  let pages = 0
  const { url, app } = await startApiAlone(({ store }) => ({
    store: withPages(store, async () => {
      pages += 1
      const ids = Array.from({ length: 500 }, (_, index) => `lead_${pages}_${index}`)
      const name = 'x'.repeat(5_000)
      const rows = ids.map((id) => ({
        id,
        chatbotId: '',
        conversationId: '',
        eventId: '',
        customerName: name,
        customerEmail: '',
        customerPhone: '',
        consent: null,
        extras: null,
        deliveries: NO_DELIVERY,
        createdAt: 0,
      }))
      return { rows, more: true }
    }),
  }))
  const reading = new AbortController()
  const accepted = once(app.server, 'connection')
  const { body } = await fetch(`${url}/api/v1/leads.csv`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    signal: reading.signal,
  })
  const reader = body?.getReader()
  await reader?.read()
  const [serverSide] = await accepted
  const cut = new Promise((resolve) => serverSide.once('close', resolve))
  reading.abort()
  await cut
  // The store answers at once and without an end: a server that went on would never come to rest.
  await expect
    .poll(async () => {
      const before = pages
      await settled()
      return pages - before
    })
    .toBe(0)
  expect(pages).toBeLessThan(50)
})

test('a store that fails on a later page breaks the file off, so that nobody takes it for whole', async () => {
  let pages = 0
  const { url } = await startApiAlone(({ store }) => ({
    store: withPages(store, async () => {
      pages += 1
      if (pages > 1) throw new Error('away')
      const rows = Array.from({ length: 500 }, (_, index) => ({
        id: `lead_${index}`,
        chatbotId: '',
        conversationId: '',
        eventId: '',
        customerName: '',
        customerEmail: '',
        customerPhone: '',
        consent: null,
        extras: null,
        deliveries: NO_DELIVERY,
        createdAt: 0,
      }))
      return { rows, more: true }
    }),
  }))
  const response = await fetch(`${url}/api/v1/leads.csv`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  await expect(response.text()).rejects.toThrow()
})
