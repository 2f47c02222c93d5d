import { expect, test } from 'vitest'
import { isFromWidget } from './widget-lead.ts'

const TAIL = 'e3cvwf1461vvb46e'
const lead = (time: string) => `lead_${time}${TAIL}`

test('a lead that followed an opened conversation came by the widget', () => {
  const conversationId = `conv_01m2fm1cj3${TAIL}`
  expect(isFromWidget({ id: lead('01m2fm2cj3'), conversationId })).toBe(true)
  // Made with the lead, by the API.
  expect(isFromWidget({ id: lead('01m2fm1cj3'), conversationId })).toBe(false)
})

test('a conversation of the caller’s own says nothing', () => {
  expect(isFromWidget({ id: lead('01m2fm2cj3'), conversationId: 'ticket-17' })).toBe(false)
})
