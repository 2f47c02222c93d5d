import { expect, test } from 'vitest'
import type { Lead } from '../lead.ts'
import { csvCell } from './leads-csv.ts'
import { startApiAlone } from './test/api-alone.ts'
import { ADMIN_KEY } from './test/client.ts'
import { withPages } from './test/made-pages.ts'

test.each([
  ['Ann', 'Ann'],
  ['', ''],
  ['a "b" c', '"a ""b"" c"'],
  ['a,b', '"a,b"'],
  ['a\nb', '"a\nb"'],
  ['=1+1', "'=1+1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['-2+3', "'-2+3"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['+254 (700) 000-000', '+254 (700) 000-000'],
  ['+1+cmd|A1', "'+1+cmd|A1"],
  ['+A1', "'+A1"],
])('%j is written as %j', (text, cell) => {
  expect(csvCell(text)).toBe(cell)
})

test('all leads come, over many pages, as a file', async () => {
  const total = 1_234
  const lead = (index: number): Lead => ({
    id: `lead_${String(total - index).padStart(4, '0')}`,
    chatbotId: 'bot_1',
    conversationId: 'c',
    eventId: 'evt_1',
    customerName: `Name, ${index}`,
    customerEmail: '',
    customerPhone: '+1',
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
  expect(lines[0]).toBe(
    'id,createdAt,chatbotId,conversationId,eventId,customerName,customerEmail,customerPhone',
  )
  expect(lines[1]).toBe('lead_1234,1970-01-01T00:00:00.000Z,bot_1,c,evt_1,"Name, 0",,+1')
  expect(lines.length).toBe(total + 2)
  expect(new Set(lines).size).toBe(total + 2)
  expect(limits).toEqual([500, 500, 500])
})

test('no leads are a file with a head', async () => {
  const { call } = await startApiAlone()
  expect((await call('GET', '/api/v1/leads.csv')).text.split('\r\n').length).toBe(2)
})

test('a reader who stops reading stops the pages', async () => {
  let pages = 0
  const { url } = await startApiAlone(({ store }) => ({
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
        createdAt: 0,
      }))
      return { rows, more: true }
    }),
  }))
  const reading = new AbortController()
  const { body } = await fetch(`${url}/api/v1/leads.csv`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    signal: reading.signal,
  })
  const reader = body?.getReader()
  await reader?.read()
  reading.abort()
  // Without an end in sight, a server that went on would never come to rest.
  await expect
    .poll(async () => {
      const before = pages
      await new Promise((resolve) => setTimeout(resolve, 100))
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
