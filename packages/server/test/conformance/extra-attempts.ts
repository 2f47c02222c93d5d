import { expect, test } from 'vitest'
import type { Claim } from '../../src/store/road.ts'
import { type Suite, setup, testOverTime } from './store-world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DELIVERED = { kind: 'delivered' } as const
const AWAY = { status: null, errorCode: 'connect', error: 'Connection refused' }

function retry(delayMs: number) {
  return { kind: 'retry', delayMs, charged: true } as const
}

/** One delivery that failed once and waits for an hour. */
async function waiting(suite: Suite) {
  const made = await setup(suite)
  const { world, chatbot, webhook } = made
  const claimDue = async (limit = 10) => {
    const lanes = [{ webhookId: webhook.id, limit }]
    return (await world.store.claimDue({ nodeId: world.nodeId, lanes })).claims
  }
  const claimOne = async () => {
    const claims = await claimDue(1)
    expect(claims).toHaveLength(1)
    return claims[0] as Claim
  }
  const failOne = async (delayMs = HOUR_MS) => {
    const claim = await world.claim(chatbot.id)
    await world.record(claim, retry(delayMs))
    return claim.deliveryId
  }
  const jump = async (ms: number) => {
    await world.advance(ms)
    await world.join()
  }
  /** The endpoint asks for less: its webhook rests for a minute. */
  const rest = async () => {
    const claim = await world.claim(chatbot.id)
    const strain = { askedMs: MINUTE_MS, enough: 3, draw: 0 }
    await world.record(claim, retry(HOUR_MS), { attempt: { status: 429 }, strain })
    expect((await world.store.getWebhook(webhook.id))?.rest).not.toBeNull()
    return claim.deliveryId
  }
  return { ...made, claimDue, claimOne, failOne, jump, rest, id: await failOne() }
}

export function describeExtraAttempts(suite: Suite): void {
  test('what waits is sent now, and its schedule stays as it was', async () => {
    const { world, store, claimDue, claimOne, id } = await waiting(suite)
    const told: string[][] = []
    store.onWaiting((ids) => told.push(ids))
    const { dueAt, webhookId, seriesAttempts } = await world.delivery(id)
    expect(await claimDue()).toEqual([])
    const sent = await store.resend(id)
    expect(sent).toMatchObject({ id, state: 'pending', seriesAttempts: 1, scheduleDueAt: dueAt })
    expect(Number(typeof sent === 'object' && sent?.dueAt)).toBeLessThan(Number(dueAt))
    expect(told).toEqual([[webhookId]])
    const extra = await claimOne()
    expect(extra).toMatchObject({ deliveryId: id, attemptNumber: 2, seriesAttempts })
    const result = await world.record(extra, retry(5_000))
    expect(result).toMatchObject({ kind: 'recorded', state: 'pending' })
    expect(Number(result.kind === 'recorded' && result.dueInMs)).toBeGreaterThan(HOUR_MS - 60_000)
    expect(await world.delivery(id)).toMatchObject({ dueAt, attemptCount: 2, seriesAttempts })
    expect(await claimDue()).toEqual([])
  })

  test('asked for twice it is sent once, and what is due already answers as it is', async () => {
    const { world, store, chatbot, claimDue, id } = await waiting(suite)
    const first = await store.resend(id)
    const second = await store.resend(id)
    expect(second).toEqual(first)
    expect(await claimDue()).toHaveLength(1)
    const event = world.leadEvent()
    await world.accept(chatbot.id, { events: [event], lease: null })
    const [due] = (await store.getEvent(event.id))?.deliveries ?? []
    expect(await store.resend(due?.id ?? '')).toEqual({ ...due, scheduleDueAt: null })
  })

  test('an extra attempt gives nothing up, and one that is taken ends it', async () => {
    const { world, store, claimOne, id } = await waiting(suite)
    const { dueAt } = await world.delivery(id)
    await store.resend(id)
    await world.record(await claimOne(), { kind: 'exhausted' })
    const after = await world.delivery(id)
    expect(after).toMatchObject({ state: 'pending', seriesAttempts: 1, attemptCount: 2, dueAt })
    await store.resend(id)
    expect(await world.record(await claimOne(), DELIVERED)).toMatchObject({ state: 'delivered' })
    expect(await world.delivery(id)).toMatchObject({ state: 'delivered', scheduleDueAt: null })
    expect(await store.backlog()).toBe(0)
  })

  test('an extra attempt that asks to wait for longer than the schedule is heard', async () => {
    const { world, store, claimOne, id } = await waiting(suite)
    await store.resend(id)
    const strain = { askedMs: 2 * HOUR_MS, enough: 3, draw: 0 }
    const outcome = { kind: 'retry', delayMs: 2 * HOUR_MS, charged: false, forMsMax: 1 } as const
    const result = await world.record(await claimOne(), outcome, {
      attempt: { status: 429 },
      strain,
    })
    expect(result).toMatchObject({ state: 'pending', dueInMs: 2 * HOUR_MS })
    expect(await world.delivery(id)).toMatchObject({ seriesAttempts: 1 })
  })

  test('an endpoint that is gone parks it, and what is unparked is charged', async () => {
    const { world, store, webhook, claimOne, id } = await waiting(suite)
    await store.resend(id)
    await world.record(await claimOne(), { kind: 'gone' })
    const parked = { state: 'parked', stateReason: 'webhook_disabled', scheduleDueAt: null }
    expect(await world.delivery(id)).toMatchObject({ ...parked, seriesAttempts: 1 })
    expect(await store.resend(id)).toBe('wrong_state')
    await store.setWebhookState(webhook.id, 'active', null)
    await store.settle(10)
    await world.record(await claimOne(), retry(HOUR_MS))
    expect(await world.delivery(id)).toMatchObject({ state: 'pending', seriesAttempts: 2 })
  })

  test('what was to be sent and is paused before is parked like the others', async () => {
    const { world, store, webhook, claimOne, id } = await waiting(suite)
    await store.resend(id)
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(10)
    expect(await world.delivery(id)).toMatchObject({ state: 'parked', scheduleDueAt: null })
    await store.setWebhookState(webhook.id, 'active', null)
    await store.settle(10)
    await world.record(await claimOne(), { kind: 'exhausted' })
    expect(await world.delivery(id)).toMatchObject({ state: 'exhausted' })
  })

  test('what is under way, parked, or of a webhook that is paused is not sent now', async () => {
    const { world, store, webhook, claimOne, id } = await waiting(suite)
    await store.resend(id)
    const claim = await claimOne()
    expect(await store.resend(id)).toBe('wrong_state')
    await world.record(claim, retry(HOUR_MS))
    await store.setWebhookState(webhook.id, 'paused', null)
    expect(await store.resend(id)).toBe('wrong_state')
    await store.settle(10)
    expect(await store.resend(id)).toBe('wrong_state')
  })

  test('a claim that comes back is still an extra attempt', async () => {
    const { world, store, claimOne, id } = await waiting(suite)
    const { dueAt } = await world.delivery(id)
    await store.resend(id)
    await claimOne()
    await store.release(world.nodeId, [id])
    expect((await claimOne()).deliveryId).toBe(id)
    await store.leaveNode(world.nodeId)
    await world.join()
    await world.record(await claimOne(), retry(1_000))
    expect(await world.delivery(id)).toMatchObject({ seriesAttempts: 1, attemptCount: 2, dueAt })
  })

  test('after another start it is still an extra attempt', async () => {
    const { world, claimOne, id } = await waiting(suite)
    const { dueAt } = await world.delivery(id)
    await world.store.resend(id)
    await claimOne()
    await world.store.leaveNode(world.nodeId)
    await world.reopen()
    await world.record(await claimOne(), { kind: 'exhausted' })
    expect(await world.delivery(id)).toMatchObject({ state: 'pending', seriesAttempts: 1, dueAt })
  })

  test('an attempt that was cancelled while it was on its way is history', async () => {
    const { world, store, claimOne, id } = await waiting(suite)
    await store.resend(id)
    const claim = await claimOne()
    await store.cancel(id, 'cancelled_by_owner')
    expect(await world.record(claim, retry(1_000))).toMatchObject({ state: 'cancelled' })
    expect(await store.resend(id)).toMatchObject({ seriesAttempts: 0, scheduleDueAt: null })
    await world.record(await claimOne(), retry(1_000))
    expect(await world.delivery(id)).toMatchObject({ seriesAttempts: 1, scheduleDueAt: null })
  })

  test('a webhook that rests is passed by what is sent now, and by no other', async () => {
    const { world, store, claimDue, claimOne, failOne, rest, id } = await waiting(suite)
    const other = await failOne(0)
    await rest()
    expect(await claimDue()).toEqual([])
    await store.resend(id)
    const [lane] = await store.lanesWaiting()
    expect(lane?.dueInMs).toBeLessThanOrEqual(0)
    const probe = await claimOne()
    expect(probe).toMatchObject({ deliveryId: id, probe: true })
    expect(await claimDue()).toEqual([])
    const strain = { askedMs: null, enough: 3, draw: 0.5 }
    const failed = await world.record(probe, retry(1_000), { attempt: AWAY, strain })
    expect(failed).toMatchObject({ state: 'pending', rest: { probeInMs: expect.any(Number) } })
    expect(await world.delivery(id)).toMatchObject({ seriesAttempts: 1 })
    expect(await claimDue()).toEqual([])
    await store.resend(id)
    expect(await world.record(await claimOne(), DELIVERED)).toMatchObject({ rest: 'ended' })
    expect(await claimDue()).toMatchObject([{ deliveryId: other }])
  })

  test('while a probe is out, what is sent now is the next one, at once', async () => {
    const { world, store, claimDue, claimOne, failOne, rest, id } = await waiting(suite)
    const second = await failOne()
    await rest()
    await store.resend(id)
    const probe = await claimOne()
    await store.resend(second)
    expect(await claimDue()).toEqual([])
    const strain = { askedMs: null, enough: 3, draw: 0.5 }
    const result = await world.record(probe, retry(1_000), { attempt: AWAY, strain })
    expect(result).toMatchObject({ rest: { probeInMs: 0 } })
    expect(await claimOne()).toMatchObject({ deliveryId: second, probe: true })
  })

  test('what a rest holds though it is due is sent now as an extra attempt', async () => {
    const { world, store, claimDue, claimOne, rest, failOne } = await waiting(suite)
    const held = await failOne(0)
    const { dueAt } = await world.delivery(held)
    await rest()
    expect(await claimDue()).toEqual([])
    await store.resend(held)
    const strain = { askedMs: null, enough: 3, draw: 0.5 }
    await world.record(await claimOne(), { kind: 'exhausted' }, { attempt: AWAY, strain })
    expect(await world.delivery(held)).toMatchObject({ state: 'pending', seriesAttempts: 1, dueAt })
    expect(await claimDue()).toEqual([])
  })

  test('what is wanted and then cancelled lets the rest go on', async () => {
    const { store, webhook, claimDue, failOne, rest, id } = await waiting(suite)
    await failOne(0)
    await rest()
    const before = (await store.getWebhook(webhook.id))?.rest
    await store.resend(id)
    await store.cancel(id, 'cancelled_by_owner')
    expect(await claimDue()).toEqual([])
    expect((await store.getWebhook(webhook.id))?.rest).toMatchObject({
      until: before?.until,
      probeAt: before?.probeAt,
    })
  })

  testOverTime(
    suite,
    'what comes after its schedule has come is the attempt of the schedule',
    async () => {
      const { world, store, claimOne, jump, id } = await waiting(suite)
      await store.resend(id)
      await jump(HOUR_MS + 1_000)
      await world.record(await claimOne(), retry(HOUR_MS))
      expect(await world.delivery(id)).toMatchObject({ seriesAttempts: 2, scheduleDueAt: null })
    },
  )

  testOverTime(suite, 'after an extra attempt the schedule goes on', async () => {
    const { world, store, claimDue, claimOne, jump, id } = await waiting(suite)
    await store.resend(id)
    await world.record(await claimOne(), retry(1_000))
    await jump(HOUR_MS - 1_000)
    expect(await claimDue()).toEqual([])
    await jump(2_000)
    await world.record(await claimOne(), { kind: 'exhausted' })
    expect(await world.delivery(id)).toMatchObject({ state: 'exhausted', attemptCount: 3 })
  })
}
