/** The embedded store when its machine's clock is set. */
import { expect, test } from 'vitest'
import { openWithEngine } from '../../../../../test/sqlite/folder.ts'
import type { DuePosition } from '../../../road.ts'

const SECOND_MS = 1_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WAIT_MS = 60 * SECOND_MS

async function setup() {
  const parts = await openWithEngine()
  const { world, store, clock } = parts
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  /** A delivery that failed now, and waits. */
  const fail = async (delayMs = WAIT_MS) => {
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { kind: 'retry', delayMs, charged: true })
    return claim.deliveryId
  }
  const dueIn = async (id: string) => ((await world.delivery(id)).dueAt ?? 0) - clock.now()
  const pullIn = async (jumpedBackMs: number, limit = 100) => {
    let pulled = 0
    let steps = 0
    for (let after: DuePosition | null = null; ; steps++) {
      const step = await store.pullInDue({ jumpedBackMs, after, limit })
      pulled += step.pulled
      after = step.next
      if (after === null) return { pulled, steps: steps + 1 }
    }
  }
  return { ...parts, chatbot, webhook, fail, dueIn, pullIn }
}

test('a clock that is set back by an hour makes no wait longer, and what was waited counts', async () => {
  const { clock, world, store, webhook, fail, dueIn, pullIn } = await setup()
  const id = await fail()
  await world.advance(20 * SECOND_MS)
  clock.setWall(-HOUR_MS)
  expect(await dueIn(id)).toBe(HOUR_MS + 40 * SECOND_MS)
  expect(await pullIn(HOUR_MS)).toMatchObject({ pulled: 1 })
  expect(await dueIn(id)).toBe(40 * SECOND_MS)
  // Once: by the second time it is right.
  expect(await pullIn(HOUR_MS)).toMatchObject({ pulled: 0 })
  await world.advance(40 * SECOND_MS)
  await world.join()
  const lanes = [{ webhookId: webhook.id, limit: 9 }]
  expect((await store.claimDue({ nodeId: world.nodeId, lanes })).claims).toHaveLength(1)
})

test('set back while no process ran, nothing waits longer than it was told to', async () => {
  const { clock, fail, dueIn, pullIn } = await setup()
  const [short, long] = [await fail(), await fail(8 * HOUR_MS)]
  clock.setWall(-3 * DAY_MS)
  await pullIn(0)
  expect(await dueIn(short)).toBe(WAIT_MS)
  expect(await dueIn(long)).toBe(8 * HOUR_MS)
})

test('a rest is pulled in, too, and only once', async () => {
  const { clock, world, store, webhook, chatbot, pullIn } = await setup()
  const claim = await world.claim(chatbot.id)
  await world.record(
    claim,
    { kind: 'retry', delayMs: WAIT_MS, charged: true },
    { strain: { askedMs: 30 * SECOND_MS, enough: 3, draw: 0 } },
  )
  const restsFor = async () => {
    const { rest } = (await store.getWebhook(webhook.id)) ?? {}
    return [(rest?.until ?? 0) - clock.now(), (rest?.probeAt ?? 0) - clock.now()]
  }
  await world.advance(10 * SECOND_MS)
  clock.setWall(-HOUR_MS)
  await pullIn(HOUR_MS)
  expect(await restsFor()).toEqual([20 * SECOND_MS, 20 * SECOND_MS])
  await world.advance(5 * SECOND_MS)
  await pullIn(0)
  expect(await restsFor()).toEqual([15 * SECOND_MS, 15 * SECOND_MS])
})

test('a day forward and back leaves nothing due tomorrow, nor what was asked for due today', async () => {
  const { clock, world, fail, dueIn, pullIn } = await setup()
  const asked = await fail(2 * DAY_MS)
  clock.setWall(DAY_MS)
  await world.join()
  const retried = await fail()
  expect(await pullIn(0)).toMatchObject({ pulled: 0 })
  clock.setWall(-DAY_MS)
  await pullIn(DAY_MS)
  expect(await dueIn(retried)).toBe(WAIT_MS)
  expect(await dueIn(asked)).toBe(2 * DAY_MS)
})

test('a rest ends when it was to end, and waits no longer than its own wait where nobody knows', async () => {
  const { clock, engine, webhook, fail, pullIn } = await setup()
  await fail()
  const rest = (ms: number) =>
    engine.db.exec(`UPDATE webhooks SET resting_until = ${clock.now() + ms},
      probe_at = ${clock.now() + Math.min(ms, HOUR_MS)}, rest_set_at = ${clock.now()}
      WHERE id = '${webhook.id}'`)
  const left = () => {
    const row = engine.db
      .prepare('SELECT resting_until AS until, probe_at AS probe FROM webhooks')
      .get()
    return [Number(row?.until) - clock.now(), Number(row?.probe) - clock.now()]
  }
  rest(30 * SECOND_MS)
  clock.setWall(-HOUR_MS)
  for (const byMs of [HOUR_MS, 0]) {
    await pullIn(byMs)
    expect(left()).toEqual([30 * SECOND_MS, 30 * SECOND_MS])
  }
  rest(8 * HOUR_MS)
  clock.setWall(-3 * DAY_MS)
  await pullIn(0)
  expect(left()).toEqual([8 * HOUR_MS, HOUR_MS])
})

test('a clock that is right is no work, and a jump is work in small steps', async () => {
  const { clock, engine, fail, dueIn, pullIn } = await setup()
  const ids: string[] = []
  for (let i = 0; i < 7; i++) ids.push(await fail())
  expect(await pullIn(0, 2)).toEqual({ pulled: 0, steps: 1 })
  expect(engine.statements().some((sql) => sql.includes('waiting_claimable'))).toBe(false)
  clock.setWall(-HOUR_MS)
  expect(await pullIn(HOUR_MS, 2)).toEqual({ pulled: 7, steps: 4 })
  for (const id of ids) expect(await dueIn(id)).toBe(WAIT_MS)
})

test('failures of a clock that was ahead count from now on', async () => {
  const { clock, store, webhook, fail } = await setup()
  clock.setWall(DAY_MS)
  await fail()
  clock.setWall(-DAY_MS)
  await fail()
  const { health } = (await store.getWebhook(webhook.id)) ?? {}
  expect(health?.failingSince).toBe(clock.now())
})

test('a clock that went ahead prunes nothing that its real age does not allow', async () => {
  const { clock, world, store, chatbot } = await setup()
  const claim = await world.claim(chatbot.id)
  await world.record(claim, { kind: 'delivered' })
  clock.setWall(31 * DAY_MS)
  const policy = { retentionMs: 30 * DAY_MS, leadRetentionMs: null, limit: 100 }
  await store.prune({ ...policy, aheadMs: 31 * DAY_MS })
  expect(await store.getDelivery(claim.deliveryId)).not.toBeNull()
  await store.prune(policy)
  expect(await store.getDelivery(claim.deliveryId)).toBeNull()
})
