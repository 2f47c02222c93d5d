/** The templates and filters of the pages, on a lead: what they make is what the pages say. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { explainFilter } from '../../packages/server/src/wants/explain-filter.ts'
import { parseFilter } from '../../packages/server/src/wants/filter.ts'
import { NO_CONTEXT } from '../../packages/server/src/wants/formats.ts'
import { parseTemplate } from '../../packages/server/src/wants/template/template.ts'
import { seenLead } from '../../packages/server/test/seen-lead.ts'

const EVENT = seenLead({
  payload: {
    conversationId: 'c1',
    customerEmail: 'Ann@shop.example',
    customerName: 'Ann "B" Lee',
    customerPhone: '',
  },
  custom: { seats: 3, plan: 'pro' },
  context: { ...NO_CONTEXT, page: 'https://shop.example/pricing', language: 'en' },
})

/** Of those that this file covers. */
function blocksOf(page: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
  const fence = /^```json covered-by="test\/docs\/templates\.test\.ts"\n([\s\S]*?)^```$/gm
  return [...text.matchAll(fence)].map(([, code = '']) => code)
}

function made(text: string): unknown {
  const parsed = parseTemplate(text, 'json', ['lead.submit'])
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.message}`)
  return JSON.parse(parsed.template(EVENT))
}

test('the template of the page makes what the page says', () => {
  const [template = ''] = blocksOf('wants.md')
  expect(made(template)).toEqual({
    contact: { firstName: 'Ann', email: 'ann@shop.example', phone: 'none', seats: 3 },
    source: 'Shop: https://shop.example/pricing',
  })
})

test('the filter of the page lets through what it says', () => {
  const [, text = ''] = blocksOf('wants.md')
  const parsed = parseFilter(JSON.parse(text))
  if (!parsed.ok) throw new Error(parsed.message)
  expect(explainFilter(parsed.filter, EVENT).why).toContain('`customerPhone` is empty')
  const payload = { ...(EVENT.payload as object), customerPhone: '+254' }
  expect(explainFilter(parsed.filter, { ...EVENT, payload }).matches).toBe(true)
})

const EMAIL = 'Ann@shop.example'
const NAME = 'Ann "B" Lee'

test('the bodies of other chatbots are made', () => {
  const [chatbase, chatwoot, insiteChat, siteGpt, tawk] = blocksOf('moving.md').map(made)
  expect(chatbase).toEqual({
    eventType: 'leads.submit',
    chatbotId: 'bot_1',
    payload: EVENT.payload,
  })
  expect(chatwoot).toMatchObject({
    event: 'contact_created',
    id: 'lead_1',
    name: NAME,
    email: EMAIL,
    phone_number: '',
    custom_attributes: { seats: 3, plan: 'pro' },
  })
  expect(insiteChat).toEqual({
    event: 'lead.captured',
    chatbot_id: 'bot_1',
    timestamp: '2026-04-26T08:30:14.118Z',
    data: { lead_id: 'lead_1', name: NAME, email: EMAIL, phone: '', custom_data: EVENT.custom },
  })
  expect(siteGpt).toMatchObject({ event: 'ADD_LEAD', data: { threadId: 'c1', name: NAME } })
  expect(tawk).toMatchObject({
    event: 'ticket:create',
    property: { id: 'bot_1', name: 'Shop' },
    requester: { name: NAME, email: EMAIL },
    ticket: { message: `${NAME}, no phone` },
  })
})
