import { expect, test } from 'vitest'
import { AUDIT_MS, type AuditAction } from '../../src/audit.ts'
import type { NewAuditEntry } from '../../src/store/desk.ts'
import { done, type Suite, setup as setupStore } from './store-world.ts'

const PAGE = { limit: 100, after: null }

async function setup(suite: Suite) {
  const parts = await setupStore(suite)
  const { world, store, chatbot } = parts
  const entry = (action: AuditAction, values: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
    id: world.ids.next('audit'),
    action,
    actor: 'root',
    sessionId: null,
    chatbotId: chatbot.id,
    targetId: null,
    fields: [],
    address: '203.0.113.7',
    ...values,
  })
  const actions = async () => (await store.listAudit({}, PAGE)).map(({ action }) => action)
  return { ...parts, entry, actions }
}

export function describeAudit(suite: Suite): void {
  test('an entry comes back as it was written, with the instant of its commit', async () => {
    const { store, chatbot, entry } = await setup(suite)
    const given = entry('chatbot.updated', {
      actor: 'key_1',
      sessionId: 'ses_1',
      targetId: chatbot.id,
      fields: ['name', 'a"b'],
    })
    const changed = await store.updateChatbot(chatbot.id, { name: 'New' }, given)
    expect(await store.listAudit({}, PAGE)).toEqual([{ ...given, at: done(changed).updatedAt }])
  })

  test('every change keeps its entry', async () => {
    const { world, store, chatbot, webhook, entry, actions } = await setup(suite)
    const event = world.leadEvent()
    const claim = await world.claim(chatbot.id, { events: [event] })
    await store.cancel(claim.deliveryId, 'cancelled_by_owner', entry('delivery.cancelled'))
    await store.release(world.nodeId, [claim.deliveryId])
    await store.resend(claim.deliveryId, entry('delivery.resent'))
    const values = world.webhookValues(chatbot.id)
    await store.createWebhook(values, entry('webhook.created'))
    await store.updateWebhook(webhook.id, { description: 'x' }, entry('webhook.updated'))
    const rotation = { secret: 'whsec_0123456789abcdef0123456789abcdef', overlapMs: 1e6 }
    await store.rotateSecret(webhook.id, rotation, entry('webhook.secret_rotated'))
    await store.finishRotation(webhook.id, entry('webhook.rotation_finished'))
    await store.sendWaiting(webhook.id, entry('webhook.waiting_sent'))
    await store.setWebhookState(webhook.id, 'paused', 'x', entry('webhook.paused'))
    await store.sendWaiting(webhook.id, entry('webhook.waiting_sent'))
    const recovery = { id: world.ids.next('recovery'), webhookId: webhook.id, since: 0, until: 1 }
    await store.createRecovery(
      { ...recovery, states: ['exhausted'], dryRun: false },
      entry('webhook.recovery_started'),
    )
    await store.setAside(webhook.id, null, entry('webhook.set_aside'))
    await store.deleteWebhook(webhook.id, entry('webhook.deleted'))
    await store.eraseLead(event.lead?.id ?? '', 'request', entry('lead.erased'))
    const key = { id: world.ids.next('key'), name: 'x', chatbotId: null, hash: 'h' }
    await store.createApiKey(key, entry('key.created'))
    const link = { id: world.ids.next('link'), chatbotId: chatbot.id, hash: 'l', lifeMs: 1e6 }
    await store.createOwnerLink({ ...link, mintedBy: key.id }, entry('owner_link.created'))
    const life = { idleMs: 1e6, lifeMs: 1e6 }
    const session = { id: world.ids.next('session'), hash: 's', chatbotId: null, ...life }
    const owner = { actor: key.id, mintedBy: key.id }
    await store.startSession({ ...session, ...owner }, entry('session.started'))
    await store.endSession(session.id, entry('session.ended'))
    const { actor: _, chatbotId: __, ...started } = entry('session.started')
    const byLink = { ...life, id: world.ids.next('session'), hash: 't', linkHash: 'l' }
    await store.startSessionByLink({ ...byLink, rootMark: '' }, started)
    await store.deleteApiKey(key.id, entry('key.deleted'))
    await store.keepAudit(entry('leads.exported'))
    await store.deleteChatbot(chatbot.id, entry('chatbot.deleted'))
    expect((await actions()).reverse()).toEqual([
      'delivery.cancelled',
      'delivery.resent',
      'webhook.created',
      'webhook.updated',
      'webhook.secret_rotated',
      'webhook.rotation_finished',
      'webhook.waiting_sent',
      'webhook.paused',
      'webhook.recovery_started',
      'webhook.set_aside',
      'webhook.deleted',
      'lead.erased',
      'key.created',
      'owner_link.created',
      'session.started',
      'session.ended',
      'session.started',
      'key.deleted',
      'leads.exported',
      'chatbot.deleted',
    ])
    const [byOwner] = await store.listAudit({ actor: link.id }, PAGE)
    expect(byOwner).toMatchObject({ action: 'session.started', chatbotId: chatbot.id })
  })

  test('what was refused, or is not there, leaves no entry', async () => {
    const { world, store, chatbot, webhook, entry, actions } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await store.resend(claim.deliveryId, entry('delivery.resent'))
    const full = world.webhookValues(chatbot.id, { webhooksMax: 1 })
    await store.createWebhook(full, entry('webhook.created'))
    await store.updateWebhook('wh_none', {}, entry('webhook.updated'))
    await store.deleteWebhook('wh_none', entry('webhook.deleted'))
    const rotation = { secret: 'whsec_0123456789abcdef0123456789abcdef', overlapMs: 1e6 }
    await store.rotateSecret(webhook.id, rotation)
    await store.rotateSecret(webhook.id, rotation, entry('webhook.secret_rotated'))
    await store.eraseLead('lead_none', 'request', entry('lead.erased'))
    await store.deleteApiKey('key_none', entry('key.deleted'))
    await store.deleteChatbot('bot_none', entry('chatbot.deleted'))
    expect(await actions()).toEqual([])
  })

  test('changes of one URL, or secret, at once are each made, and told once', async () => {
    const { store, webhook, entry, actions } = await setup(suite)
    const urls = ['https://one.example/', 'https://two.example/', 'https://three.example/']
    const changes = urls.map((url) => {
      return store.updateWebhook(webhook.id, { url }, entry('webhook.updated'))
    })
    expect((await Promise.all(changes)).map((one) => done(one).url)).toEqual(urls)
    expect(urls).toContain((await store.getWebhook(webhook.id))?.url)
    const secrets = ['whsec_one', 'whsec_two', 'whsec_three']
    const rotations = secrets.map((secret) => {
      const rotation = { secret, overlapMs: 0 }
      return store.rotateSecret(webhook.id, rotation, entry('webhook.secret_rotated'))
    })
    expect(await Promise.all(rotations)).toMatchObject(secrets.map((secret) => ({ secret })))
    const edited = Array<AuditAction>(3).fill('webhook.updated')
    const rotated = Array<AuditAction>(3).fill('webhook.secret_rotated')
    expect((await actions()).sort()).toEqual([...rotated, ...edited])
  })

  test('a change that cannot be committed with its entry is not made', async () => {
    const { store, chatbot, entry } = await setup(suite)
    const once = entry('chatbot.updated')
    await store.updateChatbot(chatbot.id, { name: 'First' }, once)
    // The same id again: the entry can't be written, so nothing is.
    await expect(store.updateChatbot(chatbot.id, { name: 'Second' }, once)).rejects.toThrow()
    expect((await store.getChatbot(chatbot.id))?.name).toBe('First')
  })

  test('the log is found by chatbot, actor, action and page', async () => {
    const { store, chatbot, entry } = await setup(suite)
    const given = [
      entry('webhook.paused', { actor: 'key_1' }),
      entry('webhook.paused', { actor: 'key_2', chatbotId: null }),
      entry('webhook.resumed', { actor: 'key_2' }),
    ]
    for (const each of given) await store.keepAudit(each)
    const [first, second, third] = given.map(({ id }) => id)
    const list = async (...input: Parameters<typeof store.listAudit>) =>
      (await store.listAudit(...input)).map(({ id }) => id)
    expect(await list({}, PAGE)).toEqual([third, second, first])
    expect(await list({ chatbotId: chatbot.id }, PAGE)).toEqual([third, first])
    expect(await list({ actor: 'key_2' }, PAGE)).toEqual([third, second])
    expect(await list({ action: 'webhook.paused' }, PAGE)).toEqual([second, first])
    const both = { actor: 'key_2', action: 'webhook.paused' } as const
    expect(await list(both, PAGE)).toEqual([second])
    expect(await list({ ...both, chatbotId: chatbot.id }, PAGE)).toEqual([])
    expect(await list({ chatbotId: chatbot.id }, { limit: 1, after: null })).toEqual([third])
    expect(await list({ chatbotId: chatbot.id }, { limit: 1, after: third ?? '' })).toEqual([first])
    expect(await list({}, { limit: 9, after: second ?? '' })).toEqual([first])
  })

  if (!suite.movesTime) return

  test('the log is found by time, and stays longer than deliveries do', async () => {
    const { world, store, chatbot, entry } = await setup(suite)
    const old = entry('webhook.paused')
    await store.keepAudit(old)
    const startedAt = world.harness.clock.now()
    await world.advance(24 * 3_600_000)
    const young = { ...entry('webhook.resumed'), id: world.ids.next('audit') }
    await store.keepAudit(young)
    const list = async (filter: { from?: number; to?: number; chatbotId?: string }) =>
      (await store.listAudit(filter, PAGE)).map(({ id }) => id)
    for (const more of [{}, { chatbotId: chatbot.id }]) {
      expect(await list({ ...more, from: startedAt + 1 })).toEqual([young.id])
      expect(await list({ ...more, to: startedAt + 1 })).toEqual([old.id])
    }
    const policy = { retentionMs: 24 * 3_600_000, leadRetentionMs: null, limit: 100 }
    await world.advance(AUDIT_MS - 24 * 3_600_000)
    await store.prune(policy)
    expect(await list({})).toEqual([young.id, old.id])
    await world.advance(3_600_000)
    await store.prune({ ...policy, retentionMs: 2 * AUDIT_MS })
    expect(await list({})).toEqual([young.id, old.id])
    await store.prune(policy)
    expect(await list({})).toEqual([young.id])
  })
}
