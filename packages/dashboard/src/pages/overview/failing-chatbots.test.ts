import { expect, test } from 'vitest'
import type { Webhook } from '../../api/schema.ts'
import { rankChatbots } from './failing-chatbots.tsx'

const well = {
  failingSince: null,
  consecutiveFailures: 0,
  lastSuccessAt: null,
  lastFailureAt: null,
  lastFailure: null,
}

function webhook(chatbotId: string, state: Webhook['state'], failing = false) {
  const health = { ...well, failingSince: failing ? '2026-09-14T09:30:12.345Z' : null }
  return { chatbotId, state, health, restingUntil: null }
}

test('the chatbot with the worst trouble is before one with more of a lesser one', () => {
  const ranked = rankChatbots([
    webhook('paused', 'paused'),
    webhook('failing', 'active', true),
    webhook('failing', 'active', true),
    webhook('one disabled', 'disabled'),
    webhook('two disabled', 'disabled'),
    webhook('two disabled', 'disabled'),
    webhook('well', 'active'),
  ])
  expect(ranked.map(({ chatbotId }) => chatbotId)).toEqual([
    'two disabled',
    'one disabled',
    'failing',
    'paused',
  ])
  expect(ranked[2]?.counts).toEqual({ disabled: 0, failing: 2, resting: 0, paused: 0 })
})
