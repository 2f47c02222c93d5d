/** The queries by which one thing is read, as the store asks them, for a test of their plans. */

import type { Builder } from '../../src/store/reading/builder.ts'
import type { RunQueries } from '../../src/store/reading/read-parts.ts'
import { countRecoverable, createReads } from '../../src/store/reading/reads.ts'
import { createEncryption } from '../../src/store/sealing/encryption.ts'

export async function detailQueries(db: Builder): Promise<Parameters<RunQueries>[0]> {
  const asked: Parameters<RunQueries>[0] = []
  const run: RunQueries = async (queries) => {
    asked.push(...queries)
    return queries.map(() => [])
  }
  const encryption = createEncryption(Buffer.alloc(32, 7))
  const parts = { db, run, runSoon: run, encryption }
  const reads = createReads(parts)
  await reads.getChatbot('bot_1')
  await reads.getWebhook('wh_1')
  await reads.glimpseWebhooks(['wh_1', 'wh_2'])
  await reads.getEvent('evt_1')
  await reads.getDelivery('dlv_1')
  await reads.getLead('lead_1')
  await reads.getRecovery('rcv_1')
  const span = { since: 0, until: 1_000 }
  for (const states of [['exhausted', 'cancelled'], ['delivered']] as const) {
    const recovery = { id: 'rcv_1', webhookId: 'wh_1', ...span, dryRun: true }
    await countRecoverable(parts, { ...recovery, states: [...states] })
  }
  return asked
}
