import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { changesQueries } from '../changes.ts'
import { leadRecordQueries } from '../lead-record.ts'
import {
  currentCounts,
  listChatbots,
  listDeliveries,
  listErasures,
  listLeads,
  listWebhooks,
  sqliteBuilder,
  statsSeries,
} from '../queries.ts'
import { COUNT_SEALED_WITH } from '../sealed-with.ts'
import { KEY, openWithEngine } from './fixtures/folder.ts'
import { ANY_OTHER } from './key-check.ts'

const db = sqliteBuilder()
const page = { limit: 50, after: 'x' }
const span = { from: 0, to: 60_000, stepMs: 60_000 }

function planOf(database: DatabaseSync, sql: string, values: readonly unknown[]): string {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(values as string[]))
  return rows.map((row) => String(row.detail)).join('\n')
}

/** What walks a table from end to end; a list of merged walks is no table. */
function scans(plan: string): string[] {
  return plan.split('\n').filter((line) => /^SCAN (?!walk|merged|CONSTANT)/.test(line))
}

/** Walks over tables that hold only what is under way, as far as their limit. */
const SMALL = /^SCAN (unsettled$|lane$)/

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
  await world.accept(chatbot.id, { lease: null })
  const lanes = [{ webhookId: webhook.id, limit: 5 }]
  await store.claimDue({ nodeId: world.nodeId, lanes })
  await store.lanesWaiting()
  await store.release(world.nodeId, [claim.deliveryId])
  await store.cancel(claim.deliveryId, 'cancelled_by_owner')
  for (const state of ['paused', 'active'] as const) {
    await store.setWebhookState(webhook.id, state, null)
    await store.settle(10)
  }
  await store.leaveNode(world.nodeId)
  await world.advance(2_000)
  await store.prune({ retentionMs: 1_000, leadRetentionMs: 1_000, limit: 100 })
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

const filters = [
  [{ chatbotId: 'b' }, 'deliveries_by_chatbot'],
  [{ chatbotId: 'b', state: 'exhausted' }, 'deliveries_by_chatbot'],
  [{ webhookId: 'w' }, 'deliveries_by_webhook'],
  [{ webhookId: 'w', chatbotId: 'b', state: 'pending' }, 'deliveries_by_webhook'],
  [{ eventId: 'e', chatbotId: 'b', state: 'pending' }, 'deliveries_by_event'],
  [{ state: 'exhausted' }, 'deliveries_by_state'],
  [{ q: 'ann' }, 'deliveries_by_event'],
  [{ q: 'wh_1', chatbotId: 'b' }, 'deliveries_by_webhook'],
  [{ q: 'dlv_1', state: 'pending' }, 'PRIMARY KEY'],
  [{}, 'PRIMARY KEY'],
] as const

test.each(filters)('the list of deliveries by %o walks %s', async (filter, index) => {
  const { engine } = await openWithEngine()
  const { sql, parameters } = listDeliveries(db, filter, page).compile()
  const plan = planOf(engine.db, sql, parameters)
  const walks = plan.split('\n').filter((line) => line.startsWith('SEARCH deliveries'))
  for (const walk of walks) expect(walk).toContain(index)
  expect(walks.length).toBeGreaterThan(0)
  expect(scans(plan)).toEqual([])
})

const others = [
  ['chatbots', listChatbots(db, page), 'PRIMARY KEY'],
  ['webhooks', listWebhooks(db, 'b', page), 'webhooks_by_chatbot'],
  ['leads', listLeads(db, {}, page), 'PRIMARY KEY'],
  ['leads of a chatbot', listLeads(db, { chatbotId: 'b' }, page), 'leads_by_chatbot'],
  ['leads by name', listLeads(db, { q: 'ann', chatbotId: 'b' }, page), 'leads_by_name'],
  ['erasures', listErasures(db, {}, page), 'PRIMARY KEY'],
  ['erasures of a chatbot', listErasures(db, { chatbotId: 'b' }, page), 'erasures_by_chatbot'],
  ['a chart of a chatbot', statsSeries(db, { ...span, chatbotId: 'b' }), 'stats_by_chatbot'],
  ['a chart of a webhook', statsSeries(db, { ...span, webhookId: 'w' }), 'PRIMARY KEY'],
  ['a chart of all', statsSeries(db, span), 'stats_by_minute'],
  ['counts of all', currentCounts(db, span), 'COVERING INDEX deliveries_by_state'],
  [
    'counts of a webhook',
    currentCounts(db, { ...span, webhookId: 'w' }),
    'COVERING INDEX deliveries_by_webhook',
  ],
] as const

test.each(others)('%s are found through an index', async (_, query, index) => {
  const { engine } = await openWithEngine()
  const { sql, parameters } = query.compile()
  const plan = planOf(engine.db, sql, parameters)
  expect(plan).toContain(index)
  expect(scans(plan)).toEqual([])
})

test('a record of one person is found through indexes', async () => {
  const { engine } = await openWithEngine()
  for (const { sql, parameters } of leadRecordQueries(db, 'lead_1')) {
    expect(scans(planOf(engine.db, sql, parameters)), sql).toEqual([])
  }
})

test('what another key sealed is looked for in an index alone', async () => {
  const { engine } = await openWithEngine()
  const plan = planOf(engine.db, ANY_OTHER, ['k', 'k'])
  expect(plan).toContain('webhooks_sealed_with')
  expect(scans(plan)).toEqual([])
  expect(planOf(engine.db, COUNT_SEALED_WITH, [])).toContain('webhooks_sealed_with')
})

test('changes since an instant are found through indexes', async () => {
  const { engine } = await openWithEngine()
  for (const { sql, parameters } of changesQueries(db, { sinceMs: 1, limit: 9 })) {
    expect(scans(planOf(engine.db, sql, parameters)), sql).toEqual([])
  }
})
