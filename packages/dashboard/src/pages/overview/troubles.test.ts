import { expect, test } from 'vitest'
import type { GivenUp, GivenUpOfWebhook, Webhook } from '../../api/schema.ts'
import { rankChatbots, troublesOf } from './troubles.ts'

const AT = '2026-09-14T09:30:12.345Z'
let made = 0

function webhook(chatbotId: string, state: Webhook['state'], failing = false): Webhook {
  made += 1
  const health = { failingSince: failing ? AT : null }
  // Of a webhook only this is looked at.
  return {
    id: `wh_${made}`,
    chatbotId,
    state,
    health,
    restingUntil: null,
    cure: null,
  } as unknown as Webhook
}

function givenUpOf(webhookId: string, chatbotId: string, count: number): GivenUpOfWebhook {
  const url = 'https://shop.example/'
  const span = { oldestAt: AT, newestAt: AT, setAsideUntil: null }
  return { webhookId, chatbotId, kind: 'http', url, count, more: false, ...span }
}

const givenUp = (...webhooks: GivenUpOfWebhook[]): GivenUp => ({
  count: webhooks.reduce((sum, { count }) => sum + count, 0),
  more: false,
  webhooks,
  moreWebhooks: false,
})

test('what was given up is told of a webhook that works again, too, and once of one that fails', () => {
  const failing = webhook('one', 'active', true)
  const troubles = troublesOf(
    [webhook('one', 'paused'), failing],
    givenUp(givenUpOf('wh_well', 'two', 6), givenUpOf(failing.id, 'one', 2)),
  )
  expect(troubles.map(({ kind, givenUp: left }) => [kind, left?.count ?? 0])).toEqual([
    ['failing', 2],
    ['givenUp', 6],
    ['paused', 0],
  ])
})

test('a webhook that works, and whose last answer leaves a doubt, is told last', () => {
  const cure = { cause: 'A web page answered.', text: 'Is this the right URL?' } as Webhook['cure']
  const doubtful = { ...webhook('one', 'active'), cure }
  const troubles = troublesOf([doubtful, webhook('one', 'paused')], givenUp())
  expect(troubles.map(({ kind }) => kind)).toEqual(['paused', 'doubtful'])
})

test('the chatbot with the worst trouble is before one with more of a lesser one', () => {
  const troubles = troublesOf(
    [
      webhook('paused', 'paused'),
      webhook('failing', 'active', true),
      webhook('failing', 'active', true),
      webhook('one disabled', 'disabled'),
      webhook('two disabled', 'disabled'),
      webhook('two disabled', 'disabled'),
      webhook('well', 'active'),
    ],
    givenUp(givenUpOf('wh_well', 'given up', 6)),
  )
  const ranked = rankChatbots(troubles)
  expect(ranked.map(({ chatbotId }) => chatbotId)).toEqual([
    'two disabled',
    'one disabled',
    'failing',
    'given up',
    'paused',
  ])
  expect(ranked[2]?.counts).toMatchObject({ disabled: 0, failing: 2, givenUp: 0 })
  expect(ranked[3]?.counts).toMatchObject({ failing: 0, givenUp: 6 })
})
