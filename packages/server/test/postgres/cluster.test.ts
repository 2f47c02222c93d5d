/** Several nodes on one database, and a database that goes away. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgresAlone } from '../../../../test/support/postgres.ts'
import { until } from '../../../../test/support/until.ts'
import { type Clock, systemClock } from '../../src/clock.ts'
import { StoreUnavailable } from '../../src/errors.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { Change } from '../../src/store/road.ts'
import type { Store } from '../../src/store/store.ts'
import { StoreWorld } from '../conformance/store-world.ts'

const encryptionKey = Buffer.alloc(32, 7)
const postgres = usePostgresAlone()
/** What a node says whose news are too many. */
const TOO_MUCH = JSON.stringify({ from: 'x', waiting: [], touched: [], moved: [], all: true })

async function openNode(
  databaseUrl: string,
  clock: Clock = systemClock,
): Promise<{ store: Store; world: StoreWorld }> {
  const store = await openPostgresStore({ databaseUrl, encryptionKey, clock })
  onTestFinished(() => store.close())
  const world = new StoreWorld({
    store,
    clock: systemClock,
    advance() {},
    reopen: async () => store,
    close: async () => {},
  })
  return { store, world }
}

function eventually(what: string, look: () => boolean | Promise<boolean>): Promise<true> {
  return until(async () => (await look()) || null, { what })
}

/** Two nodes that joined, one chatbot with one webhook, and a connection that may do anything. */
async function setup() {
  const databaseUrl = await postgres.createDatabase()
  const [a, b] = await Promise.all([openNode(databaseUrl), openNode(databaseUrl)])
  await a.world.join()
  await b.world.join()
  const chatbot = await a.world.chatbot()
  const webhook = await a.world.webhook(chatbot.id)
  const lanes = [{ webhookId: webhook.id, limit: 100 }]
  const query = async (sql: string, values: unknown[] = []) => {
    const admin = new pg.Client({ connectionString: databaseUrl })
    await admin.connect()
    const result = await admin.query(sql, values)
    await admin.end()
    return result
  }
  const stopListening = () =>
    query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query = 'LISTEN chatzuri' AND datname = current_database()`)
  return { databaseUrl, a, b, chatbot, webhook, lanes, query, stopListening }
}

/** A node that holds the deliveries of so many leads, under two ids, and hears what became of them. */
async function holdLeads(
  { store, world }: { store: Store; world: StoreWorld },
  chatbotId: string,
  count: number,
) {
  const cancelled = new Set<string>()
  store.onChange((change) => {
    if (change.type === 'delivery.updated' && change.delivery.state === 'cancelled') {
      cancelled.add(change.delivery.id)
    }
  })
  const events = Array.from({ length: count }, () => world.leadEvent())
  const held: string[] = []
  for (const half of [events.slice(0, count / 2), events.slice(count / 2)]) {
    const { claims } = await world.accept(chatbotId, { events: half })
    held.push(...claims.map((claim) => claim.deliveryId))
    await world.join()
  }
  expect(held).toHaveLength(count)
  const leadIds = events.map((event) => event.lead?.id ?? '')
  return { leadIds, heardOfAll: () => held.every((id) => cancelled.has(id)) }
}

async function eraseAll({ store }: { store: Store }, leadIds: string[]): Promise<void> {
  await Promise.all(leadIds.map((id) => store.eraseLead(id, 'request')))
}

/** One that never comes to send a message: like a node that dies right after its commits. */
const noTimers: Clock = { ...systemClock, setTimer: () => () => {} }

test('two nodes that start at once on an empty database both come up', async () => {
  const databaseUrl = await postgres.createDatabase()
  const nodes = await Promise.all(Array.from({ length: 4 }, () => openNode(databaseUrl)))
  for (const { store } of nodes) await expect(store.ping()).resolves.toBeUndefined()
})

test('nodes that claim side by side never share a delivery, and leave none behind', async () => {
  const { a, b, chatbot, webhook } = await setup()
  const events = Array.from({ length: 400 }, () => a.world.leadEvent())
  await a.world.accept(chatbot.id, { events, lease: null })
  const claimAll = async ({ store, world }: typeof a) => {
    const claimed: string[] = []
    for (;;) {
      const lanes = [{ webhookId: webhook.id, limit: 7 }]
      const { claims, left } = await store.claimDue({ nodeId: world.nodeId, lanes })
      claimed.push(...claims.map((claim) => claim.deliveryId))
      if (left[0]?.dueInMs === null) return claimed
    }
  }
  const claimed = (await Promise.all([a, b, a, b].map(claimAll))).flat()
  expect(new Set(claimed).size).toBe(claimed.length)
  expect(claimed).toHaveLength(400)
})

test('what a lapsed node held goes to another, and the zombie records nothing', async () => {
  const { a, b, chatbot, lanes, query } = await setup()
  const claim = await a.world.claim(chatbot.id)
  await query('UPDATE nodes SET lease_until = 1 WHERE id = $1', [a.world.nodeId])
  const woken: string[][] = []
  b.store.onWaiting((webhookIds) => woken.push(webhookIds))
  expect((await b.store.sweepLeases(3_600_000)).rescued).toBe(1)
  expect(woken).toEqual([[claim.webhookId]])
  const { claims } = await b.store.claimDue({ nodeId: b.world.nodeId, lanes })
  expect(claims).toEqual([claim])
  expect(await a.world.record(claim, { kind: 'exhausted' })).toEqual({ kind: 'lease_lost' })
  expect(await a.store.renewLease(a.world.nodeId, 10_000)).toBe(false)
  expect(await b.world.record(claim, { kind: 'delivered' })).toMatchObject({ state: 'delivered' })
  expect((await b.store.getDelivery(claim.deliveryId))?.attempts).toHaveLength(1)
})

test('what a node holds that is not in the list at all is taken back', async () => {
  const { a, b, chatbot, query } = await setup()
  await a.world.claim(chatbot.id)
  await query('DELETE FROM nodes WHERE id = $1', [a.world.nodeId])
  expect((await b.store.sweepLeases(3_600_000)).rescued).toBe(1)
})

test('live nodes are counted', async () => {
  const { a, b, query } = await setup()
  expect((await b.store.sweepLeases(3_600_000)).liveNodes).toBe(2)
  await query('UPDATE nodes SET lease_until = 1 WHERE id = $1', [a.world.nodeId])
  expect((await b.store.sweepLeases(3_600_000)).liveNodes).toBe(1)
  await b.store.leaveNode(b.world.nodeId)
  expect((await b.store.sweepLeases(3_600_000)).liveNodes).toBe(0)
})

test('another node is told of deliveries that wait and of settings that changed', async () => {
  const { a, b, chatbot, webhook } = await setup()
  const woken: string[] = []
  const heard: Change[] = []
  b.store.onWaiting((webhookIds) => woken.push(...webhookIds))
  b.store.onChange((change) => heard.push(change))
  await a.world.accept(chatbot.id, { lease: null })
  await eventually('b is woken', () => woken.includes(webhook.id))
  heard.length = 0
  await a.store.setWebhookState(webhook.id, 'paused', null)
  await eventually('b hears of the pause', () => heard.length > 0)
  expect(heard[0]).toMatchObject({ type: 'webhook.updated', webhookId: webhook.id })
})

test('the node that holds a delivery is told when it is cancelled elsewhere', async () => {
  const { a, b, chatbot } = await setup()
  const claim = await b.world.claim(chatbot.id)
  const states: string[] = []
  b.store.onChange((change) => {
    if (change.type === 'delivery.updated') states.push(change.delivery.state)
  })
  await a.store.cancel(claim.deliveryId, 'cancelled_by_owner')
  await eventually('b hears of it', () => states.includes('cancelled'))
})

test('the node that holds them is told of each of many erased at once', async () => {
  const { a, b, chatbot } = await setup()
  const { leadIds, heardOfAll } = await holdLeads(b, chatbot.id, 400)
  await eraseAll(a, leadIds)
  await eventually('b has heard of all 400', heardOfAll)
})

test.each([
  ['its listening connection was lost', 'lost'],
  ['there was too much for messages', 'all'],
] as const)('a node looks at all that it holds after %s', async (_, gap) => {
  const { b, chatbot, databaseUrl, query, stopListening } = await setup()
  const { leadIds, heardOfAll } = await holdLeads(b, chatbot.id, 20)
  await eraseAll(await openNode(databaseUrl, noTimers), leadIds)
  expect(heardOfAll()).toBe(false)
  if (gap === 'lost') await stopListening()
  else await query('SELECT pg_notify($1, $2)', ['chatzuri', TOO_MUCH])
  await eventually('b has heard of all', heardOfAll)
})

test('a node looks now and then at all that it holds', async () => {
  const { chatbot, databaseUrl } = await setup()
  const b = await openNode(databaseUrl, {
    ...systemClock,
    setTimer: (ms, run) => systemClock.setTimer(ms === 30_000 ? 50 : ms, run),
  })
  await b.world.join()
  const { leadIds, heardOfAll } = await holdLeads(b, chatbot.id, 20)
  await eraseAll(await openNode(databaseUrl, noTimers), leadIds)
  await eventually('b has heard of all', heardOfAll)
})

test('who follows everything hears of other nodes, each thing once', async () => {
  const { a, b, chatbot } = await setup()
  const heard: string[] = []
  b.store.onChange((change) => heard.push(`${change.type} ${change.at}`), { everywhere: true })
  const claim = await a.world.claim(chatbot.id)
  const own = await b.world.claim(chatbot.id)
  await a.world.record(claim, { kind: 'delivered' })
  await eventually('all is heard', () => heard.length >= 5)
  await b.world.record(own, { kind: 'delivered' })
  expect(new Set(heard).size).toBe(heard.length)
  expect(heard.filter((each) => each.startsWith('lead'))).toHaveLength(2)
})

test('who follows everything hears of more at once than one reading brings', async () => {
  const { a, b, chatbot } = await setup()
  const heard = new Set<string>()
  b.store.onChange((change) => change.type === 'lead.created' && heard.add(change.leadId), {
    everywhere: true,
  })
  const events = Array.from({ length: 1_200 }, () => a.world.leadEvent())
  await a.world.accept(chatbot.id, { events, lease: null })
  await eventually('all is heard', () => heard.size === events.length)
})

test('a node that missed messages looks for itself when it is back', async () => {
  const { a, b, chatbot, webhook, stopListening } = await setup()
  const woken: string[] = []
  const touched: string[] = []
  b.store.onWaiting((webhookIds) => woken.push(...webhookIds))
  b.store.onChange((c) => c.type === 'webhook.updated' && touched.push(c.webhookId))
  await stopListening()
  await a.world.accept(chatbot.id, { lease: null })
  await a.store.updateWebhook(webhook.id, { description: 'x' })
  await eventually('b has looked', () => woken.includes(webhook.id) && touched.includes(webhook.id))
})

test('what an accept beside a pause left pending is parked', async () => {
  const { a, chatbot, webhook, databaseUrl } = await setup()
  // An accept that has read the webhook as active, and is slow.
  const slow = new pg.Client({ connectionString: databaseUrl })
  await slow.connect()
  await slow.query('BEGIN')
  await slow.query('SELECT pg_current_xact_id()')
  await a.store.setWebhookState(webhook.id, 'paused', null)
  expect(await a.store.settle(100)).toEqual({ moved: 0 })
  await slow.query(
    `INSERT INTO waiting (id, webhook_id, chatbot_id, event_type, kind, state, attempt_count,
      series_attempts, due_at, created_at, updated_at)
    VALUES ('dlv_late', $1, $2, 'lead.submit', 'event', 'pending', 0, 0, 0, 0, 0)`,
    [webhook.id, chatbot.id],
  )
  expect(await a.store.settle(100)).toEqual({ moved: 0 })
  await slow.query('COMMIT')
  await slow.end()
  expect(await a.store.settle(100)).toEqual({ moved: 1 })
})

test('of many nodes accepting under one idempotency key exactly one does', async () => {
  const { a, b, chatbot } = await setup()
  const idempotency = { route: 'leads', key: 'k', bodyHash: 'h', answer: '{}' }
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, i) => {
      const { store, world } = i % 2 ? a : b
      return store.accept(world.acceptInput(chatbot.id, { idempotency }))
    }),
  )
  expect(results.filter((result) => result.kind === 'accepted')).toHaveLength(1)
  expect(results.filter((result) => result.kind === 'replayed')).toHaveLength(29)
})

test('two nodes that accept and record the same webhooks at once keep exact counts', async () => {
  const { a, b, chatbot } = await setup()
  await a.world.webhook(chatbot.id)
  const work = async ({ world }: typeof a) => {
    const { claims } = await world.accept(chatbot.id)
    for (const [i, claim] of claims.entries()) {
      await world.record(
        claim,
        i ? { kind: 'retry', delayMs: 1e6, charged: true } : { kind: 'delivered' },
      )
    }
  }
  await Promise.all(Array.from({ length: 200 }, (_, i) => work(i % 2 ? a : b)))
  expect(await a.store.backlog()).toBe(200)
  const { totals, current } = await b.store.stats({ from: 0, to: 2 ** 45, stepMs: 60_000 })
  expect(current.pending).toBe(200)
  expect(totals).toMatchObject({
    accepted: 400,
    delivered: 200,
    attempts: 400,
    failedAttempts: 200,
  })
})

test('a table that a newer version has changed meanwhile costs no call', async () => {
  const { a, webhook, query } = await setup()
  const change = (i: number) => a.store.updateWebhook(webhook.id, { description: String(i) })
  const changes = () => Promise.all(Array.from({ length: 30 }, (_, i) => change(i)))
  await changes()
  await query('ALTER TABLE webhooks ADD COLUMN later text')
  for (const changed of await changes()) expect(changed).toMatchObject({ id: webhook.id })
})

/** What comes after it in its transaction is told no more than that the transaction is over. */
test('the first statement that is refused is the reason, also one that nobody waits for', async () => {
  const { a, webhook, query } = await setup()
  const refuse = (when: string, code: string) =>
    query(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF ${when} THEN RAISE EXCEPTION 'refused' USING ERRCODE = '${code}'; END IF;
      RETURN NEW; END $$`)
  await query('CREATE SEQUENCE tries')
  await refuse('true', 'disk_full')
  await query(`CREATE TRIGGER refuse BEFORE INSERT ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION refuse()`)
  const change = () => a.store.updateWebhook(webhook.id, { eventTypes: ['a.b'] })
  await expect(change()).rejects.toThrow(StoreUnavailable)
  // Once more, as whenever two have met.
  await refuse(`nextval('tries') = 1`, 'deadlock_detected')
  expect(await change()).toMatchObject({ eventTypes: ['a.b'] })
})

test('breaking every connection costs at most the calls of that moment', async () => {
  const { a, chatbot, query } = await setup()
  const calls = Array.from({ length: 50 }, () => a.store.accept(a.world.acceptInput(chatbot.id)))
  const settled = Promise.allSettled(calls)
  await query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`)
  for (const result of await settled) {
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StoreUnavailable)
  }
  await eventually('it accepts again', () =>
    a.world.accept(chatbot.id).then(
      () => true,
      () => false,
    ),
  )
})

test.runIf(postgres.ours)('a database that crashes loses nothing that was accepted', async () => {
  const { a, chatbot } = await setup()
  const accepted: string[] = []
  const refused: unknown[] = []
  let stopped = false
  const send = async () => {
    while (!stopped) {
      const event = a.world.leadEvent()
      try {
        await a.world.accept(chatbot.id, { events: [event] })
        accepted.push(event.id)
      } catch (error) {
        refused.push(error)
        await new Promise((resolve) => systemClock.setTimer(20, () => resolve(null)))
      }
    }
  }
  const senders = Array.from({ length: 16 }, send)
  await eventually('some are accepted', () => accepted.length > 100)
  await postgres.crash()
  const before = accepted.length
  await eventually('it is away', () => refused.length > 0)
  await expect(a.store.ping()).rejects.toBeInstanceOf(StoreUnavailable)
  await expect(a.store.getEvent(accepted[0] ?? '')).rejects.toBeInstanceOf(StoreUnavailable)
  await postgres.start()
  await eventually('it accepts again', () => accepted.length > before + 100)
  stopped = true
  await Promise.all(senders)
  for (const error of refused) expect(error).toBeInstanceOf(StoreUnavailable)
  for (const id of accepted) expect((await a.store.getEvent(id))?.deliveries).toHaveLength(1)
})
