/** One commit that holds an attempt of a webhook and a change of the webhook itself. */
import { expect, test } from 'vitest'
import { openWithEngine } from './folder.ts'

const RETRY = { kind: 'retry', delayMs: 60_000, charged: true } as const

test('what an attempt has noted is written before a change, and does not undo it', async () => {
  const { world, store } = await openWithEngine()
  const chatbot = await world.chatbot()
  const { id } = await world.webhook(chatbot.id)
  const claim = await world.claim(chatbot.id)
  await store.setWebhookState(id, 'paused', null)
  // In one turn, and so in one commit: the failure first.
  const [recorded] = await Promise.all([
    world.record(claim, RETRY),
    store.setWebhookState(id, 'active', null),
  ])
  expect(recorded).toMatchObject({ kind: 'recorded' })
  // A failure from before it was brought back must not count towards disabling it.
  const health = { failingSince: null, consecutiveFailures: 1 }
  expect(await store.getWebhook(id)).toMatchObject({ state: 'active', health })
})

test('what memory knew of a webhook is forgotten with its change, in the same commit', async () => {
  const { world, store } = await openWithEngine()
  const chatbot = await world.chatbot()
  const { id } = await world.webhook(chatbot.id)
  await world.claim(chatbot.id)
  const [, accepted] = await Promise.all([
    store.setWebhookState(id, 'paused', null),
    world.accept(chatbot.id),
  ])
  expect(accepted).toMatchObject({ claims: [], waiting: [] })
})
