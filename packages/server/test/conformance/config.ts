import { expect, test } from 'vitest'
import { keptSettings } from '../webhook-settings.ts'
import { done, type Suite, setup } from './store-world.ts'

export function describeConfig(suite: Suite): void {
  test('a chatbot is kept as it was given', async () => {
    const { store, chatbot } = await setup(suite)
    expect(chatbot).toMatchObject({ name: 'Shop', allowedOrigins: ['https://shop.example'] })
    expect(chatbot.createdAt).toBe(chatbot.updatedAt)
    expect(await store.getChatbot(chatbot.id)).toEqual(chatbot)
    expect(await store.getChatbot('bot_none')).toBeNull()
  })

  test('an update of a chatbot changes what it names and nothing else', async () => {
    const { store, chatbot } = await setup(suite)
    const renamed = done(await store.updateChatbot(chatbot.id, { name: 'Café ☕' }))
    const { updatedAt, version } = renamed
    expect(renamed).toEqual({ ...chatbot, name: 'Café ☕', updatedAt, version })
    const cleared = await store.updateChatbot(chatbot.id, { allowedOrigins: [] })
    expect(cleared).toMatchObject({ name: 'Café ☕', allowedOrigins: [] })
    expect(await store.updateChatbot('bot_none', { name: 'x' })).toBeNull()
  })

  test('a deleted chatbot is gone with its webhooks, and takes nothing more', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    expect(await store.deleteChatbot(chatbot.id)).toBe(true)
    expect(await store.deleteChatbot(chatbot.id)).toBe(false)
    // Where its webhooks were went with it.
    expect((await store.glimpseWebhooks([webhook.id])).get(webhook.id)?.url).toBeNull()
    expect(await store.getChatbot(chatbot.id)).toBeNull()
    expect(await store.listChatbots({ limit: 10, after: null })).toEqual([])
    expect(await store.getWebhook(webhook.id)).toBeNull()
    expect(await store.updateChatbot(chatbot.id, { name: 'x' })).toBeNull()
    expect(await store.accept(world.acceptInput(chatbot.id))).toEqual({ kind: 'chatbot_not_found' })
    expect(await store.createWebhook(world.webhookValues(chatbot.id))).toBe('chatbot_not_found')
  })

  test('a webhook is kept as it was given, secrets included', async () => {
    const { world, store, chatbot } = await setup(suite)
    const values = world.webhookValues(chatbot.id, {
      ...keptSettings(0),
      url: 'https://user:pass@receiver.example/hook?a=%20b#',
    })
    const { webhooksMax: _, ...given } = values
    const made = await store.createWebhook(values)
    expect(made).toMatchObject({ ...given, state: 'active', stateReason: null })
    expect(made).toMatchObject({ previousSecret: null, overlapEndsAt: null })
    expect(made).toMatchObject({ health: { failingSince: null, consecutiveFailures: 0 } })
    expect(await store.getWebhook(values.id)).toEqual(made)
    expect(await store.getWebhook('wh_none')).toBeNull()
  })

  test('a chatbot has at most so many live webhooks', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const more = () => store.createWebhook(world.webhookValues(chatbot.id, { webhooksMax: 2 }))
    expect(await more()).toMatchObject({ state: 'active' })
    expect(await more()).toBe('too_many_webhooks')
    await store.deleteWebhook(webhook.id)
    expect(await more()).toMatchObject({ state: 'active' })
    const none = world.webhookValues('bot_none')
    expect(await store.createWebhook(none)).toBe('chatbot_not_found')
  })

  test('an update of a webhook changes what it names, from null and to null', async () => {
    const { store, webhook } = await setup(suite)
    const values = { timeoutSeconds: 9, headers: { a: 'b' } }
    const set = done(await store.updateWebhook(webhook.id, values))
    expect(set).toEqual({
      ...webhook,
      ...values,
      updatedAt: set.updatedAt,
      version: set.version,
    })
    const unset = await store.updateWebhook(webhook.id, {
      timeoutSeconds: null,
      url: 'https://other.example/',
    })
    expect(unset).toMatchObject({ timeoutSeconds: null, url: 'https://other.example/' })
    expect(unset).toMatchObject({ headers: { a: 'b' }, secret: webhook.secret })
    expect(await store.updateWebhook('wh_none', { description: 'x' })).toBeNull()
  })

  test('each setting is changed alone, and keeps what it was given', async () => {
    const { world, store, chatbot } = await setup(suite)
    let expected = await world.webhook(chatbot.id, keptSettings(0))
    for (const [name, value] of Object.entries(keptSettings(1))) {
      const changed = done(await store.updateWebhook(expected.id, { [name]: value }))
      const { updatedAt, version } = changed
      expected = { ...expected, [name]: value, updatedAt, version }
      expect(changed).toEqual(expected)
      expect(JSON.stringify(await store.getWebhook(expected.id))).toBe(JSON.stringify(changed))
    }
    const back = done(await store.updateWebhook(expected.id, keptSettings(0)))
    const { updatedAt, version } = back
    expect(back).toEqual({ ...expected, ...keptSettings(0), updatedAt, version })
  })

  test('a change of event types holds from the next event on', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await world.claim(chatbot.id)
    await store.updateWebhook(webhook.id, { eventTypes: ['order.paid'] })
    expect((await world.accept(chatbot.id)).claims).toEqual([])
    const events = [world.event('order.paid')]
    expect(await world.claim(chatbot.id, { events })).toMatchObject({ eventType: 'order.paid' })
  })

  test('a deleted webhook gets nothing more', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    expect(await store.deleteWebhook(webhook.id)).toBe(true)
    expect(await store.deleteWebhook(webhook.id)).toBe(false)
    expect(await store.getWebhook(webhook.id)).toBeNull()
    expect(await store.listWebhooks({ chatbotId: chatbot.id }, { limit: 10, after: null })).toEqual(
      [],
    )
    expect((await world.accept(chatbot.id)).claims).toEqual([])
  })

  test('a state is kept with its reason until the webhook is active again', async () => {
    const { store, webhook } = await setup(suite)
    const paused = await store.setWebhookState(webhook.id, 'paused', 'Paused by its owner.')
    expect(paused).toMatchObject({ state: 'paused', stateReason: 'Paused by its owner.' })
    expect(await store.getWebhook(webhook.id)).toEqual(paused)
    const active = await store.setWebhookState(webhook.id, 'active', null)
    expect(active).toMatchObject({ state: 'active', stateReason: null })
    expect(await store.setWebhookState('wh_none', 'paused', null)).toBeNull()
  })

  test('what was written is there after the store was opened again', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await store.rotateSecret(webhook.id, { secret: 'whsec_new', overlapMs: 3_600_000 })
    const before = await store.getWebhook(webhook.id)
    await world.reopen()
    expect(await world.store.getWebhook(webhook.id)).toEqual(before)
    expect(await world.store.getChatbot(chatbot.id)).toEqual(chatbot)
  })

  test('ping resolves while the store can commit', async () => {
    const { store } = await setup(suite)
    await expect(store.ping()).resolves.toBeUndefined()
  })
}
