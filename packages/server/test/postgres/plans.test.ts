/** Query plans on small data with real statistics: none of them may walk through history. */
import type { RawBuilder } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { until } from '../../../../test/support/until.ts'
import { systemClock } from '../../src/clock.ts'
import { createIds, deliveryIdOf, idFloor, leadIdOf } from '../../src/id.ts'
import { systemRandom } from '../../src/random.ts'
import type { DeliveryFilter, LeadFilter } from '../../src/store/desk.ts'
import type { Database } from '../../src/store/postgres/connection/database.ts'
import { openParts } from '../../src/store/postgres/postgres-store.ts'
import { listApiKeys, listAudit, ownerOf } from '../../src/store/reading/access/access-queries.ts'
import { postgresBuilder } from '../../src/store/reading/builder.ts'
import { changesQueries, reachQueries } from '../../src/store/reading/changes.ts'
import { currentCounts, listDeliveries } from '../../src/store/reading/deliveries.ts'
import { listEvents } from '../../src/store/reading/events.ts'
import { statsSeries } from '../../src/store/reading/figures/charts.ts'
import {
  countGivenUp,
  givenUpCounts,
  givenUpWebhooks,
} from '../../src/store/reading/figures/given-up.ts'
import { leadStatsQueries } from '../../src/store/reading/figures/lead-stats.ts'
import { webhookFailureQueries } from '../../src/store/reading/figures/webhook-health.ts'
import { listLeads } from '../../src/store/reading/lead-deliveries.ts'
import { leadRecordQueries } from '../../src/store/reading/lead-record.ts'
import { LEADS_LOOKED_AT } from '../../src/store/reading/lead-states.ts'
import * as queries from '../../src/store/reading/queries.ts'
import { peopleOf } from '../../src/store/reading/searching/find-page.ts'
import {
  foundLeads,
  ofConversation,
  pendingLeads,
} from '../../src/store/reading/searching/index-walk.ts'
import { soughtIn } from '../../src/store/reading/searching/terms.ts'
import { IN_ITS_ORDER } from '../../src/store/reading/walking.ts'
import { addMinutes } from '../../src/store/rules/rollups.ts'
import { sharedOf } from '../../src/store/rules/search-buckets.ts'
import { detailQueries } from '../conformance/detail-queries.ts'
import {
  allConversationFilters,
  allDeliveryFilters,
  allLeadFilters,
  type FilterSample,
} from '../conformance/list-filters.ts'
import { StoreWorld } from '../conformance/store-world.ts'
import { manualClock } from '../manual-clock.ts'

const postgres = usePostgres()
const db = postgresBuilder()
const page = { limit: 50, after: 'zzz' }
const span = { from: 0, to: 60_000_000, stepMs: 60_000 }

/** Enough that an index is cheaper than a scan, for PostgreSQL as well. */
const DELIVERIES = 20_000
const START = 1_700_000_000_000
/** Bot 1 has a fifth of everything and nothing but successes; the others' failures are plenty. */
const HISTORY = `
  CREATE TABLE made AS SELECT i, evt, dlv, lead, ${START} + i * 1000 AS at,
    'bot_' || i % 5 AS bot, 'wh_' || i % 20 AS wh,
    CASE WHEN i % 5 = 1 THEN 'delivered' WHEN i % 10 = 2 THEN 'exhausted'
      WHEN i % 10 = 3 THEN 'cancelled' WHEN i % 20 = 4 THEN 'parked' WHEN i % 10 = 5 THEN 'pending'
      ELSE 'delivered' END AS state,
    CASE WHEN i % 4000 = 1 THEN 'rare.type' WHEN i % 3 = 0 THEN 'order.paid'
      ELSE 'lead.submit' END AS type
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS ids (evt, dlv, lead, i)`
/** Three of each, which take all of it; the default ones, and those that upkeep makes, are empty. */
const PARTITIONS = [0, 1, 2]
  .flatMap((part) =>
    (
      [
        ['events', 'event'],
        ['finished', 'delivery'],
        ['attempts', 'delivery'],
      ] as const
    ).map(([table, kind]) => {
      const [from, to] = [part, part + 1].map((at) => idFloor(kind, START + at * 7_000_000))
      return `CREATE TABLE ${table}_p${part} PARTITION OF ${table} FOR VALUES FROM ('${from}') TO ('${to}');`
    }),
  )
  .join('\n')
const FILL = `
  INSERT INTO chatbots (id, name, lead_form, allowed_origins, created_at, updated_at)
    SELECT 'bot_' || i, 'Shop', '{}', '[]', 0, 0 FROM generate_series(0, 1999) AS i;
  INSERT INTO events (id, chatbot_id, event_type, payload, created_at)
    SELECT evt, bot, type, repeat('x', 200), at FROM made;
  INSERT INTO waiting (id, webhook_id, chatbot_id, event_type, kind, state, attempt_count,
      series_attempts, due_at, created_at, updated_at)
    SELECT dlv, wh, bot, type, 'event', state, 0, 0, CASE state WHEN 'pending' THEN at END, at, at
    FROM made WHERE state IN ('pending', 'parked');
  INSERT INTO finished (id, webhook_id, chatbot_id, event_type, kind, state, attempt_count,
      series_attempts, created_at, finished_at, attempt_id, started_at, duration_ms,
      response_headers, response_body)
    SELECT dlv, wh, bot, type, 'event', state, 2, 2, at, at, 'att_0' || i, at, 1, '{}', 'OK'
    FROM made WHERE state NOT IN ('pending', 'parked');
  INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms, result, response_headers,
      response_body, recorded_at)
    SELECT 'att_' || i, dlv, 1, at, 1, 'delivered', '{}', 'OK', at FROM made;
  INSERT INTO leads (id, chatbot_id, conversation_id, customer_name, customer_email,
      customer_phone, created_at)
    SELECT lead, bot, 'conv_' || i, 'Name', 'a@b.co', i, at FROM made;
  INSERT INTO search_buckets (bucket, shelf, first_lead, last_lead, lead_count)
    SELECT i / 500, i / 500 % 16, min(substr(lead, 6, 23)), max(substr(lead, 6, 23)), 500
    FROM made GROUP BY i / 500;
  INSERT INTO search_entries (bucket, term, lead)
    SELECT i / 500, unnest(ARRAY['name', 'a@b.co', 'b.co', 'x' || i, '<' || i]),
      substr(lead, 6, 23) FROM made;
  INSERT INTO conversations SELECT bot, 'conv_' || i, at FROM made;
  INSERT INTO idempotency SELECT bot, 'leads', i, 'hash', '{}', 0, at FROM made;
  INSERT INTO erasures SELECT 'ers_' || i, lead, bot, evt, 'request', at FROM made;
  INSERT INTO stats_minutes (webhook_id, minute, shard, chatbot_id)
    SELECT wh, i / 20 * 60000, 0, bot FROM made;
  UPDATE meta SET value = '59400000' WHERE key = 'stats_until';
  INSERT INTO audit_log (id, at, action, actor, chatbot_id, fields, address)
    SELECT replace(dlv, 'dlv_', 'aud_'), at, CASE i % 1000 WHEN 7 THEN 'lead.erased'
      ELSE 'webhook.updated' END, 'key_' || i % 50, bot, '[]', '' FROM made;
  INSERT INTO api_keys (id, name, chatbot_id, hash, created_at)
    SELECT replace(dlv, 'dlv_', 'key_'), '', 'bot_' || i % 2000, dlv, at FROM made;
  INSERT INTO owner_links SELECT dlv, 'bot_' || i % 2000, dlv, 'key_' || i, at, at + 1e14 FROM made;
  INSERT INTO sessions
    SELECT dlv, dlv, 'bot_' || i % 2000, '', 'key_' || i, at, at + 1e14, at + 1e14 FROM made;
  INSERT INTO changes (at, noun, id, chatbot_id) SELECT at, 'delivery', dlv, bot FROM made;`
/** Added last: nothing of them is sealed. */
const WEBHOOKS = `INSERT INTO webhooks (id, chatbot_id, url, event_types, description, headers, state,
    secret, created_at, updated_at, given_up_at)
  SELECT 'wh_' || i, 'bot_' || i % 5, '', '[]', '', '{}', 'active', '', 0, 0, ${START * 2}
  FROM generate_series(0, 19) AS i`
const GROWING =
  /Seq Scan on (waiting|finished_p\d|events_p\d|attempts_p\d|leads|conversations|idempotency|stats_minutes|stats_rollups|changes|erasures|audit_log|api_keys|owner_links|sessions)\b/

let client: pg.Client
/** Of the middle of the history: bot 1's, which has nothing but successes. */
let sample: FilterSample
let database: Database
let close: () => Promise<void>

beforeAll(async () => {
  const databaseUrl = await postgres.createDatabase()
  const encryptionKey = Buffer.alloc(32, 7)
  const parts = await openParts({ databaseUrl, encryptionKey, clock: systemClock })
  database = parts.database
  const { store } = parts
  client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  close = async () => {
    await client.end()
    await store.close()
  }
  const clock = manualClock(START)
  const ids = createIds(clock, systemRandom)
  const made = Array.from({ length: DELIVERIES }, () => {
    clock.advance(1_000)
    const event = ids.next('event')
    return { event, delivery: deliveryIdOf(event, 1), lead: leadIdOf(event) }
  })
  const columns = (['event', 'delivery', 'lead'] as const).map((name) => made.map((m) => m[name]))
  await client.query(HISTORY, columns)
  await client.query(PARTITIONS)
  await client.query(FILL)
  await client.query(addMinutes(['0', '59400000']))
  const middle = DELIVERIES / 2
  const { event = '', delivery = '', lead = '' } = made[middle] ?? {}
  const number = middle + 1
  sample = {
    chatbotId: `bot_${number % 5}`,
    webhookId: `wh_${number % 20}`,
    eventId: event,
    deliveryId: delivery,
    leadId: lead,
    eventType: 'rare.type',
    from: START + number * 1000 - 3_600_000,
    to: START + number * 1000 + 3_600_000,
  }
  await useEverything(
    new StoreWorld({
      store,
      clock: systemClock,
      advance() {},
      reopen: async () => store,
      close: async () => {},
    }),
  )
  await client.query(WEBHOOKS)
  await client.query('VACUUM ANALYZE')
  await client.query('SET plan_cache_mode = force_generic_plan')
}, 120_000)

afterAll(() => close())

/** Every call of the contract once, so that its statements are known. */
async function useEverything(world: StoreWorld): Promise<void> {
  const { store } = world
  await world.join()
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  const idempotency = { route: 'r', key: 'k', bodyHash: 'h', answer: '{}' }
  const event = world.leadEvent()
  const claim = await world.claim(chatbot.id, { events: [event], idempotency })
  await world.record(claim, { kind: 'exhausted' })
  const recovery = { webhookId: webhook.id, since: 0, until: 2 ** 45, dryRun: false }
  for (const states of [['exhausted'], ['delivered']] as const) {
    await store.createRecovery({ ...recovery, id: world.ids.next('recovery'), states: [...states] })
    await store.continueRecoveries(10)
  }
  await store.setAside(webhook.id, null)
  await world.accept(chatbot.id, { lease: null })
  await store.claimDue({
    nodeId: world.nodeId,
    lanes: [{ webhookId: webhook.id, limit: 5 }],
  })
  await store.lanesWaiting()
  await missMessages()
  await store.release(world.nodeId, [claim.deliveryId])
  await store.cancel(claim.deliveryId, 'cancelled_by_owner')
  await store.resend(claim.deliveryId)
  await store.renewLease(world.nodeId, 60_000)
  await store.createTest({
    nodeId: world.nodeId,
    webhookId: webhook.id,
    payload: '{}',
    eventId: world.ids.next('event'),
    eventType: 'lead.submit',
  })
  for (const state of ['paused', 'active'] as const) {
    await store.setWebhookState(webhook.id, state, null)
    await store.settle(10)
  }
  await store.sweepLeases(3_600_000)
  await store.leaveNode(world.nodeId)
  await store.rollUp(9)
  await store.rollUp(9)
  await store.prune({ retentionMs: 3_600_000, leadRetentionMs: 3_600_000, limit: 9 })
  await world.useAccess(chatbot.id)
  await world.useListeners(chatbot.id)
  await world.useNotices(chatbot.id)
  await store.eraseLead(event.lead?.id ?? '', 'request')
  const [first, second] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)]
  await store.useKeys({ seals: second, opens: [first] })
  await store.reseal({ after: '', limit: 10 })
  await store.deleteChatbot(chatbot.id)
  await store.settle(100)
}

/** The node looks for itself. */
async function missMessages(): Promise<void> {
  const nothing = { waiting: [], touched: [], moved: [] }
  const message = JSON.stringify({ from: 'x', ...nothing, all: true })
  await client.query('SELECT pg_notify($1, $2)', ['chatzuri', message])
  const asks = (text: string) => database.statements().some((sql) => sql.includes(text))
  await until(async () => (asks("state <> 'pending'") && asks("noun = 'webhook'")) || null, {
    what: 'the node has looked',
  })
}

async function planOf(sql: string, values: readonly unknown[], how = ''): Promise<string> {
  // As the store does.
  await client.query(`SET enable_sort = ${sql.includes(IN_ITS_ORDER) ? 'off' : 'on'}`)
  const { rows } = await client.query(`EXPLAIN ${how} ${sql}`, [...values])
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

test('no statement of the store walks through history', async () => {
  const statements = database.statements()
  expect(statements.length).toBeGreaterThan(50)
  for (const sql of statements) {
    const count = Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])))
    await client.query(`PREPARE asked AS ${sql}`)
    const values = Array.from({ length: count }, () => 'NULL').join(', ')
    const plan = await planOf(`EXECUTE asked${count > 0 ? ` (${values})` : ''}`, [])
    await client.query('DEALLOCATE asked')
    expect(plan, `${sql}\n${plan}`).not.toMatch(GROWING)
  }
})

const lists = [
  ['deliveries', listDeliveries(db, {}, page)],
  ['deliveries of a chatbot', listDeliveries(db, { chatbotId: 'bot_1' }, page)],
  ['… failed', listDeliveries(db, { chatbotId: 'bot_1', states: ['exhausted'] }, page)],
  ['deliveries of a webhook', listDeliveries(db, { webhookId: 'wh_1' }, page)],
  ['… parked', listDeliveries(db, { webhookId: 'wh_3', states: ['parked'] }, page)],
  ['failed deliveries', listDeliveries(db, { states: ['exhausted'] }, page)],
  ['delivered deliveries', listDeliveries(db, { states: ['delivered'] }, page)],
  ['deliveries of a rare type', listDeliveries(db, { eventType: 'rare.type' }, page)],
  [
    '… of a webhook that never had it',
    listDeliveries(db, { eventType: 'rare.type', webhookId: 'wh_2' }, page),
  ],
  ['deliveries of an event', listDeliveries(db, { eventId: 'evt_1' }, page)],
  ['keys', listApiKeys(db, {}, page)],
  ['keys of a chatbot', listApiKeys(db, { chatbotId: 'bot_1' }, page)],
  ['the log', listAudit(db, {}, page)],
  ['the log of a chatbot', listAudit(db, { chatbotId: 'bot_1' }, page)],
  ['the log of a quiet chatbot', listAudit(db, { chatbotId: 'bot_none' }, page)],
  ['the log of an actor', listAudit(db, { actor: 'key_7' }, page)],
  ['the log of a rare action', listAudit(db, { action: 'lead.erased' }, page)],
  ['leads', queries.leads(db, {}, page)],
  ['leads of a chatbot', queries.leads(db, { chatbotId: 'bot_1' }, page)],
  ['events', listEvents(db, {}, page)],
  ['events of a chatbot', listEvents(db, { chatbotId: 'bot_1' }, page)],
  ['events of a type', listEvents(db, { eventType: 'rare.type' }, page)],
  [
    '… of a chatbot that never had it',
    listEvents(db, { eventType: 'rare.type', chatbotId: 'bot_2' }, page),
  ],
  ['events of a span', listEvents(db, { chatbotId: 'bot_1', from: START, to: 2 ** 41 }, page)],
  ['erasures', queries.listErasures(db, {}, page)],
  ['erasures of a chatbot', queries.listErasures(db, { chatbotId: 'bot_1' }, page)],
  ['a chart of a chatbot', statsSeries(db, { ...span, to: 60_000, chatbotId: 'bot_1' })],
  ['a chart of a webhook', statsSeries(db, { ...span, to: 60_000, webhookId: 'wh_1' })],
  ['a chart of everything', statsSeries(db, span)],
  ['a chart of everything by the hour', statsSeries(db, { ...span, stepMs: 3_600_000 })],
  [
    'a chart of a webhook by the hour',
    statsSeries(db, { ...span, stepMs: 3_600_000, webhookId: 'wh_1' }),
  ],
  [
    'a chart of a chatbot that ended long ago',
    statsSeries(db, { from: 0, to: 30_000_000, stepMs: 3_600_000, chatbotId: 'bot_1' }),
  ],
  ...[{}, { chatbotId: 'bot_1' }].flatMap((of) =>
    leadStatsQueries(db, { from: START, to: 2 ** 41, ...of }).map(
      (query, index) =>
        [
          `leads ${index === 0 ? 'counted' : 'followed'} of ${'chatbotId' in of ? 'a chatbot' : 'all'}`,
          { compile: () => query },
        ] as const,
    ),
  ),
  ['webhooks in trouble', queries.listWebhooks(db, { troubledAt: START }, page)],
  ['names of chatbots', queries.chatbotNames(db, 'bot_x')],
  ['counts of all', currentCounts(db, span)],
  ['counts of a webhook', currentCounts(db, { ...span, webhookId: 'wh_1' })],
] as const

/** Pages touched: a walk through 20,000 rows takes more than this, in whatever order. */
const PAGES_MAX = 450

test.each(lists)('%s are found without walking through history', async (name, query) => {
  const { sql, parameters } = query.compile()
  const plan = await planOf(sql, parameters, '(ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)')
  // All that waits is what is counted.
  expect(name.startsWith('counts') ? plan.replace('Seq Scan on waiting', '') : plan).not.toMatch(
    GROWING,
  )
  // Each of 1,000 leads is followed to its deliveries, in a few pages.
  const followed = name.startsWith('leads followed') ? 10 * 1_000 : 0
  expect(pagesOf(plan), plan).toBeLessThan(PAGES_MAX + followed)
})

function pagesOf(plan: string): number {
  const [, hit = '0'] = /shared hit=(\d+)/.exec(plan) ?? []
  const [, read = '0'] = /Buffers: shared .*?read=(\d+)/.exec(plan) ?? []
  return Number(hit) + Number(read)
}

test('no combination of filters of a list walks through history', async () => {
  const asked = [
    ...allDeliveryFilters(sample).map((filter) => ({
      filter,
      query: listDeliveries(db, filter, page),
    })),
    ...allLeadFilters(sample).map((filter) => ({
      filter,
      query: queries.leads(db, filter, page),
    })),
  ]
  expect(asked.length).toBeGreaterThan(4_000)
  for (const { filter, query } of asked) {
    const { sql, parameters } = query.compile()
    const plan = await planOf(sql, parameters, '(ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)')
    const told = `${JSON.stringify(filter)}\n${plan}`
    expect(plan, told).not.toMatch(GROWING)
    expect(pagesOf(plan), told).toBeLessThan(
      PAGES_MAX * (isRareFailure(filter) ? 2 : 1) + pagesOfStates(filter),
    )
  }
}, 120_000)

test('a search for people reads what it finds of the index, and rows by their ids', async () => {
  const explain = async (query: RawBuilder<unknown>) => {
    const { sql, parameters } = query.compile(db)
    return planOf(sql, parameters, '(ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)')
  }
  const all = Array.from({ length: 41 }, (_, bucket) => bucket)
  const [from, to] = ['', '~']
  for (const q of ['x777', 'x777 name', 'nobody', 'name nobody', '@b.co x12', 'a.b x9']) {
    const plan = await explain(foundLeads(db, soughtIn(q), { buckets: all, from, to }))
    expect(plan).not.toMatch(/Seq Scan on search_entries/)
    // All have the name: of two words the rarer leads, and both are within these buckets.
    expect(pagesOf(plan), `${q}\n${plan}`).toBeLessThan(1_500)
  }
  const newest = { buckets: all.slice(-2), from, to }
  for (const q of ['name', 'n', 'b.co a']) {
    const plan = await explain(foundLeads(db, soughtIn(q), newest))
    expect(plan).not.toMatch(/Seq Scan on search_entries/)
    expect(pagesOf(plan), `${q}\n${plan}`).toBeLessThan(PAGES_MAX)
  }
  for (const query of [
    pendingLeads(db, { chatbotId: 'bot_1', floor: '', ceiling: '~' }),
    ofConversation({ q: 'conv_777', chatbotId: 'bot_1' }),
    peopleOf(db, [sample.leadId]),
  ]) {
    const plan = await explain(query)
    expect(plan).not.toMatch(GROWING)
    expect(pagesOf(plan), plan).toBeLessThan(50)
  }
  const ids = [sample.deliveryId]
  const ofLeads = [sharedOf(sample.leadId)]
  for (const filter of allDeliveryFilters(sample).filter(({ q }) => q === undefined)) {
    for (const found of [{ ids }, { ofLeads }]) {
      const { sql, parameters } = listDeliveries(db, { ...filter, ...found }, page).compile()
      const plan = await planOf(sql, parameters, '(ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)')
      expect(plan, JSON.stringify({ ...filter, ...found })).not.toMatch(GROWING)
      expect(pagesOf(plan), `${JSON.stringify({ ...filter, ...found })}\n${plan}`).toBeLessThan(100)
    }
  }
  for (const filter of allLeadFilters(sample).filter(({ q }) => q === undefined)) {
    const asked = { ...filter, ids: [sample.leadId] }
    const { sql, parameters } = queries.leads(db, asked, page).compile()
    const plan = await planOf(sql, parameters, '(ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)')
    expect(plan, JSON.stringify(asked)).not.toMatch(GROWING)
    expect(pagesOf(plan), `${JSON.stringify(asked)}\n${plan}`).toBeLessThan(50)
  }
})

/** Of a state so many leads are followed to their deliveries at most, each in twenty pages or fewer. */
function pagesOfStates(filter: DeliveryFilter | LeadFilter): number {
  if (!('deliveryStates' in filter)) return 0
  const { deliveryStates = [] } = filter
  const isLooked = deliveryStates.some((state) => state === 'delivered' || state === 'none')
  return 20 * (isLooked ? LEADS_LOOKED_AT : 2 * 50 * page.limit * deliveryStates.length)
}

/** All that failed, or waits, is looked at: a list of types is not kept by state. */
function isRareFailure(filter: DeliveryFilter | LeadFilter): boolean {
  return 'eventType' in filter && ('states' in filter || 'givenUp' in filter)
}

test('what failed so is looked for among what failed, never among what was delivered', async () => {
  for (const of of [{}, { chatbotId: 'bot_2' }, { webhookId: 'wh_2' }]) {
    const { sql, parameters } = listDeliveries(db, { ...of, lastStatus: 404 }, page).compile()
    const plan = await planOf(sql, parameters, '(ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)')
    expect(plan).not.toMatch(GROWING)
    // 2,000 of each state that failed, or waits.
    const removed = [...plan.matchAll(/Rows Removed by Filter: (\d+)/g)]
    expect(removed.reduce((sum, [, rows]) => sum + Number(rows), 0)).toBeLessThan(8_000)
  }
})

test('what was given up is counted by the entries of one index', async () => {
  const filters = [{}, { chatbotId: 'bot_2' }, { webhookId: 'wh_2' }]
  const found = filters.map((filter) => givenUpWebhooks(db, filter))
  const counts = givenUpCounts(db, ['wh_2', 'wh_3'], 100)
  const span = { webhookId: 'wh_2', since: 0, until: 2 ** 45 }
  for (const { sql, parameters } of [...found, counts, countGivenUp(db, span)]) {
    const plan = await planOf(sql, parameters, '(ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)')
    const walks = plan.split('\n').filter((line) => /on finished_p\d/.test(line))
    expect(walks.length, plan).toBeGreaterThan(0)
    for (const walk of walks) {
      expect(walk, plan).toMatch(
        /Index Only Scan (Backward )?using finished_\w+_webhook_id_finished_at_id/,
      )
    }
    expect(pagesOf(plan), plan).toBeLessThan(PAGES_MAX)
  }
})

test('what goes wrong with a webhook is found by the ends of its indexes', async () => {
  for (const webhookId of ['wh_2', 'wh_4', 'wh_5', 'wh_15']) {
    const found = webhookFailureQueries(db, { webhookId, since: 0, from: 0 })
    for (const { sql, parameters } of found) {
      const plan = await planOf(sql, parameters, '(ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)')
      expect(plan, `${sql}\n${plan}`).not.toMatch(GROWING)
      expect(plan).not.toMatch(/using (finished|waiting)\w*_finished_at_id_idx/)
    }
  }
})

test('what became of a page of leads is found through their ids, a few pages for each', async () => {
  const { sql, parameters } = listLeads(
    db,
    { chatbotId: 'bot_1' },
    { ...page, limit: 100 },
  ).compile()
  const plan = await planOf(sql, parameters, '(ANALYZE, BUFFERS, COSTS off, TIMING off)')
  expect(pagesOf(plan), plan).toBeLessThan(100 * 12)
  // Of what is finished, only the parts of those days are opened.
  const walked = plan.split('\n').filter((line) => /Seq Scan on (?!claimed)/.test(line))
  expect(
    walked.filter((line) => !line.includes('never executed')),
    plan,
  ).toEqual([])
})

test('a counted page walks the index of its list, in its order', async () => {
  // Of 4,000 rows: to read and sort them is cheaper, and right, where nearly all are skipped.
  const deep = { limit: 100, skip: 300 }
  const leads = allLeadFilters(sample).filter(
    ({ q, chatbotId, deliveryStates }) => !q && !deliveryStates && chatbotId,
  )
  const walks = [
    ...leads.map((filter) => [queries.leads(db, filter, deep), 'leads_by_chatbot'] as const),
    ...allConversationFilters(sample).map(
      (filter) => [queries.listConversations(db, filter, deep), 'conversations_by_age'] as const,
    ),
  ]
  expect(walks).toHaveLength(8)
  for (const [query, index] of walks) {
    const { sql, parameters } = query.compile()
    const plan = await planOf(sql, parameters)
    expect(plan).toContain(`Backward using ${index} `)
    expect(plan).not.toMatch(/Sort|Seq Scan on (leads|conversations)/)
  }
})

test('a list of an event type walks the index of what leads it', async () => {
  const eventType = 'rare.type'
  const walks = [
    [{ eventType }, 'event_type_id_idx'],
    [{ eventType, chatbotId: 'bot_1' }, 'chatbot_id_event_type_id_idx'],
    [{ eventType, webhookId: 'wh_1', states: ['delivered'] }, 'webhook_id_event_type_id_idx'],
  ] as const
  for (const [filter, index] of walks) {
    const { sql, parameters } = listDeliveries(db, filter, page).compile()
    expect(await planOf(sql, parameters)).toContain(
      `Index Scan Backward using finished_p2_${index} `,
    )
  }
})

test('one thing is found by its id', async () => {
  for (const { sql, parameters } of await detailQueries(db)) {
    const plan = await planOf(sql, parameters)
    expect(plan, `${sql}\n${plan}`).not.toMatch(GROWING)
  }
})

test.each(['webhook', 'event', 'delivery', 'lead', 'recovery', 'key'] as const)(
  'whose a %s is, is found by its id',
  async (kind) => {
    const { sql, parameters } = ownerOf(db, kind, 'x')
    expect(await planOf(sql, parameters)).not.toMatch(GROWING)
  },
)
test('a record of one person is found through indexes', async () => {
  for (const query of leadRecordQueries(db, sample.leadId)) {
    expect(await planOf(query.sql, query.parameters)).not.toMatch(GROWING)
  }
})

test('changes since an instant are found through indexes', async () => {
  const at = START + (DELIVERIES - 50) * 1_000
  const place = { at, source: 0, key: 'dlv_1' }
  const reach = { untilMs: null, deliveriesBelow: null, leadsBelow: null }
  for (const query of [
    ...reachQueries(db, place),
    ...changesQueries(db, { place, reach, limit: 100 }),
  ]) {
    expect(await planOf(query.sql, query.parameters)).not.toMatch(GROWING)
  }
})
