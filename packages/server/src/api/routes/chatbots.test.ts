import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { DEFAULT_LEAD_FORM } from '../../chatbot.ts'

interface ChatbotJson {
  id: string
  name: string
  leadForm: unknown
  allowedOrigins: string[]
  createdAt: string
}

test('a chatbot has a default form, can be changed in parts, and is gone when deleted', async () => {
  const { call } = await startApiAlone()
  const made = await call<ChatbotJson>('POST', '/api/v1/chatbots', { body: { name: 'Shop' } })
  expect(made.json).toMatchObject({
    name: 'Shop',
    leadForm: DEFAULT_LEAD_FORM,
    allowedOrigins: [],
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
  const path = `/api/v1/chatbots/${made.json.id}`
  const leadForm = { ...DEFAULT_LEAD_FORM, greeting: 'مرحبا 👋', consent: 'I agree' }
  const body = { leadForm, allowedOrigins: ['https://shop.example', 'http://localhost:3000'] }
  await call('PATCH', path, { body })
  const { json } = await call<ChatbotJson>('GET', path)
  expect(json).toMatchObject({ name: 'Shop', ...body })
  expect((await call('DELETE', path)).status).toBe(204)
  expect((await call('GET', path)).status).toBe(404)
  expect((await call('DELETE', path)).status).toBe(404)
})

test('an empty change changes nothing', async () => {
  const { call } = await startApiAlone()
  const made = await call<ChatbotJson>('POST', '/api/v1/chatbots', { body: { name: 'Shop' } })
  const { json } = await call<ChatbotJson>('PATCH', `/api/v1/chatbots/${made.json.id}`, {
    body: {},
  })
  expect({ ...json, updatedAt: '' }).toEqual({ ...made.json, updatedAt: '' })
})

test('the form’s color is kept, can be left out again, and is six hex digits or refused', async () => {
  const { call } = await startApiAlone()
  const leadForm = { ...DEFAULT_LEAD_FORM, color: '#0F766e' }
  const body = { name: 'Shop', leadForm }
  const made = await call<ChatbotJson>('POST', '/api/v1/chatbots', { body })
  expect(made.json.leadForm).toEqual(leadForm)
  const path = `/api/v1/chatbots/${made.json.id}`
  for (const color of ['', 'teal', '#fff', '#0f766e;', '#0f766e00', 7]) {
    const refused = await call('PATCH', path, { body: { leadForm: { ...leadForm, color } } })
    expect([color, refused.status]).toEqual([color, 400])
    expect(refused.json.details).toEqual([expect.objectContaining({ path: 'leadForm.color' })])
  }
  expect((await call<ChatbotJson>('GET', path)).json.leadForm).toEqual(leadForm)
  const plain = await call<ChatbotJson>('PATCH', path, { body: { leadForm: DEFAULT_LEAD_FORM } })
  expect(plain.json.leadForm).toEqual(DEFAULT_LEAD_FORM)
})

test('a search finds chatbots by a part of their name, and an owner its own alone', async () => {
  const { call } = await startApiAlone()
  const make = async (name: string) =>
    (await call<ChatbotJson>('POST', '/api/v1/chatbots', { body: { name } })).json.id
  const ids = [await make('Shop north'), await make('Bakery'), await make('shop South')]
  const found = async (query: string, key?: string) => {
    const options = key === undefined ? {} : { key }
    const { json } = await call<{ data: ChatbotJson[]; nextCursor: string | null }>(
      'GET',
      `/api/v1/chatbots?${query}`,
      options,
    )
    return { ids: json.data.map(({ id }) => id), cursor: json.nextCursor }
  }
  expect((await found('q=SHOP')).ids).toEqual([ids[2], ids[0]])
  const first = await found('q=shop&limit=1')
  expect(first.ids).toEqual([ids[2]])
  expect((await found(`q=shop&limit=1&cursor=${first.cursor}`)).ids).toEqual([ids[0]])
  const body = { name: 'Owner', chatbotId: ids[1] }
  const { json } = await call<{ key: string }>('POST', '/api/v1/api-keys', { body })
  expect((await found('q=shop', json.key)).ids).toEqual([])
  expect((await found('q=bake', json.key)).ids).toEqual([ids[1]])
})
