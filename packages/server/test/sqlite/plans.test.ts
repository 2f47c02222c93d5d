import type { DatabaseSync } from 'node:sqlite'
import type { RawBuilder } from 'kysely'
import { expect, test } from 'vitest'
import type { DeliveryFilter, LeadFilter } from '../../src/store/desk.ts'
import { listApiKeys, listAudit, ownerOf } from '../../src/store/reading/access/access-queries.ts'
import { sqliteBuilder } from '../../src/store/reading/builder.ts'
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
import {
  asked,
  chatbotNames,
  listChatbots,
  listConversations,
  listErasures,
  listWebhooks,
} from '../../src/store/reading/queries.ts'
import { hasFewLeads } from '../../src/store/reading/searches.ts'
import { peopleOf } from '../../src/store/reading/searching/find-page.ts'
import {
  bucketsOf,
  countsOf,
  foundLeads,
  ofConversation,
  pendingLeads,
} from '../../src/store/reading/searching/index-walk.ts'
import { soughtIn } from '../../src/store/reading/searching/terms.ts'
import { COUNT_SEALED_WITH } from '../../src/store/sealing/sealed-with.ts'
import { ANY_OTHER } from '../../src/store/sqlite/keys.ts'
import { LANES_WAITING } from '../../src/store/sqlite/road/lanes-waiting.ts'
import { detailQueries } from '../conformance/detail-queries.ts'
import {
  allConversationFilters,
  allDeliveryFilters,
  allLeadFilters,
} from '../conformance/list-filters.ts'
import { KEY, openWithEngine } from './folder.ts'

const db = sqliteBuilder()
const page = { limit: 50, after: 'x' }
const span = { from: 0, to: 60_000, stepMs: 60_000 }

function planOf(database: DatabaseSync, sql: string, values: readonly unknown[]): string {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(values as string[]))
  return rows.map((row) => String(row.detail)).join('\n')
}

/**
 * What walks a table from end to end. What other walks have found is no table, nor is a view; of what is
 * claimed there is never much.
 */
function scans(plan: string): string[] {
  const lines = plan.split('\n')
  const views = lines.filter((line) => /^CO-ROUTINE (deliveries|all_attempts)$/.test(line)).length
  const found = lines.filter((line) => /^SCAN (deliveries|all_attempts|owner)$/.test(line))
  const ofViews = new Set(found.slice(0, views))
  return lines.filter(
    (line) =>
      /^SCAN (?!walk|merged|found|people|told|counted|claimed|json_each|\(subquery|CONSTANT)/.test(
        line,
      ) && !ofViews.has(line),
  )
}

/** Walks over tables that hold only what is under way, as far as their limit. */
const SMALL = /^SCAN (unsettled$|lane$|kinds$|notices USING INDEX notices_untold$)/

test('no statement of the engine walks through history', async () => {
  const { engine, store, world } = await openWithEngine()
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
  const lanes = [{ webhookId: webhook.id, limit: 5 }]
  await store.claimDue({ nodeId: world.nodeId, lanes })
  await store.lanesWaiting()
  await store.release(world.nodeId, [claim.deliveryId])
  await store.cancel(claim.deliveryId, 'cancelled_by_owner')
  await store.resend(claim.deliveryId)
  await store.createTest({
    nodeId: world.nodeId,
    webhookId: webhook.id,
    payload: '{}',
    eventId: world.ids.next('event'),
    eventType: 'lead.submit',
  })
  await store.eraseLead(event.lead?.id ?? '', 'request')
  await store.sweepLeases(3_600_000)
  await store.renewLease(world.nodeId, 60_000)
  for (const state of ['paused', 'active'] as const) {
    await store.setWebhookState(webhook.id, state, null)
    await store.settle(10)
  }
  await store.leaveNode(world.nodeId)
  await world.advance(2_000)
  await world.advance(60_000)
  await store.rollUp(10)
  await store.prune({ retentionMs: 1_000, leadRetentionMs: 1_000, limit: 100 })
  await world.useAccess(chatbot.id)
  await world.useListeners(chatbot.id)
  await world.useNotices(chatbot.id)
  await store.useKeys({ seals: Buffer.alloc(32, 8), opens: [KEY] })
  await store.reseal({ after: '', limit: 10 })
  await store.deleteChatbot(chatbot.id)
  await store.settle(100)
  const statements = engine.statements()
  expect(statements.length).toBeGreaterThan(50)
  for (const sql of statements) {
    const values = Array.from({ length: sql.split('?').length - 1 }, () => 1)
    const numbered = new Set(sql.match(/\?\d/g)).size
    const plan = planOf(engine.db, sql, numbered ? values.slice(0, numbered) : values)
    expect(
      scans(plan).filter((line) => !SMALL.test(line)),
      sql,
    ).toEqual([])
  }
})

const sample = {
  chatbotId: 'bot_1',
  webhookId: 'wh_1',
  eventId: 'evt_1',
  deliveryId: 'dlv_1',
  leadId: 'lead_1',
  eventType: 'order.paid',
  from: 1,
  to: 2 ** 41,
}

/** The narrowest of what is asked for leads, in each of the tables; what is claimed is walked whole. */
function leadingIndex(filter: DeliveryFilter): RegExp {
  const { eventId, q, webhookId, chatbotId } = filter
  const states = filter.givenUp ? ['exhausted'] : filter.states
  const typed = filter.eventType === sample.eventType
  const isFailed = states?.every((state) => state === 'exhausted' || state === 'cancelled')
  if (eventId !== undefined || (q !== undefined && q !== sample.webhookId)) return /PRIMARY KEY/
  const of = webhookId !== undefined || q === sample.webhookId ? 'webhook' : 'chatbot'
  const owner = of === 'webhook' || chatbotId !== undefined ? `_by_${of}` : '_by'
  if (typed && isFailed) return new RegExp(`finished_failed${owner}_type`)
  if (typed) return new RegExp(`(finished|waiting)${owner}_type`)
  if (owner !== '_by') return new RegExp(`(finished|waiting)${owner} `)
  // Of all, what was delivered is in no list by state.
  if (states === undefined) return /PRIMARY KEY/
  if (!states.includes('delivered')) return /_by_state/
  return states.length === 1 ? /PRIMARY KEY/ : /PRIMARY KEY|_by_state/
}

test('every list of deliveries walks the index of the narrowest that it is asked for', async () => {
  const { engine } = await openWithEngine()
  for (const filter of allDeliveryFilters(sample)) {
    const { sql, parameters } = listDeliveries(db, filter, page).compile()
    const plan = planOf(engine.db, sql, parameters)
    const told = `${JSON.stringify(filter)}\n${plan}`
    const walks = walksOf(plan, filter)
    for (const walk of walks) expect(walk, told).toMatch(leadingIndex(filter))
    expect(walks.length, told).toBeGreaterThan(0)
    expect(scans(plan), told).toEqual([])
    // One event's deliveries may be sorted, and those of the people that a search finds; no others.
    if (filter.eventId !== undefined || isPeopleSearch(filter)) continue
    const lines = plan.split('\n')
    // What is sorted is what walks of one page each have found.
    const sorted = lines.filter((_, index) => lines[index + 1]?.includes('TEMP B-TREE'))
    for (const line of sorted) expect(line, told).toMatch(/^SCAN (walk|merged)/)
  }
})

test('few leads lead to their deliveries', async () => {
  const { engine } = await openWithEngine()
  const filter: DeliveryFilter = { chatbotId: 'b', eventType: 'lead.submit' }
  const { sql, parameters } = listDeliveries(db, asked(filter, { fewLeadsOf: 'b' }), page).compile()
  const few = hasFewLeads(db, 'b')
  for (const plan of [
    planOf(engine.db, sql, parameters),
    planOf(engine.db, few.sql, few.parameters),
  ]) {
    expect(plan).toContain('leads_by_chatbot')
    expect(plan).toMatch(/events_by_chatbot_type/)
    expect(scans(plan)).toEqual([])
  }
})

test('a search for people walks the index by bucket and term, and looks up by ids alone', async () => {
  const { engine } = await openWithEngine()
  const plan = (query: RawBuilder<unknown>) => {
    const { sql, parameters } = query.compile(db)
    return planOf(engine.db, sql, parameters)
  }
  const bounds = { buckets: [1, 2], from: '', to: '~' }
  for (const q of ['smith', 'ann smith', '0712 345 678', 'a', 'j.smith', '+254712345678 ann']) {
    for (const query of [foundLeads, countsOf]) {
      const told = plan(query(db, soughtIn(q), bounds))
      const walks = told.split('\n').filter((line) => line.includes('search_entries'))
      expect(walks.length, told).toBeGreaterThan(0)
      for (const walk of walks) {
        expect(walk, told).toMatch(
          /^SEARCH search_entries USING PRIMARY KEY \(bucket=\? AND term>\? AND term<\?\)/,
        )
      }
    }
  }
  expect(plan(bucketsOf('bot_1'))).toMatch(
    /^SEARCH search_buckets USING COVERING INDEX search_buckets_by_shelf/,
  )
  const pending = plan(pendingLeads(db, { chatbotId: 'bot_1', floor: '', ceiling: '~' }))
  expect(pending).toContain('SEARCH search_pending USING PRIMARY KEY')
  expect(pending).toContain('SEARCH leads USING PRIMARY KEY (id=?)')
  expect(plan(ofConversation({ q: 'a', chatbotId: 'bot_1' }))).toContain('leads_by_conversation')
  expect(plan(peopleOf(db, ['lead_1']))).toMatch(/SEARCH leads USING PRIMARY KEY \(id=\?\)/)
})

test('what a search has found is looked up by its ids, whatever else is asked for', async () => {
  const { engine } = await openWithEngine()
  for (const filter of allDeliveryFilters(sample).filter(({ q }) => q === undefined)) {
    for (const found of [{ ids: ['dlv_1', 'dlv_2'] }, { ofLeads: ['01', '02'] }]) {
      const { sql, parameters } = listDeliveries(db, { ...filter, ...found }, page).compile()
      const plan = planOf(engine.db, sql, parameters)
      const told = `${JSON.stringify({ ...filter, ...found })}\n${plan}`
      const walks = plan.split('\n').filter((line) => /^SEARCH (deliveries|of_lead) /.test(line))
      expect(walks.length, told).toBeGreaterThan(0)
      for (const walk of walks) expect(walk, told).toContain('PRIMARY KEY')
    }
  }
  for (const filter of allLeadFilters(sample).filter(({ q }) => q === undefined)) {
    const { sql, parameters } = listLeads(db, { ...filter, ids: ['lead_1'] }, page).compile()
    const plan = planOf(engine.db, sql, parameters)
    const walks = plan.split('\n').filter((line) => line.startsWith('SEARCH leads'))
    for (const walk of walks) expect(walk, plan).toMatch(/PRIMARY KEY \(id=\?\)/)
  }
})

/**
 * But the first: it is of what is claimed, by the ids alone, whatever is asked for. Of what was given up
 * nothing is claimed.
 */
function walksOf(plan: string, { givenUp }: DeliveryFilter): string[] {
  const walks = plan.split('\n').filter((line) => line.startsWith('SEARCH deliveries'))
  if (givenUp) return walks
  expect(walks[0], plan).toMatch(/PRIMARY KEY/)
  return walks.slice(1)
}

function isPeopleSearch({ q }: DeliveryFilter): boolean {
  return q !== undefined && q !== sample.deliveryId && q !== sample.webhookId
}

/** As with deliveries; SQLite tells no index for ids that another walk has found. */
function leadingLeadIndex({ q, chatbotId, deliveryStates }: LeadFilter): RegExp {
  if (q === undefined && isLedByDeliveries(deliveryStates)) return /PRIMARY KEY \(id=\?\)/
  if (q === undefined) return chatbotId === undefined ? /PRIMARY KEY/ : /leads_by_chatbot/
  return /PRIMARY KEY/
}

test('every list of leads walks the index of the narrowest that it is asked for', async () => {
  const { engine } = await openWithEngine()
  for (const filter of allLeadFilters(sample)) {
    const { sql, parameters } = listLeads(db, filter, page).compile()
    const plan = planOf(engine.db, sql, parameters)
    const told = `${JSON.stringify(filter)}\n${plan}`
    const walks = plan.split('\n').filter((line) => line.startsWith('SEARCH leads'))
    for (const walk of walks) expect(walk, told).toMatch(leadingLeadIndex(filter))
    expect(walks.length, told).toBeGreaterThan(0)
    expect(
      scans(plan).filter((line) => line !== 'SCAN newest'),
      told,
    ).toEqual([])
    if (filter.q !== undefined || !isLedByDeliveries(filter.deliveryStates)) continue
    expect(plan, told).toMatch(/(finished|waiting)_by_(chatbot|state) /)
  }
})

/** Those in states that are rare are found among the deliveries in it. */
function isLedByDeliveries(states: LeadFilter['deliveryStates']): boolean {
  return states !== undefined && !states.some((state) => state === 'delivered' || state === 'none')
}

test('leads are counted in the order of their ids, and followed to their deliveries by these', async () => {
  const { engine } = await openWithEngine()
  for (const of of [{}, { chatbotId: 'b' }]) {
    const queries = leadStatsQueries(db, { from: 1, to: 2 ** 41, ...of })
    expect(queries).toHaveLength(2)
    for (const { sql, parameters } of queries) {
      const plan = planOf(engine.db, sql, parameters)
      const walk =
        'chatbotId' in of
          ? /SEARCH leads USING INDEX leads_by_chatbot/
          : /SEARCH leads USING PRIMARY KEY/
      expect(plan).toMatch(walk)
      const bare = /^SCAN (counted|lead|of_chatbot|sampled)$/
      expect(
        scans(plan).filter((line) => !bare.test(line)),
        plan,
      ).toEqual([])
      for (const line of plan.split('\n').filter((each) => each.startsWith('SEARCH d '))) {
        expect(line).toContain('PRIMARY KEY (id>? AND id<?)')
      }
    }
  }
})

test('the list of events walks an index of events, and one of leads, in its order', async () => {
  const { engine } = await openWithEngine()
  for (const span of [{}, { from: 1, to: 2 ** 41 }]) {
    for (const [filter, index] of [
      [{}, 'PRIMARY KEY'],
      [{ chatbotId: 'bot_1' }, 'events_by_chatbot '],
      [{ eventType: 'order.paid' }, 'events_by_type '],
      [{ chatbotId: 'bot_1', eventType: 'order.paid' }, 'events_by_chatbot_type '],
      [{ chatbotId: 'bot_1', eventType: 'leads.submit' }, 'events_by_chatbot_type '],
    ] as const) {
      const { sql, parameters } = listEvents(db, { ...filter, ...span }, page).compile()
      const plan = planOf(engine.db, sql, parameters)
      const told = `${JSON.stringify(filter)}\n${plan}`
      expect(plan, told).toMatch(new RegExp(`SEARCH events USING (INDEX )?${index}`))
      const ofLeads =
        'chatbotId' in filter ? /leads USING INDEX leads_by_chatbot/ : /leads USING PRI/
      if (!('eventType' in filter) || filter.eventType === 'leads.submit') {
        expect(plan, told).toMatch(ofLeads)
      } else expect(plan, told).not.toContain('leads')
      expect(
        scans(plan).filter((line) => line !== 'SCAN walk'),
        told,
      ).toEqual([])
      expect(plan.match(/TEMP B-TREE/g), told).toHaveLength(1)
    }
  }
})

test('a counted page walks the index of its list, in its order', async () => {
  const { engine } = await openWithEngine()
  const deep = { limit: 100, skip: 9_900 }
  const leads = allLeadFilters(sample).filter(
    ({ q, chatbotId, deliveryStates }) => !q && !deliveryStates && chatbotId,
  )
  const walks = [
    ...leads.map((filter) => [listLeads(db, filter, deep), 'leads_by_chatbot'] as const),
    ...allConversationFilters(sample).map(
      (filter) => [listConversations(db, filter, deep), 'conversations_by_age'] as const,
    ),
  ]
  expect(walks).toHaveLength(8)
  for (const [query, index] of walks) {
    const { sql, parameters } = query.compile()
    const plan = planOf(engine.db, sql, parameters)
    expect(plan).toContain(index)
    expect(plan).not.toContain('TEMP B-TREE')
    expect(scans(plan), plan).toEqual([])
  }
})

test('looking for lanes with something waiting jumps from webhook to webhook', async () => {
  const { engine } = await openWithEngine()
  const plan = planOf(engine.db, LANES_WAITING, [])
  const walks = plan.split('\n').filter((line) => /waiting/.test(line))
  for (const walk of walks) expect(walk).toContain('COVERING INDEX waiting_claimable')
  expect(walks.length).toBeGreaterThan(2)
  expect(plan).toMatch(/SEARCH (webhooks|w) USING PRIMARY KEY/)
})

const action = 'webhook.paused'
const others = [
  ['chatbots', listChatbots(db, page), 'PRIMARY KEY'],
  ['keys', listApiKeys(db, {}, page), 'PRIMARY KEY'],
  ['keys of a chatbot', listApiKeys(db, { chatbotId: 'b' }, page), 'api_keys_by_chatbot'],
  ['the log', listAudit(db, {}, page), 'PRIMARY KEY'],
  ['the log of a chatbot', listAudit(db, { chatbotId: 'b', actor: 'a' }, page), 'audit_by_chatbot'],
  ['the log of an actor', listAudit(db, { actor: 'a', action }, page), 'audit_by_actor'],
  ['the log of an action', listAudit(db, { action, from: 1, to: 2 }, page), 'audit_by_action'],
  ['webhooks', listWebhooks(db, {}, page), 'PRIMARY KEY'],
  ['webhooks of a chatbot', listWebhooks(db, { chatbotId: 'b' }, page), 'webhooks_by_chatbot'],
  ['webhooks by metadata', listWebhooks(db, { metadata: [['a', 'x']] }, page), 'PRIMARY KEY'],
  [
    'webhooks of a chatbot by metadata',
    listWebhooks(db, { chatbotId: 'b', metadata: [['a', 'x']] }, page),
    'webhooks_by_chatbot',
  ],
  ['webhooks in trouble', listWebhooks(db, { troubledAt: 1 }, page), 'webhooks_troubled'],
  [
    'webhooks of a chatbot in trouble',
    listWebhooks(db, { chatbotId: 'b', troubledAt: 1 }, page),
    'webhooks_troubled',
  ],
  ['names of chatbots', chatbotNames(db, 'x'), 'PRIMARY KEY'],
  ['chatbots of these ids', listChatbots(db, page, ['a', 'b']), 'PRIMARY KEY'],
  ['leads', listLeads(db, {}, page), 'PRIMARY KEY'],
  ['leads of a chatbot', listLeads(db, { chatbotId: 'b' }, page), 'leads_by_chatbot'],
  ['erasures', listErasures(db, {}, page), 'PRIMARY KEY'],
  ['erasures of a chatbot', listErasures(db, { chatbotId: 'b' }, page), 'erasures_by_chatbot'],
  ['counts of all', currentCounts(db, span), 'COVERING INDEX waiting_by_state'],
  [
    'counts of a webhook',
    currentCounts(db, { ...span, webhookId: 'w' }),
    'COVERING INDEX waiting_by_webhook',
  ],
] as const

test('what was given up is counted by the entries of one index, and no row is read for it', async () => {
  const { engine } = await openWithEngine()
  const filters = [{}, { chatbotId: 'b' }, { webhookId: 'w' }, { chatbotId: 'b', webhookId: 'w' }]
  const found = filters.map((filter) => givenUpWebhooks(db, filter))
  const counts = givenUpCounts(db, ['w', 'v'], 100)
  const span = { webhookId: 'w', since: 1, until: 2 }
  for (const { sql, parameters } of [...found, counts, countGivenUp(db, span)]) {
    const plan = planOf(engine.db, sql, parameters)
    const walks = plan.split('\n').filter((line) => /\bfinished\b/.test(line))
    expect(walks.length).toBeGreaterThan(0)
    for (const walk of walks) {
      expect(walk).toMatch(/COVERING INDEX finished_failed \(webhook_id=\? AND finished_at>\?/)
    }
    expect(plan).not.toContain('finished_by')
    expect(
      scans(plan).filter((line) => line !== 'SCAN looked_at'),
      plan,
    ).toEqual([])
  }
})

test('what goes wrong with a webhook is found by the ends of its indexes', async () => {
  const { engine } = await openWithEngine()
  const plans = webhookFailureQueries(db, { webhookId: 'w', since: 1, from: 0 }).map(
    ({ sql, parameters }) => planOf(engine.db, sql, parameters),
  )
  const [counts, , givenUp, retrying, onHold] = plans
  expect(counts).toMatch(/COVERING INDEX waiting_fresh/)
  expect(counts).toMatch(/INDEX kept_back_by_webhook \(webhook_id=\? AND event_id>\?\)/)
  expect(counts).not.toMatch(/USING INDEX/)
  expect(givenUp).toMatch(/INDEX finished_failed \(webhook_id=\? AND finished_at>\?/)
  expect(retrying).toMatch(/INDEX waiting_claimable \(webhook_id=\?\)/)
  expect(onHold).toMatch(/INDEX waiting_by_webhook \(webhook_id=\? AND state=\?\)/)
  for (const plan of [counts, givenUp, retrying, onHold]) expect(plan).not.toContain('TEMP B-TREE')
  for (const plan of plans) {
    expect(
      scans(plan).filter((line) => line !== 'SCAN deliveries'),
      plan,
    ).toEqual([])
  }
})

const month = { from: 0, to: 30 * 86_400_000, stepMs: 6 * 3_600_000 }
const charts = [
  ['of a chatbot', { chatbotId: 'b' }, 'stats_by_chatbot'],
  ['of a webhook', { webhookId: 'w' }, 'SEARCH stats_minutes USING PRIMARY KEY'],
  ['of everything', {}, 'stats_by_minute'],
] as const

test.each(charts)(
  'a chart %s is read from roll-ups and a tail of minutes',
  async (_, of, index) => {
    const { engine } = await openWithEngine()
    for (const query of [month, { ...month, stepMs: 60_000 }]) {
      const { sql, parameters } = statsSeries(db, { ...query, ...of }).compile()
      const plan = planOf(engine.db, sql, parameters)
      expect(plan).toContain(index)
      expect(scans(plan), plan).toEqual([])
      const rollups = plan.split('\n').filter((line) => line.includes('stats_rollups'))
      for (const line of rollups) {
        expect(line).toContain('PRIMARY KEY (scope=? AND step_ms=? AND at>? AND at<?)')
      }
      expect(rollups.length).toBeGreaterThan('webhookId' in of && query !== month ? -1 : 0)
    }
  },
)

test.each(others)('%s are found through an index', async (_, query, index) => {
  const { engine } = await openWithEngine()
  const { sql, parameters } = query.compile()
  const plan = planOf(engine.db, sql, parameters)
  expect(plan).toContain(index)
  expect(scans(plan)).toEqual([])
})

test('whose a thing is, is found by its id', async () => {
  const { engine } = await openWithEngine()
  const kinds = ['chatbot', 'webhook', 'event', 'delivery', 'lead', 'recovery', 'key'] as const
  for (const kind of kinds) {
    const { sql, parameters } = ownerOf(db, kind, 'x')
    const plan = planOf(engine.db, sql, parameters)
    expect(plan).toContain('PRIMARY KEY')
    expect(scans(plan)).toEqual([])
  }
})

test('one thing is found by its id', async () => {
  const { engine } = await openWithEngine()
  for (const { sql, parameters } of await detailQueries(db)) {
    const plan = planOf(engine.db, sql, parameters)
    expect(scans(plan), sql).toEqual([])
    // What a recovery would send again is counted: all of one webhook's, by their states.
    expect(plan, sql).toMatch(
      /PRIMARY KEY|_by_delivery|finished_(failed|by_webhook)|autoindex_deleted_webhooks/,
    )
  }
})

test('a record of one person is found through indexes', async () => {
  const { engine } = await openWithEngine()
  for (const { sql, parameters } of leadRecordQueries(db, 'lead_1')) {
    expect(scans(planOf(engine.db, sql, parameters)), sql).toEqual([])
  }
})

test('what another key sealed is looked for in an index alone', async () => {
  const { engine } = await openWithEngine()
  const plan = planOf(engine.db, ANY_OTHER, ['k', 'k', 'k', 'k'])
  expect(plan).toContain('webhooks_sealed_with')
  expect(scans(plan)).toEqual([])
  expect(planOf(engine.db, COUNT_SEALED_WITH, [])).toContain('webhooks_sealed_with')
})

test('changes since an instant are found through indexes', async () => {
  const { engine } = await openWithEngine()
  for (let source = 0; source < 5; source++) {
    const place = { at: 20_000, source, key: '1' }
    const reach = { untilMs: 40_000, deliveriesBelow: 'dlv_1', leadsBelow: 'lead_1' }
    const unbounded = { untilMs: null, deliveriesBelow: null, leadsBelow: null }
    for (const { sql, parameters } of [
      ...reachQueries(db, place),
      ...changesQueries(db, { place, reach, limit: 9 }),
      ...changesQueries(db, { place, reach: unbounded, limit: 9 }),
    ]) {
      expect(scans(planOf(engine.db, sql, parameters)), sql).toEqual([])
    }
  }
})
