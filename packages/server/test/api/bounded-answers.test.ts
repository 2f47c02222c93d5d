import { expect, test } from 'vitest'
import { PAGE_BYTES_MAX } from '../../src/api/shapes/cursor.ts'
import { startApiAlone } from './api-alone.ts'

const LEADS = 14
/** The largest that a delivery holds, about. */
const NAME_LENGTH = 95_000

/** A chatbot with leads whose names are as long as they may be, oldest first. */
async function setup() {
  const api = await startApiAlone()
  const { json } = await api.call<{ id: string }>('POST', '/api/v1/chatbots', {
    body: { name: 'Shop' },
  })
  for (let made = 0; made < LEADS; made++) {
    const customerName = `${made} `.padEnd(NAME_LENGTH, 'x')
    const path = `/api/v1/chatbots/${json.id}/leads`
    expect((await api.call('POST', path, { body: { customerName } })).status).toBe(202)
  }
  return { ...api, chatbotId: json.id }
}

interface List {
  data: { id: string; customerName: string }[]
  nextCursor: string | null
}

test('a page of large rows is shorter than its limit, and nextCursor leads through all of them', async () => {
  const { call, chatbotId } = await setup()
  const sizes: number[] = []
  const numbers: number[] = []
  for (let cursor = ''; ; ) {
    const path = `/api/v1/leads?chatbotId=${chatbotId}&limit=100${cursor}`
    const { json, text } = await call<List>('GET', path)
    expect(text.length).toBeLessThan(PAGE_BYTES_MAX + 2 * NAME_LENGTH)
    sizes.push(json.data.length)
    numbers.push(...json.data.map(({ customerName }) => Number.parseInt(customerName, 10)))
    if (json.nextCursor === null) break
    cursor = `&cursor=${json.nextCursor}`
  }
  expect(sizes).toEqual([6, 6, 2])
  expect(numbers).toEqual(Array.from({ length: LEADS }, (_, index) => LEADS - 1 - index))
})

test.each(['GET', 'POST'])('a counted page of large rows is never cut, by %s', async (method) => {
  const { call, chatbotId } = await setup()
  interface Counted {
    collectedCustomers: { name: string }[]
    data: { name: string }[]
  }
  const page = async (number: number, size: number) => {
    const asked = { chatbotId, page: number, size }
    const query = `?${new URLSearchParams({ chatbotId, page: `${number}`, size: `${size}` })}`
    const { json } =
      method === 'GET'
        ? await call<Counted>('GET', `/api/v1/get-leads${query}`)
        : await call<Counted>('POST', '/api/v1/get-leads', { body: asked })
    expect(json.collectedCustomers).toEqual(json.data)
    return json.data.map(({ name }) => Number.parseInt(name, 10))
  }
  const all = Array.from({ length: LEADS }, (_, index) => LEADS - 1 - index)
  expect(await page(1, 100)).toEqual(all)
  expect(await page(1, 9)).toEqual(all.slice(0, 9))
  expect(await page(2, 9)).toEqual(all.slice(9))
  expect(await page(3, 9)).toEqual([])
  expect(await page(14, 1)).toEqual([0])
})

test('an export of large rows has them all', async () => {
  const { call, chatbotId } = await setup()
  const { text } = await call('GET', `/api/v1/leads.csv?chatbotId=${chatbotId}`)
  expect(text.split('\r\n').filter((line) => line.includes('xxx'))).toHaveLength(LEADS)
})
