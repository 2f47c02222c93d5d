import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { createCursors } from './cursor.ts'

async function setup(chatbots: number) {
  const api = await startApiAlone()
  const ids: string[] = []
  for (let index = 0; index < chatbots; index += 1) {
    const body = { name: `Chatbot ${index}` }
    ids.unshift((await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body })).json.id)
  }
  return { ...api, ids }
}

interface List {
  data: { id: string }[]
  nextCursor: string | null
}

test('pages follow each other without a gap or a repeat, and the last one says so', async () => {
  const { call, ids } = await setup(7)
  const seen: string[] = []
  const sizes: number[] = []
  let cursor = ''
  for (;;) {
    const { json } = await call<List>('GET', `/api/v1/chatbots?limit=3${cursor}`)
    seen.push(...json.data.map(({ id }) => id))
    sizes.push(json.data.length)
    if (json.nextCursor === null) break
    cursor = `&cursor=${json.nextCursor}`
  }
  expect(seen).toEqual(ids)
  expect(sizes).toEqual([3, 3, 1])
})

test('a full last page has no next one', async () => {
  const { call } = await setup(3)
  const { json } = await call<List>('GET', '/api/v1/chatbots?limit=3')
  expect([json.data.length, json.nextCursor]).toEqual([3, null])
})

test('a cursor of another list or filter is refused, and so is a changed one', async () => {
  const { call, ids } = await setup(2)
  const { json } = await call<List>('GET', '/api/v1/chatbots?limit=1')
  const cursor = json.nextCursor ?? ''
  const flipped = cursor.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
  const own = Buffer.concat([Buffer.alloc(16), Buffer.from(ids[0] ?? '')]).toString('base64url')
  for (const query of [
    `chatbots?cursor=${flipped}`,
    `chatbots?cursor=${own}`,
    `chatbots?cursor=${cursor}=`,
    `chatbots?cursor=${cursor}AAAA`,
    `leads?cursor=${cursor}`,
    `chatbots/${ids[0]}/webhooks?cursor=${cursor}`,
  ]) {
    const answer = await call('GET', `/api/v1/${query}`)
    expect([query, answer.status, answer.json.code]).toEqual([query, 400, 'invalid_cursor'])
  }
  expect((await call('GET', `/api/v1/chatbots?limit=1&cursor=${cursor}`)).status).toBe(200)
})

test('a server with another key opens no cursor of this one', () => {
  const mine = createCursors(Buffer.alloc(32, 1))
  const other = createCursors(Buffer.alloc(32, 2))
  expect(mine.open('leads', mine.seal('leads', 'lead_1'))).toBe('lead_1')
  expect(() => other.open('leads', mine.seal('leads', 'lead_1'))).toThrow(/cursor/)
})
