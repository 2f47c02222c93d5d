import { expect, test } from 'vitest'
import type { Claim, NewAttempt } from '../../src/store/road.ts'
import { DISABLE_AFTER_MS, LEASE_MS, type StoreWorld, type Suite, setup } from './store-world.ts'

const BUSY: Partial<NewAttempt> = {
  result: 'failed',
  status: 429,
  errorCode: 'status',
  error: 'The endpoint answered 429',
}
const AWAY: Partial<NewAttempt> = {
  result: 'failed',
  status: null,
  errorCode: 'connect',
  error: 'Connection refused',
}
const LATER = { kind: 'retry', delayMs: 60_000, charged: true } as const
const DELIVERED = { kind: 'delivered' } as const

function uncharged(delayMs: number, forMsMax = 86_400_000) {
  return { kind: 'retry', delayMs, charged: false, forMsMax } as const
}

interface RestAgain {
  probeInMs: number
}

async function resting(suite: Suite) {
  const { world, store, chatbot, webhook } = await setup(suite)
  const lanes = [{ webhookId: webhook.id, limit: 10 }]
  const claimDue = (nodeId = world.nodeId) => world.store.claimDue({ nodeId, lanes })
  const state = async () => {
    const found = await world.store.getWebhook(webhook.id)
    if (!found) throw new Error('the webhook is there')
    return found
  }
  /** Answers 429, asks for so long. */
  const refuse = (claim: Claim, askedMs: number) =>
    world.record(claim, uncharged(askedMs), {
      attempt: BUSY,
      strain: { askedMs, enough: 3, draw: 0 },
    })
  const fail = (claim: Claim, enough = 3) =>
    world.record(claim, LATER, { attempt: AWAY, strain: { askedMs: null, enough, draw: 0.5 } })
  const leave = async (count: number) => {
    const events = Array.from({ length: count }, () => world.leadEvent())
    await world.accept(chatbot.id, { events, lease: null })
    return events.map((event) => event.id)
  }
  return { world, store, chatbot, webhook, claimDue, state, refuse, fail, leave }
}

/** The first probe that is due now. */
async function probeOf(claimed: Promise<{ claims: Claim[] }>): Promise<Claim> {
  const { claims } = await claimed
  expect(claims).toMatchObject([{ probe: true }])
  return claims[0] as Claim
}

async function passTime(world: StoreWorld, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= LEASE_MS / 2) {
    await world.advance(Math.min(left, LEASE_MS / 2))
    if (!(await world.store.renewLease(world.nodeId, LEASE_MS))) await world.join()
  }
}

export function describeRests(suite: Suite): void {
  test('a webhook whose endpoint asks for less rests: nothing of it is leased or claimed', async () => {
    const { world, chatbot, webhook, claimDue, state, refuse, leave } = await resting(suite)
    const claim = await world.claim(chatbot.id)
    await leave(3)
    const result = await refuse(claim, 20_000)
    expect(result).toMatchObject({ kind: 'recorded', state: 'pending', dueInMs: 20_000 })
    expect(result).toMatchObject({ rest: { probeInMs: 20_000 } })
    const rested = await state()
    expect(rested).toMatchObject({ state: 'active', stateReason: null, restedAt: null })
    expect(rested.rest?.reason).toBe('The endpoint answered 429 and asked to wait for 20 s.')
    const { claims, waiting } = await world.accept(chatbot.id)
    expect([claims, waiting]).toEqual([[], [webhook.id]])
    const { claims: none, left } = await claimDue()
    expect(none).toEqual([])
    expect(left[0]?.restMs).toBeGreaterThan(15_000)
    expect(left[0]?.dueInMs).toBeGreaterThan(15_000)
    const [lane] = await world.store.lanesWaiting()
    expect(lane?.dueInMs).toBeGreaterThan(15_000)
    expect(rested.health).toMatchObject({ consecutiveFailures: 1 })
    expect(await world.delivery(claim.deliveryId)).toMatchObject({ seriesAttempts: 0 })
  })

  test('on one word it rests for a minute at most, and the delivery waits as asked', async () => {
    const { world, chatbot, state, refuse } = await resting(suite)
    const result = await refuse(await world.claim(chatbot.id), 7_200_000)
    expect(result).toMatchObject({ dueInMs: 7_200_000, rest: { probeInMs: 60_000 } })
    const { rest } = await state()
    expect(rest?.until).toBe(rest?.probeAt)
  })

  test('failures in a row make a rest, and a success in between does not let them add up', async () => {
    const { world, chatbot, state, fail } = await resting(suite)
    const claims = [1, 2, 3, 4, 5, 6].map(() => world.claim(chatbot.id))
    const [a, b, c, d, e, f] = (await Promise.all(claims)) as [
      Claim,
      Claim,
      Claim,
      Claim,
      Claim,
      Claim,
    ]
    await fail(a)
    await fail(b)
    await world.record(c, DELIVERED)
    await fail(d)
    expect(await fail(e)).not.toHaveProperty('rest')
    expect((await state()).rest).toBeNull()
    expect(await fail(f)).toMatchObject({ rest: { probeInMs: 1_000 } })
    expect((await state()).rest?.reason).toBe('The last 3 attempts failed: Connection refused.')
  })

  test('where more are open at a time, all of them have to fail', async () => {
    const { world, chatbot, state, fail } = await resting(suite)
    const claims = await Promise.all([1, 2, 3, 4, 5].map(() => world.claim(chatbot.id)))
    for (const claim of claims.slice(0, 4)) await fail(claim, 5)
    expect((await state()).rest).toBeNull()
    await fail(claims[4] as Claim, 5)
    expect((await state()).rest).not.toBeNull()
  })

  test('a fault of ours says nothing of the endpoint', async () => {
    const { world, chatbot, state, fail } = await resting(suite)
    const claims = await Promise.all([1, 2, 3, 4].map(() => world.claim(chatbot.id)))
    const [a, b, c, d] = claims as [Claim, Claim, Claim, Claim]
    await fail(a)
    await fail(b)
    await world.record(c, uncharged(1_000), { attempt: { status: null, errorCode: 'our_fault' } })
    expect((await state()).rest).toBeNull()
    await fail(d)
    expect((await state()).rest).not.toBeNull()
  })

  test('resuming, a test that is taken and a new URL end a rest', async () => {
    const { world, store, chatbot, webhook, state, refuse } = await resting(suite)
    const told: string[][] = []
    store.onWaiting((ids) => told.push(ids))
    const claims = await Promise.all([1, 2, 3].map(() => world.claim(chatbot.id)))
    const sendTest = async () => {
      const claim = await store.createTest({
        nodeId: world.nodeId,
        webhookId: webhook.id,
        eventId: world.ids.next('event'),
        eventType: 'lead.submit',
        payload: '{}',
      })
      expect(await world.record(claim as Claim, DELIVERED)).toMatchObject({ rest: 'ended' })
    }
    const ends = [
      () => store.setWebhookState(webhook.id, 'active', null),
      sendTest,
      () => store.updateWebhook(webhook.id, { url: 'https://new.example/hook' }),
    ]
    for (const [index, end] of ends.entries()) {
      await refuse(claims[index] as Claim, 20_000)
      expect((await state()).rest).not.toBeNull()
      await store.updateWebhook(webhook.id, { description: 'x', url: webhook.url })
      expect((await state()).rest).not.toBeNull()
      await end()
      expect(await state()).toMatchObject({ rest: null, restedAt: expect.any(Number) })
      expect((await world.accept(chatbot.id)).claims).toHaveLength(1)
    }
    expect(told).toContainEqual([webhook.id])
  })

  test('a rest is told of once, with its webhook', async () => {
    const { world, store, chatbot, webhook, refuse } = await resting(suite)
    const claim = await world.claim(chatbot.id)
    const aspects: string[] = []
    store.onChange((change) => {
      if (change.type === 'webhook.updated') aspects.push(`${change.webhookId} ${change.aspect}`)
    })
    await refuse(claim, 20_000)
    expect(aspects).toEqual([`${webhook.id} rest`])
  })

  test('a rest is there after a restart', async () => {
    const { world, chatbot, claimDue, state, refuse, leave } = await resting(suite)
    const claim = await world.claim(chatbot.id)
    await leave(2)
    await refuse(claim, 20_000)
    const { rest } = await state()
    await world.reopen()
    expect((await state()).rest).toEqual(rest)
    expect((await claimDue()).claims).toEqual([])
  })

  if (!suite.movesTime) return

  test('when its time has come one delivery is handed out, and no second one to anybody', async () => {
    const { world, store, chatbot, claimDue, refuse, leave } = await resting(suite)
    const other = world.ids.next('node')
    const claim = await world.claim(chatbot.id)
    await refuse(claim, 20_000)
    const [first] = await leave(3)
    await passTime(world, 20_000)
    await store.joinNode(other, LEASE_MS)
    const probe = await probeOf(claimDue())
    // Another than who asked, though that is due, too.
    expect(probe.eventId).toBe(first)
    for (const nodeId of [world.nodeId, other]) {
      expect(await claimDue(nodeId)).toMatchObject({ claims: [], left: [{ restMs: 5_000 }] })
    }
    await store.release(world.nodeId, [probe.deliveryId])
    await probeOf(claimDue(other))
  })

  test('a probe that is taken ends the rest', async () => {
    const { world, chatbot, claimDue, state, refuse, leave } = await resting(suite)
    await refuse(await world.claim(chatbot.id), 20_000)
    await leave(3)
    await passTime(world, 20_000)
    const probe = await probeOf(claimDue())
    expect(await world.record(probe, DELIVERED)).toMatchObject({ rest: 'ended' })
    expect(await state()).toMatchObject({ rest: null, restedAt: expect.any(Number) })
    expect((await claimDue()).claims).toHaveLength(3)
  })

  test('what was open when it began ends no rest', async () => {
    const { world, chatbot, state, refuse } = await resting(suite)
    const [a, b] = (await Promise.all([1, 2].map(() => world.claim(chatbot.id)))) as [Claim, Claim]
    await refuse(a, 20_000)
    await world.record(b, DELIVERED)
    expect((await state()).rest).not.toBeNull()
  })

  test('where another delivery is asked the same it rests as asked, and is probed once an hour', async () => {
    const { world, chatbot, claimDue, state, refuse, leave } = await resting(suite)
    await refuse(await world.claim(chatbot.id), 7_200_000)
    await leave(2)
    await passTime(world, 60_000)
    const probe = await probeOf(claimDue())
    expect(await refuse(probe, 7_200_000)).toMatchObject({ rest: { probeInMs: 3_600_000 } })
    const { rest, updatedAt } = await state()
    expect(rest?.until).toBeGreaterThan(updatedAt + 7_200_000)
    expect(rest?.reason).toContain('again asked to wait for 120 minutes')
    await world.advance(3_600_000)
    await world.join()
    const next = await probeOf(claimDue())
    expect(next.eventId).not.toBe(probe.eventId)
    await world.record(next, DELIVERED)
    expect((await state()).rest).toBeNull()
  })

  test('one delivery alone may ask again and again: a minute is all that the webhook rests', async () => {
    const { world, chatbot, claimDue, refuse } = await resting(suite)
    await refuse(await world.claim(chatbot.id), 90_000)
    await passTime(world, 90_000)
    const probe = await probeOf(claimDue())
    expect(await refuse(probe, 90_000)).toMatchObject({ rest: { probeInMs: 60_000 } })
  })

  test('each probe that fails doubles the rest, up to a minute', async () => {
    const { world, chatbot, claimDue, fail, leave } = await resting(suite)
    const claims = await Promise.all([1, 2, 3].map(() => world.claim(chatbot.id)))
    await leave(20)
    for (const claim of claims) await fail(claim)
    const rests: number[] = []
    const probed = new Set<string>()
    for (let times = 0; times < 8; times++) {
      await passTime(world, rests.at(-1) ?? 1_000)
      const probe = await probeOf(claimDue())
      probed.add(probe.deliveryId)
      const result = await fail(probe)
      rests.push((result as { rest: { probeInMs: number } }).rest.probeInMs)
    }
    expect(rests).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
    expect(probed.size).toBe(8)
  })

  test.each([422, 500])('an endpoint that answers one delivery with %i works', async (status) => {
    const { world, chatbot, claimDue, state, refuse, leave } = await resting(suite)
    await refuse(await world.claim(chatbot.id), 20_000)
    await leave(1)
    await passTime(world, 20_000)
    const attempt = { status, errorCode: 'status', error: `The endpoint answered ${status}` }
    await world.record(await probeOf(claimDue()), LATER, { attempt })
    expect((await state()).rest).toBeNull()
  })

  test('a time-out, which may be one delivery’s own, makes the others wait no longer each time', async () => {
    const { world, chatbot, claimDue, fail, leave } = await resting(suite)
    const claims = await Promise.all([1, 2, 3].map(() => world.claim(chatbot.id)))
    await leave(5)
    for (const claim of claims) await fail(claim)
    const attempt = { status: null, errorCode: 'timeout', error: 'No answer' }
    for (let times = 0; times < 4; times++) {
      await passTime(world, 1_500)
      const probe = await probeOf(claimDue())
      const { rest } = (await world.record(probe, LATER, { attempt })) as { rest: RestAgain }
      expect(rest.probeInMs).toBeLessThanOrEqual(1_200)
    }
  })

  test('after a pause what is new goes first, three to one, each in its order', async () => {
    const { world, store, webhook, claimDue, leave } = await resting(suite)
    await store.setWebhookState(webhook.id, 'paused', null)
    const old = await leave(20)
    await world.advance(90_000)
    await world.join()
    const newer = await leave(4)
    await world.advance(1)
    await store.setWebhookState(webhook.id, 'active', null)
    await store.settle(100)
    const newest = await leave(5)
    const claimed = async () => (await claimDue()).claims.map((claim) => claim.eventId)
    expect(await claimed()).toEqual([...newest, ...newer.slice(0, 3), ...old.slice(0, 2)])
    expect(await claimed()).toEqual([...newer.slice(3), ...old.slice(2, 11)])
    const lane = { webhookId: webhook.id, limit: 1 }
    const [later] = await leave(1)
    const one = async (oldMin: number) => {
      const lanes = [{ ...lane, oldMin }]
      const { claims } = await store.claimDue({ nodeId: world.nodeId, lanes })
      return claims.map((claim) => [claim.eventId, claim.fresh])
    }
    expect(await one(1)).toEqual([[old[11], undefined]])
    expect(await one(0)).toEqual([[later, true]])
  })

  test('a webhook that only ever asks for less is disabled in the end, and what it held is parked', async () => {
    const { world, store, claimDue, state, refuse, leave } = await resting(suite)
    const [id] = await leave(8)
    const [first] = (await claimDue()).claims as [Claim]
    await refuse(first, 3_600_000)
    for (let times = 0; times < 6; times++) {
      await world.advance(DISABLE_AFTER_MS / 5)
      await world.join()
      const { claims } = await claimDue()
      if (claims[0]) await refuse(claims[0], 3_600_000)
    }
    expect(await state()).toMatchObject({ state: 'disabled' })
    await store.settle(100)
    const event = await store.getEvent(id ?? '')
    expect(event?.deliveries).toMatchObject([{ state: 'parked', seriesAttempts: 0 }])
    await store.setWebhookState(first.webhookId, 'active', null)
    expect((await state()).rest).toBeNull()
  })

  test('what was never charged is given up after so long, and a resend begins anew', async () => {
    const { world, store, chatbot, claimDue } = await resting(suite)
    const first = await world.claim(chatbot.id)
    const ours = { attempt: { status: null, errorCode: 'our_fault' } }
    await world.record(first, uncharged(5_000, 60_000), ours)
    await passTime(world, 59_000)
    const [second] = (await claimDue()).claims as [Claim]
    expect(await world.record(second, uncharged(1_000, 60_000), ours)).toMatchObject({
      state: 'pending',
    })
    await passTime(world, 1_000)
    const [third] = (await claimDue()).claims as [Claim]
    const result = await world.record(third, uncharged(1_000, 60_000), ours)
    expect(result).toMatchObject({ state: 'exhausted', dueInMs: null })
    expect(await world.delivery(first.deliveryId)).toMatchObject({ seriesAttempts: 0 })
    await store.resend(first.deliveryId)
    const [again] = (await claimDue()).claims as [Claim]
    expect(await world.record(again, uncharged(1_000, 60_000), ours)).toMatchObject({
      state: 'pending',
    })
  })
}
