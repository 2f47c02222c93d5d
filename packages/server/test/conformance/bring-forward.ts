import { expect, test } from 'vitest'
import { type DecideInput, decide } from '../../src/record/decide.ts'
import type { Claim } from '../../src/store/road.ts'
import { type Suite, setup, testOverTime } from './store-world.ts'

const HOUR_MS = 3_600_000
const DELIVERED = { kind: 'delivered' } as const
const LATER = { kind: 'retry', delayMs: HOUR_MS, charged: true } as const
const STRAIN = { askedMs: null, enough: 3, draw: 0.5 }
const [SECOND_MS, MINUTE_MS] = [1_000, 60_000]
/** That of RETRY_SCHEDULE: a day in all. */
const SCHEDULE_MS = [
  0,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  8 * HOUR_MS,
]
/** Without jitter. */
const NOT_TAKEN: Omit<DecideInput, 'seriesAttempts'> = {
  result: {
    kind: 'answered',
    status: 422,
    headers: {},
    body: '',
    note: null,
    retryAfterMs: null,
    durationMs: 1,
  },
  kind: 'event',
  unchargedAttempts: 0,
  scheduleMs: SCHEDULE_MS,
  draw: 0.5,
}
const AWAY = { status: null, errorCode: 'connect', error: 'Connection refused' }

async function failing(suite: Suite) {
  const made = await setup(suite)
  const { world, chatbot, webhook } = made
  const lanes = [{ webhookId: webhook.id, limit: 100 }]
  const claimDue = async () => (await world.store.claimDue({ nodeId: world.nodeId, lanes })).claims
  /** So many deliveries that fail; each waits for an hour then. */
  const fail = async (count: number, values: Parameters<typeof world.record>[2] = {}) => {
    const claims: Claim[] = []
    for (let made = 0; made < count; made++) claims.push(await world.claim(chatbot.id))
    for (const claim of claims) await world.record(claim, LATER, values)
    return claims.map((claim) => claim.deliveryId)
  }
  const succeed = async () => world.record(await world.claim(chatbot.id), DELIVERED)
  const bringAll = async () => {
    for (;;) if ((await world.store.bringForward(2)).moved < 2) return
  }
  const idsOf = (claims: Claim[]) => claims.map((claim) => claim.deliveryId).sort()
  const test = async () => {
    const claim = await world.store.createTest({
      nodeId: world.nodeId,
      webhookId: webhook.id,
      eventId: world.ids.next('event'),
      eventType: 'lead.submit',
      payload: '{}',
    })
    return world.record(claim as Claim, DELIVERED)
  }
  return { ...made, claimDue, fail, succeed, bringAll, idsOf, test }
}

export function describeBringForward(suite: Suite): void {
  test('what waits for an endpoint that failed as a whole is due when it answers again', async () => {
    const { world, store, chatbot, webhook, claimDue, fail, succeed, bringAll, idsOf } =
      await failing(suite)
    const late = await world.claim(chatbot.id)
    const ids = await fail(3)
    const told: string[] = []
    store.onWaiting((woken) => told.push(...woken))
    expect(await store.bringForward(10)).toEqual({ moved: 0 })
    expect(await succeed()).toMatchObject({ state: 'delivered', rest: 'ended' })
    expect((await store.getWebhook(webhook.id))?.restedAt).toEqual(expect.any(Number))
    await world.advance(1)
    // It was on its way meanwhile.
    await world.record(late, LATER)
    expect(await claimDue()).toEqual([])
    await bringAll()
    expect(new Set(told)).toEqual(new Set([webhook.id]))
    const claims = await claimDue()
    expect(idsOf(claims)).toEqual(ids)
    for (const claim of claims) {
      const { dueAt } = await world.delivery(claim.deliveryId)
      expect(dueAt).not.toBeNull()
      await world.record(claim, LATER)
      expect(await world.delivery(claim.deliveryId)).toMatchObject({ seriesAttempts: 1 })
    }
    expect(await claimDue()).toEqual([])
  })

  test.runIf(suite.movesTime)(
    'an endpoint that was away for a second is begun anew, one that failed for a moment is not',
    async () => {
      const { world, store, webhook, fail, succeed } = await failing(suite)
      const restedAt = async () => (await store.getWebhook(webhook.id))?.restedAt
      await fail(3)
      await succeed()
      const first = await restedAt()
      expect(first).toEqual(expect.any(Number))
      await fail(3)
      await world.advance(999)
      expect(await succeed()).toMatchObject({ rest: 'ended' })
      expect(await restedAt()).toBe(first)
      await fail(3)
      await world.advance(1_000)
      await succeed()
      expect(await restedAt()).toBe(world.harness.clock.now())
    },
  )

  test('by itself each is brought forward once in a wait of its schedule', async () => {
    const { world, store, claimDue, fail, succeed, bringAll } = await failing(suite)
    const [id = ''] = await fail(3)
    await succeed()
    await bringAll()
    for (const claim of await claimDue()) await world.record(claim, LATER)
    await succeed()
    await bringAll()
    expect(await claimDue()).toEqual([])
    // By hand it is, again and again.
    await store.resend(id)
    expect(await claimDue()).toMatchObject([{ deliveryId: id, seriesAttempts: 1 }])
  })

  testOverTime(suite, 'in the next wait it is again', async () => {
    const { world, claimDue, fail, succeed, bringAll, idsOf } = await failing(suite)
    const ids = await fail(3)
    await succeed()
    await bringAll()
    for (const claim of await claimDue()) await world.record(claim, LATER)
    await world.advance(HOUR_MS)
    await world.join()
    const claims = await claimDue()
    expect(idsOf(claims)).toEqual(ids)
    for (const claim of claims) await world.record(claim, LATER)
    expect(await claimDue()).toEqual([])
    await succeed()
    await bringAll()
    const again = await claimDue()
    expect(idsOf(again)).toEqual(ids)
    expect(again).toMatchObject([{ seriesAttempts: 2 }, { seriesAttempts: 2 }, {}])
  })

  test('two that fail beside others bring nothing forward', async () => {
    const { claimDue, fail, succeed, bringAll } = await failing(suite)
    await fail(2)
    expect(await succeed()).not.toHaveProperty('rest')
    await bringAll()
    expect(await claimDue()).toEqual([])
  })

  test('a rest that ends by a 2xx brings forward, one that ends by another answer does not', async () => {
    const { world, store, claimDue, fail, bringAll, idsOf } = await failing(suite)
    const ids = await fail(3, { attempt: AWAY, strain: STRAIN })
    const [first = '', second = '', third = ''] = ids
    await store.resend(first)
    const [probe] = await claimDue()
    // It fails at this one only.
    expect(await world.record(probe as Claim, LATER)).toMatchObject({ rest: 'ended' })
    await bringAll()
    expect(await claimDue()).toEqual([])
    await store.resend(second)
    const [taken] = await claimDue()
    await world.record(taken as Claim, DELIVERED)
    await bringAll()
    expect(idsOf(await claimDue())).toEqual([third])
  })

  test('a test event that is taken brings forward, resting or not', async () => {
    const { claimDue, fail, bringAll, idsOf, test, world } = await failing(suite)
    const ids = await fail(3)
    expect(await test()).toMatchObject({ rest: 'ended' })
    await bringAll()
    const claims = await claimDue()
    expect(idsOf(claims)).toEqual(ids)
    for (const claim of claims) await world.record(claim, DELIVERED)
    const others = await fail(3, { attempt: AWAY, strain: STRAIN })
    expect(await test()).toMatchObject({ rest: 'ended' })
    await bringAll()
    expect(idsOf(await claimDue())).toEqual(others)
  })

  test('all that wait are sent by hand, in steps, and each once', async () => {
    const { world, store, webhook, claimDue, fail, bringAll, idsOf } = await failing(suite)
    const ids = await fail(5)
    expect(await store.sendWaiting(webhook.id)).toEqual({ count: 5 })
    expect(await store.bringForward(2)).toEqual({ moved: 2 })
    await world.advance(1)
    const early = await claimDue()
    expect(idsOf(early)).toEqual(ids.slice(0, 2))
    for (const claim of early) await world.record(claim, LATER)
    await bringAll()
    expect(idsOf(await claimDue())).toEqual(ids.slice(2))
    expect(await store.bringForward(10)).toEqual({ moved: 0 })
    expect(await world.delivery(ids[0] ?? '')).toMatchObject({ seriesAttempts: 1 })
    // Once more, by hand.
    expect(await store.sendWaiting(webhook.id)).toEqual({ count: 2 })
    await bringAll()
    expect(idsOf(await claimDue())).toEqual(ids.slice(0, 2))
  })

  test('of a webhook that rests one is sent to see, and the others when it is taken', async () => {
    const { world, store, webhook, claimDue, fail, bringAll, idsOf } = await failing(suite)
    const ids = await fail(4, { attempt: AWAY, strain: STRAIN })
    expect(await claimDue()).toEqual([])
    expect(await store.sendWaiting(webhook.id)).toEqual({ count: 4 })
    await bringAll()
    const [probe, ...none] = await claimDue()
    expect([probe?.probe, none]).toEqual([true, []])
    await world.record(probe as Claim, LATER, { attempt: AWAY, strain: STRAIN })
    expect(await claimDue()).toEqual([])
    expect(await store.sendWaiting(webhook.id)).toEqual({ count: 4 })
    await bringAll()
    const [again] = await claimDue()
    await world.record(again as Claim, DELIVERED)
    const claims = await claimDue()
    expect(idsOf([again as Claim, ...claims])).toEqual(ids)
    expect(claims.every((claim) => claim.seriesAttempts === 1)).toBe(true)
  })

  test('of a webhook that is not active, or not there, nothing is sent', async () => {
    const { store, webhook, fail } = await failing(suite)
    await fail(1)
    await store.setWebhookState(webhook.id, 'paused', null)
    expect(await store.sendWaiting(webhook.id)).toBe('wrong_state')
    expect(await store.sendWaiting('wh_none')).toBeNull()
  })

  test('another webhook is left alone, and so is what another start finds half done', async () => {
    const { world, chatbot, webhook, fail, idsOf } = await failing(suite)
    const ids = await fail(3)
    const other = await world.webhook(chatbot.id)
    await world.store.sendWaiting(webhook.id)
    await world.store.bringForward(1)
    await world.store.leaveNode(world.nodeId)
    await world.reopen()
    while ((await world.store.bringForward(2)).moved > 0);
    const lanes = [webhook, other].map(({ id }) => ({ webhookId: id, limit: 10 }))
    const { claims } = await world.store.claimDue({ nodeId: world.nodeId, lanes })
    expect(idsOf(claims)).toEqual(ids)
  })

  testOverTime(
    suite,
    'what always fails beside a thousand that do not gets all of its schedule',
    async () => {
      const { world, chatbot, claimDue, succeed, bringAll } = await failing(suite)
      const bad = [1, 2, 3].map(() => world.leadEvent())
      const ids: string[] = []
      const charged = new Map<string, number[]>()
      let extras = 0
      const attempt = async (claim: Claim) => {
        const outcome = decide({ ...NOT_TAKEN, seriesAttempts: claim.seriesAttempts })
        const { seriesAttempts: before } = await world.delivery(claim.deliveryId)
        await world.record(claim, outcome, { attempt: { status: 422 } })
        const { seriesAttempts } = await world.delivery(claim.deliveryId)
        if (seriesAttempts === before) extras += 1
        else charged.get(claim.deliveryId)?.push(world.harness.clock.now())
      }
      for (const event of bad) {
        const claim = await world.claim(chatbot.id, { events: [event] })
        ids.push(claim.deliveryId)
        charged.set(claim.deliveryId, [])
        await attempt(claim)
      }
      // Three in a row failed, so the next that is taken brings them forward; then one every 90 s.
      for (let good = 0; good < 1_000; good++) {
        await succeed()
        await bringAll()
        for (const claim of await claimDue()) await attempt(claim)
        await world.advance(90_000)
        await world.join()
      }
      expect(extras).toBeGreaterThan(0)
      expect(extras).toBeLessThanOrEqual(ids.length * (SCHEDULE_MS.length - 1))
      for (const id of ids) {
        const times = charged.get(id) ?? []
        expect(times).toHaveLength(SCHEDULE_MS.length)
        for (const [index, waitMs] of SCHEDULE_MS.entries()) {
          if (index > 0) {
            expect((times[index] ?? 0) - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(waitMs)
          }
        }
        expect(await world.delivery(id)).toMatchObject({ state: 'exhausted', seriesAttempts: 10 })
      }
    },
  )

  test.runIf(suite.movesTime)(
    'one that comes and goes without an end is walked after those that came back before',
    async () => {
      const { world, store, chatbot, claimDue, fail, succeed } = await failing(suite)
      await fail(5)
      await succeed()
      expect(await store.bringForward(2)).toEqual({ moved: 2 })
      const { id } = await world.webhook(chatbot.id, { eventTypes: ['a.b'] })
      await world.record(await world.claim(chatbot.id, { events: [world.event('a.b')] }), LATER)
      await world.advance(1)
      await store.sendWaiting(id)
      await fail(3)
      await world.advance(1)
      await succeed()
      expect(await store.bringForward(2)).toEqual({ moved: 2 })
      const lanes = [{ webhookId: id, limit: 10 }]
      const { claims } = await store.claimDue({ nodeId: world.nodeId, lanes })
      expect(claims).toHaveLength(1)
      expect(await claimDue()).toHaveLength(3)
    },
  )

  test('a step is no longer for many webhooks that nothing waits for', async () => {
    const { world, store, chatbot } = await failing(suite)
    for (let made = 0; made < 3; made++) {
      const { id } = await world.webhook(chatbot.id)
      await store.sendWaiting(id)
    }
    expect(await store.bringForward(2)).toEqual({ moved: 2 })
    expect(await store.bringForward(2)).toEqual({ moved: 1 })
    expect(await store.bringForward(2)).toEqual({ moved: 0 })
  })
}
