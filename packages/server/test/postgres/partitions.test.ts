/** What is over is dropped with its partition: nothing is lost by it that must stay, and nobody waits. */
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { systemClock } from '../../src/clock.ts'
import { createIds } from '../../src/id.ts'
import { systemRandom } from '../../src/random.ts'
import { openParts } from '../../src/store/postgres/postgres-store.ts'
import { StoreWorld } from '../conformance/store-world.ts'

const postgres = usePostgres()
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const POLICY = { retentionMs: 16 * HOUR_MS, leadRetentionMs: null, limit: 200 }

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

async function setup() {
  const databaseUrl = await postgres.createDatabase()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  cleanups.push(() => client.end())
  const open = async () => {
    const encryptionKey = Buffer.alloc(32, 7)
    const { store } = await openParts({ databaseUrl, encryptionKey, clock: systemClock })
    cleanups.push(() => store.close())
    const world = new StoreWorld({
      store,
      clock: systemClock,
      advance,
      reopen: async () => store,
      close: async () => {},
    })
    return { store, world }
  }
  let ahead = 0
  const advance = async (ms: number) => {
    ahead += ms
    await client.query(`CREATE OR REPLACE FUNCTION chatzuri_now() RETURNS bigint LANGUAGE sql VOLATILE
      AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint + ${ahead} $$`)
  }
  const { store, world } = await open()
  await store.joinNode(world.nodeId, 1_000 * DAY_MS)
  const chatbot = await world.chatbot()
  await world.webhook(chatbot.id, { eventTypes: ['order.paid'] })
  const names = async (table = 'finished') => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = $1::regclass ORDER BY 1`,
      [table],
    )
    return rows.map(({ name }) => name).filter((name) => name !== `${table}_default`)
  }
  const count = async (from: string) =>
    Number((await client.query(`SELECT count(*) FROM ${from}`)).rows[0].count)
  /** As the server's clock has it: ids are made by it. */
  const accept = async () => {
    const [{ now = 0 } = {}] = (await client.query('SELECT chatzuri_now() AS now')).rows
    const id = `evt_${idAt(Number(now))}`
    const event = { ...world.event('order.paid'), id }
    const { claims } = await world.accept(chatbot.id, { events: [event] })
    const [claim] = claims
    if (!claim) throw new Error('it is claimed')
    return claim
  }
  return { client, open, advance, store, world, chatbot, names, count, accept }
}

/** The end of an id that was made at this instant. */
function idAt(ms: number): string {
  const own = createIds({ ...systemClock, now: () => ms }, systemRandom).next('event')
  return own.slice('evt_'.length)
}

/** With partitions for the time from now on, and the time gone on into them. */
async function inPartitions() {
  const made = await setup()
  await made.store.prune(POLICY)
  await made.advance(5_000)
  return made
}

async function pruneAll({ store }: Pick<Awaited<ReturnType<typeof setup>>, 'store'>) {
  while ((await store.prune(POLICY)).deleted >= POLICY.limit);
}

test('partitions are there before their time, of all three tables, and go when it is over', async () => {
  const made = await inPartitions()
  const { world, advance, names, count, accept } = made
  expect(await names()).toHaveLength(1)
  const claim = await accept()
  await world.record(claim, { kind: 'delivered' })
  const [first = ''] = await names()
  expect(await count(first)).toBe(1)
  expect(await count(first.replace('finished', 'events'))).toBe(1)
  for (let hours = 0; hours < 18; hours++) {
    await advance(HOUR_MS)
    await pruneAll(made)
  }
  expect(await names()).not.toContain(first)
  const spans = (await names()).map((name) => name.replace('finished', ''))
  expect(spans.length).toBeGreaterThan(16)
  expect(spans.length).toBeLessThan(20)
  for (const table of ['events', 'attempts']) {
    expect((await names(table)).map((name) => name.replace(table, ''))).toEqual(spans)
  }
  expect(await made.store.getDelivery(claim.deliveryId)).toBeNull()
  expect(await made.store.getEvent(claim.eventId)).toBeNull()
})

test('what is unfinished, or finished late, outlives its partition with its event and attempts', async () => {
  const made = await inPartitions()
  const { world, store, advance, names, count, accept } = made
  const [waits, late, over] = [await accept(), await accept(), await accept()]
  const again = { kind: 'retry', delayMs: 100 * HOUR_MS, charged: true } as const
  for (const claim of [waits, late, over]) await world.record(claim, again)
  await store.cancel(over.deliveryId, 'cancelled_by_owner')
  const [first = ''] = await names()
  await advance(10 * HOUR_MS)
  await store.cancel(late.deliveryId, 'cancelled_by_owner')
  await advance(9 * HOUR_MS)
  await pruneAll(made)
  expect(await names()).not.toContain(first)
  expect(await store.getDelivery(over.deliveryId)).toBeNull()
  for (const claim of [waits, late]) {
    expect(await store.getDelivery(claim.deliveryId)).toMatchObject({
      attempts: [{ number: 1, result: 'failed' }],
      payload: claim.payload,
    })
  }
  expect(await count('finished_default')).toBe(1)
  await advance(9 * HOUR_MS)
  await pruneAll(made)
  expect(await store.getDelivery(late.deliveryId)).toBeNull()
  expect(await store.getDelivery(waits.deliveryId)).not.toBeNull()
  expect(await count('attempts')).toBe(1)
})

test('what is resent from a partition that is about to go is neither lost nor there twice', async () => {
  const made = await inPartitions()
  const { world, store, advance, names, count, accept } = made
  const claim = await accept()
  await world.record(claim, { kind: 'delivered' })
  const [first = ''] = await names()
  await advance(19 * HOUR_MS)
  await Promise.all([store.resend(claim.deliveryId), pruneAll(made)])
  await pruneAll(made)
  expect(await names()).not.toContain(first)
  const there = await count('deliveries')
  expect(there).toBe(await count('events'))
  expect(there).toBe(await count('attempts'))
  if (there === 0) return
  expect(await store.getDelivery(claim.deliveryId)).toMatchObject({
    delivery: { state: 'pending', attemptCount: 1 },
    attempts: [{ number: 1, result: 'delivered' }],
  })
})

test('who reads is not waited for, and keeps nobody else waiting: it goes with a later step', async () => {
  const made = await inPartitions()
  const { client, world, advance, names, accept } = made
  await world.record(await accept(), { kind: 'delivered' })
  const [first = ''] = await names()
  await advance(19 * HOUR_MS)
  await client.query('BEGIN')
  await client.query('SELECT * FROM finished')
  const beganAt = systemClock.monotonic()
  await pruneAll(made)
  expect(await names()).toContain(first)
  await world.record(await accept(), { kind: 'delivered' })
  expect(systemClock.monotonic() - beganAt).toBeLessThan(5_000)
  await client.query('COMMIT')
  await pruneAll(made)
  expect(await names()).not.toContain(first)
})

test('where partitions take too long, what is over goes all the same, and they are left alone for an hour', async () => {
  const made = await setup()
  const { client, world, store, advance, names, count, accept } = made
  await world.record(await accept(), { kind: 'delivered' })
  await advance(19 * HOUR_MS)
  await world.record(await accept(), { kind: 'delivered' })
  // As if the default partition, which is looked through under a lock, held many millions.
  await client.query(`CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM pg_sleep(60); END $$;
    CREATE EVENT TRIGGER slow ON ddl_command_end WHEN TAG IN ('ALTER TABLE')
      EXECUTE FUNCTION slow()`)
  const beganAt = systemClock.monotonic()
  await pruneAll(made)
  expect(await count('finished')).toBe(1)
  await pruneAll(made)
  expect(systemClock.monotonic() - beganAt).toBeLessThan(9_000)
  expect(await names()).toEqual([])
  await client.query('DROP EVENT TRIGGER slow')
  await advance(HOUR_MS + 1_000)
  await store.prune(POLICY)
  await store.prune(POLICY)
  expect(await names()).not.toEqual([])
})

test('of two nodes that prune at once each partition is dropped once', async () => {
  const made = await inPartitions()
  const { world, store, advance, names, count, accept, open } = made
  const other = await open()
  for (let hours = 0; hours < 6; hours++) {
    await world.record(await accept(), { kind: 'delivered' })
    await advance(HOUR_MS)
    await Promise.all([store.prune(POLICY), other.store.prune(POLICY)])
  }
  await advance(2 * DAY_MS)
  for (let steps = 0; steps < 20; steps++) {
    await Promise.all([store.prune(POLICY), other.store.prune(POLICY)])
  }
  expect(await count('finished')).toBe(0)
  expect(await count('events')).toBe(0)
  expect((await names()).length).toBeLessThanOrEqual(3)
})

test('an id of a time that no partition has any more, or not yet, is taken all the same', async () => {
  const { world, store, chatbot, advance, count } = await inPartitions()
  for (const at of [0, systemClock.now() + 400 * DAY_MS]) {
    const event = { ...world.event('order.paid'), id: `evt_${idAt(at)}` }
    const { claims } = await world.accept(chatbot.id, { events: [event] })
    for (const claim of claims) await world.record(claim, { kind: 'delivered' })
  }
  expect(await count('finished_default')).toBe(2)
  await advance(17 * HOUR_MS)
  await pruneAll({ store })
  expect(await count('finished')).toBe(0)
})

test('a retention shorter than a partition is kept row by row', async () => {
  const { world, store, advance, count, accept } = await inPartitions()
  const policy = { ...POLICY, retentionMs: 60_000 }
  await world.record(await accept(), { kind: 'delivered' })
  await store.prune(policy)
  expect(await count('finished')).toBe(1)
  await advance(61_000)
  await store.prune(policy)
  expect(await count('finished')).toBe(0)
  expect(await count('events')).toBe(0)
})
