import { expect, test } from 'vitest'
import { NOTICE_TYPES, type Notice } from '../../src/notice.ts'
import type { Claim } from '../../src/store/road.ts'
import { TOLD_EVERY_MS } from '../../src/store/rules/notices.ts'
import {
  DISABLE_AFTER_MS,
  type StoreWorld,
  type Suite,
  setup as setUp,
  testOverTime,
} from './store-world.ts'

const RETRY = { kind: 'retry', delayMs: 60_000, charged: true } as const
const UNAVAILABLE = { status: 503, error: 'The endpoint answered 503.' }
const STRAIN = { askedMs: null, enough: 1, draw: 0.5 }

/** A webhook for leads, and another that is told of it. */
async function setup(suite: Suite) {
  const { world, store, chatbot, webhook } = await setUp(suite)
  const watcher = await world.webhook(chatbot.id, { eventTypes: [...NOTICE_TYPES] })
  /** Attempts of new leads, one after another: F fails, S succeeds. */
  const attempts = async (results: string) => {
    const claims: Claim[] = []
    for (const result of results) {
      const claim = await world.claim(chatbot.id)
      await world.record(claim, result === 'S' ? { kind: 'delivered' } : RETRY)
      claims.push(claim)
    }
    return claims
  }
  return { world, store, chatbot, webhook, watcher, attempts, due: () => due(world) }
}

async function due(world: StoreWorld): Promise<Notice[]> {
  return (await world.store.noticesDue(100)).notices
}

async function typesDue(world: StoreWorld): Promise<string[]> {
  return (await due(world)).map(({ type }) => type).sort()
}

/** Tells all that is due; what became of each. */
async function tellAll(world: StoreWorld) {
  const told: string[] = []
  for (const notice of await due(world)) {
    const event = { id: world.ids.next('event'), payload: '{"told":true}' }
    told.push(await world.store.tellNotice({ notice, event }))
  }
  return told
}

export function describeNotices(suite: Suite): void {
  test('two failed attempts in a row are noted once, until the webhook is well again', async () => {
    const { world, webhook, attempts } = await setup(suite)
    await attempts('FS')
    expect(await due(world)).toEqual([])
    const [, , , last] = await attempts('FFFF')
    expect(last).toBeDefined()
    expect(await due(world)).toEqual([
      expect.objectContaining({
        webhookId: webhook.id,
        type: 'webhook.failing',
        times: 1,
        toldAt: null,
        status: 500,
        cause: 'server_error',
        eventType: 'lead.submit',
      }),
    ])
    expect(await tellAll(world)).toEqual(['told'])
    await attempts('F')
    expect(await due(world)).toEqual([])
    await attempts('S')
    expect(await typesDue(world)).toEqual(['webhook.recovered'])
  })

  test('a quarter of the last 20 is failing too, and one success does not mend that', async () => {
    const { world, attempts } = await setup(suite)
    await attempts('FSFSSSFSSSFSSS')
    expect(await due(world)).toEqual([])
    await attempts('F')
    expect(await typesDue(world)).toEqual(['webhook.failing'])
    await attempts('SSSSS')
    expect(await typesDue(world)).toEqual(['webhook.failing'])
    await attempts('S')
    expect(await typesDue(world)).toEqual(['webhook.failing', 'webhook.recovered'])
  })

  test('more than 20 attempts ago counts for nothing', async () => {
    const { world, attempts } = await setup(suite)
    await attempts('FSFSFSFSSSSSSSSSSSSSSSSFSFS')
    expect(await due(world)).toEqual([])
  })

  test('a webhook that failed ten times works again with the first success', async () => {
    const { world, attempts } = await setup(suite)
    await attempts('FFFFFFFFFFS')
    expect(await typesDue(world)).toEqual(['webhook.failing', 'webhook.recovered'])
  })

  test('what is told makes an event and deliveries, and of the same nothing more for an hour', async () => {
    const { world, store, chatbot, watcher, webhook, attempts } = await setup(suite)
    await attempts('FF')
    const [notice] = await due(world)
    expect(notice).toBeDefined()
    if (!notice) return
    const event = { id: world.ids.next('event'), payload: '{"webhookId":"wh"}' }
    expect(await store.tellNotice({ notice, event })).toBe('told')
    const made = await store.getEvent(event.id)
    expect(made).toMatchObject({
      chatbotId: chatbot.id,
      eventType: 'webhook.failing',
      payload: event.payload,
    })
    expect(made?.deliveries).toEqual([
      expect.objectContaining({
        webhookId: watcher.id,
        eventType: 'webhook.failing',
        kind: 'event',
        state: 'pending',
        claimed: false,
      }),
    ])
    const { claims } = await store.claimDue({
      nodeId: world.nodeId,
      lanes: [{ webhookId: watcher.id, limit: 10 }],
    })
    expect(claims).toEqual([expect.objectContaining({ payload: event.payload })])
    expect(
      await store.tellNotice({ notice, event: { ...event, id: world.ids.next('event') } }),
    ).toBe('told_meanwhile')
    expect((await store.getWebhook(webhook.id))?.state).toBe('active')
    await attempts('SFFSFFS')
    const later = await store.noticesDue(100)
    expect(later.notices.map(({ type }) => type)).toEqual(['webhook.recovered'])
    expect(later.nextInMs).toBeGreaterThan(TOLD_EVERY_MS - 60_000)
    expect(later.nextInMs).toBeLessThanOrEqual(TOLD_EVERY_MS)
  })

  test('of several that tell the same at once one does', async () => {
    const { world, store, chatbot, watcher, attempts } = await setup(suite)
    await attempts('FF')
    const [notice] = await due(world)
    if (!notice) throw new Error('it is noted')
    const events = Array.from({ length: 5 }, () => ({ id: world.ids.next('event'), payload: '{}' }))
    const told = await Promise.all(events.map((event) => store.tellNotice({ notice, event })))
    expect(told.toSorted()).toEqual(['told', ...Array<string>(4).fill('told_meanwhile')])
    const page = { limit: 10, after: null }
    const made = await store.listDeliveries({ chatbotId: chatbot.id, webhookId: watcher.id }, page)
    expect(made).toHaveLength(1)
    expect(made[0]?.eventId).toBe(events[told.indexOf('told')]?.id)
  })

  test('what is noted while it is told stays for the next time', async () => {
    const { world, store, chatbot } = await setup(suite)
    const giveUp = async () => world.record(await world.claim(chatbot.id), { kind: 'exhausted' })
    await giveUp()
    const [notice] = await due(world)
    await giveUp()
    await giveUp()
    expect(notice).toMatchObject({ type: 'delivery.failed', times: 1 })
    if (!notice) return
    const event = { id: world.ids.next('event'), payload: '{}' }
    expect(await store.tellNotice({ notice, event })).toBe('told')
    expect((await store.noticesDue(100)).nextInMs).not.toBeNull()
    if (!suite.movesTime) return
    await world.advance(TOLD_EVERY_MS)
    const later = (await due(world)).find(({ type }) => type === 'delivery.failed')
    expect(later).toMatchObject({ times: 2 })
    expect(later?.since).toBeGreaterThanOrEqual(later?.toldAt ?? Number.POSITIVE_INFINITY)
  })

  test('a rest, and that it is over', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await world.record(claim, RETRY, { attempt: UNAVAILABLE, strain: { ...STRAIN, askedMs: 1 } })
    expect(await typesDue(world)).toEqual(['webhook.resting'])
    await store.setWebhookState(webhook.id, 'active', null)
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    expect(await typesDue(world)).toEqual(['webhook.recovered', 'webhook.resting'])
  })

  test('a disabled webhook is told at once, recovered when it takes something after it was resumed', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const attempt = { status: 410 }
    const [first, second] = [await world.claim(chatbot.id), await world.claim(chatbot.id)]
    await world.record(first, { kind: 'gone' }, { attempt })
    // It was on its way.
    await world.record(second, { kind: 'gone' }, { attempt })
    expect(await due(world)).toEqual([
      expect.objectContaining({ type: 'webhook.disabled', status: 410, times: 1 }),
    ])
    await tellAll(world)
    await store.setWebhookState(webhook.id, 'active', null)
    expect(await due(world)).toEqual([])
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    expect(await typesDue(world)).toEqual(['webhook.recovered'])
  })

  test('that it recovered is a change of it, also when it had not failed since it was resumed', async () => {
    const { world, store, webhook, attempts } = await setup(suite)
    await attempts('FF')
    await tellAll(world)
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.setWebhookState(webhook.id, 'active', null)
    const heard: string[] = []
    store.onChange((change) => change.type === 'webhook.updated' && heard.push(change.aspect))
    await attempts('S')
    expect(await typesDue(world)).toEqual(['webhook.recovered'])
    await expect.poll(() => heard).toContain('health')
  })

  test('after a resume it is told anew that it fails', async () => {
    const { world, store, webhook, attempts } = await setup(suite)
    await attempts('FF')
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.setWebhookState(webhook.id, 'active', null)
    await attempts('F')
    expect(await due(world)).toMatchObject([{ type: 'webhook.failing', times: 1 }])
    await attempts('F')
    expect(await due(world)).toMatchObject([{ type: 'webhook.failing', times: 2 }])
  })

  test('a test event raises nothing, and a fault of ours only that it was given up', async () => {
    const { world, store, webhook, chatbot } = await setup(suite)
    for (let sent = 0; sent < 3; sent += 1) {
      const test = await store.createTest({
        nodeId: world.nodeId,
        webhookId: webhook.id,
        eventId: world.ids.next('event'),
        eventType: 'lead.submit',
        payload: '{}',
      })
      expect(test).not.toBeNull()
      if (test) await world.record(test, { kind: 'exhausted' })
    }
    for (const outcome of [RETRY, RETRY, { kind: 'exhausted' } as const]) {
      const attempt = { status: null, errorCode: 'our_fault' }
      await world.record(await world.claim(chatbot.id), outcome, { attempt })
    }
    expect(await due(world)).toMatchObject([{ type: 'delivery.failed', cause: 'our_fault' }])
  })

  test('nothing is told of the delivery of a notice, and nothing to the webhook that it is about', async () => {
    const { world, store, chatbot, webhook, watcher } = await setup(suite)
    // They watch each other.
    await store.updateWebhook(webhook.id, { eventTypes: ['lead.submit', ...NOTICE_TYPES] })
    const giveUp = async () => world.record(await world.claim(chatbot.id), { kind: 'exhausted' })
    await giveUp()
    await giveUp()
    expect(await typesDue(world)).toEqual(['delivery.failed', 'webhook.failing'])
    expect(await tellAll(world)).toEqual(['told', 'told'])
    const lanes = [webhook, watcher].map(({ id }) => ({ webhookId: id, limit: 10 }))
    const { claims } = await store.claimDue({ nodeId: world.nodeId, lanes })
    expect(claims.map(({ webhookId }) => webhookId)).toEqual([watcher.id, watcher.id])
    for (const claim of claims) await world.record(claim, { kind: 'exhausted' })
    expect(await due(world)).toEqual([])
    expect((await store.getWebhook(watcher.id))?.health.consecutiveFailures).toBe(2)
  })

  test('one that only watches itself, a webhook of another chatbot and one of all types get nothing', async () => {
    const { world, store, webhook, watcher, attempts } = await setup(suite)
    await store.deleteWebhook(watcher.id)
    await store.updateWebhook(webhook.id, { eventTypes: ['lead.submit', ...NOTICE_TYPES] })
    const other = await world.chatbot()
    await world.webhook(other.id, { eventTypes: [...NOTICE_TYPES] })
    await attempts('FF')
    expect(await store.noticesDue(100)).toEqual({ notices: [], nextInMs: null })
  })

  test('where nobody subscribes any more it is dropped', async () => {
    const { world, store, watcher, attempts } = await setup(suite)
    await attempts('FF')
    await store.updateWebhook(watcher.id, { eventTypes: ['delivery.failed'] })
    const notices = await due(world)
    expect(await tellAll(world)).toEqual(['nobody'])
    expect(await due(world)).toEqual([])
    const [notice] = notices
    if (notice) expect(await store.tellNotice({ notice, event: null })).toBe('told_meanwhile')
  })

  test('with its webhook goes what was noted of it', async () => {
    const { store, webhook, attempts, due } = await setup(suite)
    await attempts('FF')
    await store.deleteWebhook(webhook.id)
    expect(await due()).toEqual([])
  })

  test('a watcher that is paused has its notices parked', async () => {
    const { world, store, watcher, attempts } = await setup(suite)
    await store.setWebhookState(watcher.id, 'paused', null)
    await attempts('FF')
    const [notice] = await due(world)
    if (!notice) throw new Error('it is noted')
    const event = { id: world.ids.next('event'), payload: '{}' }
    expect(await store.tellNotice({ notice, event })).toBe('told')
    const made = await store.getEvent(event.id)
    expect(made?.deliveries).toMatchObject([{ state: 'parked', stateReason: 'webhook_paused' }])
  })

  test('what is noted outlives the process', async () => {
    const { world, attempts } = await setup(suite)
    await attempts('FF')
    await world.reopen()
    expect(await typesDue(world)).toEqual(['webhook.failing'])
  })

  testOverTime(suite, 'one that failed for days is disabled, and told so', async () => {
    const { world, attempts } = await setup(suite)
    await attempts('FFFFF')
    await tellAll(world)
    await world.advance(DISABLE_AFTER_MS)
    await world.join()
    await attempts('F')
    expect(await typesDue(world)).toEqual(['webhook.disabled'])
  })
}
