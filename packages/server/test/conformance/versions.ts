import { expect, test } from 'vitest'
import type { NewAuditEntry } from '../../src/store/desk.ts'
import { done, type Suite, setup } from './store-world.ts'

export function describeVersions(suite: Suite): void {
  test('each change of settings makes another version, and what changes nothing makes none', async () => {
    const { store, chatbot, webhook } = await setup(suite)
    const seen = new Set([chatbot.version])
    for (const name of ['B', 'A', 'B', 'Shop']) {
      const { version } = done(await store.updateChatbot(chatbot.id, { name }))
      expect(seen).not.toContain(version)
      seen.add(version)
      const same = done(await store.updateChatbot(chatbot.id, { name }))
      expect(same.version).toBe(version)
      expect(await store.getChatbot(chatbot.id)).toEqual(same)
    }
    const told = new Set([webhook.version])
    for (const headers of [{ a: '1' }, { a: '2' }, { a: '1' }, {}]) {
      const { version } = done(await store.updateWebhook(webhook.id, { headers }))
      expect(told).not.toContain(version)
      told.add(version)
      const { url } = webhook
      const same = done(await store.updateWebhook(webhook.id, { headers, url }))
      expect(same.version).toBe(version)
    }
  })

  test('health, state and secret have no part in a version', async () => {
    const { world, store, webhook, chatbot } = await setup(suite)
    const failed = { kind: 'retry', delayMs: 1_000, charged: true } as const
    await world.record(await world.claim(chatbot.id), failed)
    await store.setWebhookState(webhook.id, 'paused', 'x')
    await store.setWebhookState(webhook.id, 'active', null)
    await store.rotateSecret(webhook.id, { secret: 'whsec_new', overlapMs: 1_000 })
    await store.finishRotation(webhook.id)
    const now = await store.getWebhook(webhook.id)
    expect(now?.health.consecutiveFailures).toBe(1)
    expect(now?.version).toBe(webhook.version)
    const reopened = await world.reopen().then(() => world.store.getWebhook(webhook.id))
    expect(reopened?.version).toBe(webhook.version)
  })

  test('of two changes of one version at once, one is made', async () => {
    const { store, chatbot, webhook } = await setup(suite)
    for (let round = 0; round < 5; round++) {
      const bot = await store.getChatbot(chatbot.id)
      const hook = await store.getWebhook(webhook.id)
      const seen = { bot: [bot?.version ?? ''], hook: [hook?.version ?? ''] }
      const [bots, hooks] = await Promise.all([
        Promise.all(
          ['x', 'y', 'z'].map((name) => {
            return store.updateChatbot(chatbot.id, { name: name + round }, undefined, seen.bot)
          }),
        ),
        Promise.all(
          ['x', 'y', 'z'].map((name) => {
            const url = `https://${name}${round}.example/`
            return store.updateWebhook(webhook.id, { url }, undefined, seen.hook)
          }),
        ),
      ])
      for (const made of [bots, hooks]) {
        expect(made.filter((one) => one === 'other_version')).toHaveLength(2)
        const [won] = made.filter((one) => one !== 'other_version')
        expect([
          await store.getChatbot(chatbot.id),
          await store.getWebhook(webhook.id),
        ]).toContainEqual(won)
      }
    }
  })

  test('what was changed since is not deleted by who saw it before', async () => {
    const { store, chatbot, webhook } = await setup(suite)
    done(await store.updateChatbot(chatbot.id, { name: 'New' }))
    const renamed = done(await store.updateWebhook(webhook.id, { description: 'New' }))
    expect(await store.deleteChatbot(chatbot.id, undefined, [chatbot.version])).toBe(
      'other_version',
    )
    expect(await store.deleteWebhook(webhook.id, undefined, [webhook.version])).toBe(
      'other_version',
    )
    expect(await store.getWebhook(webhook.id)).toEqual(renamed)
    const either = [webhook.version, renamed.version]
    expect(await store.deleteWebhook(webhook.id, undefined, either)).toBe(true)
    expect(await store.deleteWebhook(webhook.id, undefined, either)).toBe(false)
  })

  test('who made the settings what they are is told from the audit log', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    expect(await store.settingsChange(webhook)).toBeNull()
    const keyId = world.ids.next('key')
    await store.createApiKey({ id: keyId, name: 'Backend', chatbotId: chatbot.id, hash: 'h' })
    const entry = (values: Partial<NewAuditEntry>): NewAuditEntry => ({
      id: world.ids.next('audit'),
      action: 'webhook.updated',
      actor: 'root',
      sessionId: null,
      chatbotId: chatbot.id,
      targetId: webhook.id,
      fields: [],
      address: '127.0.0.1',
      ...values,
    })
    const by = entry({ actor: keyId, sessionId: 'ses_1' })
    const changed = done(await store.updateWebhook(webhook.id, { description: 'b' }, by))
    await store.setWebhookState(webhook.id, 'paused', 'x', entry({ action: 'webhook.paused' }))
    const told = { at: changed.updatedAt, actor: keyId, sessionId: 'ses_1' }
    const key = { name: 'Backend', chatbotId: chatbot.id }
    expect(await store.settingsChange(changed)).toEqual({ ...told, key })
    await store.deleteApiKey(keyId)
    expect(await store.settingsChange(changed)).toEqual({ ...told, key: null })
  })
}
