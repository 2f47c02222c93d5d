import { expect, test } from 'vitest'
import { inOwnersWords } from '../../src/owner-words.ts'
import type { NewRecovery } from '../../src/store/desk.ts'
import { done, type Suite, setup } from './store-world.ts'

const PAGE = { limit: 100, after: null }

/** Five exhausted deliveries, one delivered, one waiting. */
async function setupFailed(suite: Suite) {
  const parts = await setup(suite)
  const { world, chatbot, webhook } = parts
  const claims = await Promise.all(Array.from({ length: 6 }, () => world.claim(chatbot.id)))
  const [delivered, ...failed] = claims
  if (delivered) await world.record(delivered, { kind: 'delivered' })
  for (const claim of failed) await world.record(claim, { kind: 'exhausted' })
  await world.claim(chatbot.id)
  await world.advance(1)
  const recovery = (values: Partial<NewRecovery> = {}): NewRecovery => ({
    id: world.ids.next('recovery'),
    webhookId: webhook.id,
    since: 0,
    until: world.harness.clock.now() + 1_000,
    states: ['exhausted'],
    dryRun: false,
    ...values,
  })
  return { ...parts, failed, recovery }
}

export function describeRecoveries(suite: Suite): void {
  test('a dry run counts and leaves nothing', async () => {
    const { store, recovery } = await setupFailed(suite)
    const planned = recovery({ dryRun: true })
    // A span never holds the millisecond in which it is asked for: the last may have failed in it.
    await expect.poll(() => store.createRecovery(planned)).toMatchObject({ total: 5, done: 0 })
    expect(await store.getRecovery(planned.id)).toBeNull()
    expect(await store.continueRecoveries(10)).toEqual({ moved: 0 })
    expect(await store.createRecovery(recovery({ webhookId: 'wh_none' }))).toBeNull()
    expect(await store.getRecovery('rcv_none')).toBeNull()
  })

  if (!suite.movesTime) return

  test('a recovery resends what failed, in steps, and says how far it is', async () => {
    const { world, store, webhook, failed, recovery } = await setupFailed(suite)
    const made = done(await store.createRecovery(recovery()))
    expect(made).toMatchObject({ total: 5, done: 0, finishedAt: null, states: ['exhausted'] })
    const id = made?.id ?? ''
    expect(await store.getRecovery(id)).toEqual(made)
    const told: string[][] = []
    store.onWaiting((webhookIds) => told.push(webhookIds))
    expect(await store.continueRecoveries(2)).toEqual({ moved: 2 })
    expect(told).toEqual([[webhook.id]])
    expect(await store.getRecovery(id)).toMatchObject({ total: 5, done: 2, finishedAt: null })
    let moved = 2
    while (moved === 2) moved = (await store.continueRecoveries(2)).moved
    expect(await store.getRecovery(id)).toMatchObject({
      total: 5,
      done: 5,
      finishedAt: expect.any(Number),
    })
    for (const { deliveryId } of failed) {
      expect(await world.delivery(deliveryId)).toMatchObject({
        state: 'pending',
        seriesAttempts: 0,
      })
    }
    expect(await store.continueRecoveries(2)).toEqual({ moved: 0 })
  })

  test('what fails again is not resent again by the same recovery', async () => {
    const { world, store, webhook, recovery } = await setupFailed(suite)
    await store.createRecovery(recovery())
    await store.continueRecoveries(2)
    const { claims } = await store.claimDue({
      nodeId: world.nodeId,
      lanes: [{ webhookId: webhook.id, limit: 100 }],
    })
    for (const claim of claims) await world.record(claim, { kind: 'exhausted' })
    while ((await store.continueRecoveries(2)).moved > 0);
    for (const claim of claims) {
      expect(await world.delivery(claim.deliveryId)).toMatchObject({ state: 'exhausted' })
    }
    expect(await store.backlog()).toBe(4)
  })

  test('only its span and its states are concerned', async () => {
    const { world, store, recovery } = await setupFailed(suite)
    const now = world.harness.clock.now()
    expect(await store.createRecovery(recovery({ since: now }))).toMatchObject({ total: 0 })
    expect(await store.createRecovery(recovery({ until: now - 1 }))).toMatchObject({ total: 0 })
    const all = recovery({ states: ['exhausted', 'delivered'] })
    expect(await store.createRecovery(all)).toMatchObject({ total: 6 })
    while ((await store.continueRecoveries(4)).moved > 0);
    expect(await store.getRecovery(all.id)).toMatchObject({ done: 6, total: 6 })
    expect(await store.backlog()).toBe(7)
  })

  test('a recovery goes on after a restart, and to a paused webhook it parks', async () => {
    const { world, store, webhook, failed, recovery } = await setupFailed(suite)
    await store.createRecovery(recovery())
    await store.continueRecoveries(2)
    await store.setWebhookState(webhook.id, 'paused', null)
    await world.reopen()
    await world.store.continueRecoveries(100)
    const states = []
    for (const { deliveryId } of failed) states.push((await world.delivery(deliveryId)).state)
    expect(states.filter((state) => state === 'parked')).toHaveLength(3)
  })

  test('only what failed as it says is resent, and as many as it counted', async () => {
    const { world, store, chatbot, webhook, recovery } = await setupFailed(suite)
    const timedOut = { status: null, errorCode: 'timeout', error: 'No answer within 5 s.' }
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { kind: 'exhausted' }, { attempt: timedOut })
    await world.advance(1)
    const listed = async (filter: object) =>
      (await store.listDeliveries({ webhookId: webhook.id, ...filter }, PAGE)).length
    expect(await listed({ lastStatus: 500 })).toBe(5)
    expect(await listed({ lastStatus: 500, givenUp: true })).toBe(5)
    expect(await listed({ lastStatus: 404 })).toBe(0)
    // It is delivered: nothing failed so.
    expect(await listed({ lastStatus: 200 })).toBe(0)
    expect(await listed({ lastError: timedOut.error, states: ['exhausted'] })).toBe(1)
    for (const [failure, total] of [
      [{ lastStatus: 500 }, 5],
      [{ lastError: timedOut.error }, 1],
      [{ lastStatus: 404 }, 0],
    ] as const) {
      const planned = await store.createRecovery(recovery({ ...failure, dryRun: true }))
      expect(planned).toMatchObject({ total })
      const made = done(await store.createRecovery(recovery(failure)))
      while ((await store.continueRecoveries(3)).moved > 0);
      expect(await store.getRecovery(made?.id ?? '')).toMatchObject({ total, done: total })
    }
    expect(await listed({ states: ['exhausted'] })).toBe(0)
  })

  test('a failure is found and resent by its sentence, also as an owner is told it', async () => {
    const { world, store, chatbot, webhook, recovery } = await setupFailed(suite)
    const errors = [
      "hooks.test leads to an address that is not public; EGRESS_ALLOW on the server would allow it, and the server's log names it",
      'Port 25 is shut on this server: use another port; EGRESS_PORTS_DENY=default,!25 on the server would allow it',
    ]
    for (const error of errors) {
      const claim = await world.claim(chatbot.id)
      const attempt = { status: null, errorCode: 'private-address', error }
      await world.record(claim, { kind: 'exhausted' }, { attempt })
    }
    await world.advance(1)
    for (const error of errors) {
      const told = inOwnersWords(error)
      expect(told).not.toContain('EGRESS_')
      for (const [lastError, total] of [
        [error, 1],
        [told, 1],
        [`x${told}`, 0],
        [told.slice(1), 0],
        [`${told}.`, 0],
      ] as const) {
        const filter = { webhookId: webhook.id, states: ['exhausted'], lastError } as const
        expect(await store.listDeliveries(filter, PAGE), lastError).toHaveLength(total)
        const planned = recovery({ lastError, dryRun: true })
        expect(await store.createRecovery(planned), lastError).toMatchObject({ total })
      }
      const made = done(await store.createRecovery(recovery({ lastError: told })))
      await store.continueRecoveries(100)
      expect(await store.getRecovery(made?.id ?? '')).toMatchObject({ total: 1, done: 1 })
    }
  })

  test('what was erased is left out', async () => {
    const { world, store, chatbot, recovery } = await setupFailed(suite)
    const event = world.leadEvent()
    const claim = await world.claim(chatbot.id, { events: [event] })
    await world.record(claim, { kind: 'exhausted' })
    await store.eraseLead(event.lead?.id ?? '', 'request')
    await world.advance(1)
    expect(await store.createRecovery(recovery({ dryRun: true }))).toMatchObject({ total: 5 })
    const made = done(await store.createRecovery(recovery()))
    await store.continueRecoveries(100)
    expect(await store.getRecovery(made?.id ?? '')).toMatchObject({ done: 5, total: 5 })
    expect(await world.delivery(claim.deliveryId)).toMatchObject({ state: 'exhausted' })
  })
}
