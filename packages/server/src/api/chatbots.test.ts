import { expect, test } from 'vitest'
import { DEFAULT_LEAD_FORM } from '../chatbot.ts'
import { startApiAlone } from './test/api-alone.ts'

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
