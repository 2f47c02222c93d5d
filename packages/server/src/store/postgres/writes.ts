/** The writing half of the contract: which calls share transactions, and which stand alone. */
import type { Ids } from '../../id.ts'
import type { NewAuditEntry, NewRecovery, Recovery } from '../desk.ts'
import { toApiKey, toOwnerLink, toSession } from '../reading/access-rows.ts'
import type { Reading, Reads } from '../reading/reads.ts'
import { toChatbot, toDelivery, toRecovery } from '../reading/rows.ts'
import type { AcceptInput, AcceptResult, ClaimResult, RecordInput, RecordResult } from '../road.ts'
import { acceptWeight, COMMIT_WEIGHT_MAX, isBulk } from '../rules/accept-weight.ts'
import type { Probe } from '../rules/probe.ts'
import type { KeyRing } from '../sealing/encryption.ts'
import type { Store } from '../store.ts'
import type { Database } from './connection/database.ts'
import { Group } from './connection/group.ts'
import type { Transaction } from './connection/transaction.ts'
import { acceptAll } from './road/accept.ts'
import * as access from './road/access.ts'
import { keepAudit, transactAudited } from './road/audit.ts'
import { type ClaimInput, claimAll, fitsClaims } from './road/claim.ts'
import * as config from './road/config.ts'
import { createTest } from './road/create-test.ts'
import { eraseLeads } from './road/erase.ts'
import { useKeys } from './road/key-check.ts'
import { lanesWaiting } from './road/lanes-waiting.ts'
import * as listeners from './road/listeners.ts'
import { cancel, resend } from './road/move.ts'
import { joinNode, leaveNode, type Nodes, renewLease } from './road/nodes.ts'
import { prune } from './road/prune.ts'
import { recordAll } from './road/record.ts'
import { continueRecoveries, createRecovery } from './road/recoveries.ts'
import { release } from './road/release.ts'
import { reseal } from './road/reseal.ts'
import { rollUp } from './road/roll-up.ts'
import { settle } from './road/settle.ts'
import { takeAll } from './road/starts.ts'
import { sweepLeases } from './road/sweep-leases.ts'

interface World {
  database: Database
  nodes: Nodes
  reads: Reads
  encryption: KeyRing
  ids: Ids
  probe: Probe
  /** The database, for sentences. */
  where: string
}

type Writes = Omit<
  Store,
  Reading | 'serverSecret' | 'onChange' | 'onWaiting' | 'onUncertain' | 'close'
>

/** Two of a kind: one is on its way to the disk while the next is made. */
const RUNNING_MAX = 2
const CALLS_MAX = 500
const CHARACTERS_MAX = 4 * 1024 * 1024

export function createWrites(world: World): { store: Writes; close(): Promise<void> } {
  const traffic = trafficWrites(world)
  return {
    store: {
      ...chatbotWrites(world),
      ...webhookWrites(world),
      ...traffic.store,
      ...moveWrites(world),
      ...listenerWrites(world),
      ...upkeepWrites(world),
      ...accessWrites(world),
    },
    close() {
      world.probe.close()
      return traffic.close()
    },
  }
}

function chatbotWrites({ database }: World) {
  return {
    createChatbot: async ({ id, name, leadForm, allowedOrigins }, audit) => {
      const values = {
        id,
        name,
        leadForm: JSON.stringify(leadForm),
        allowedOrigins: JSON.stringify(allowedOrigins),
      }
      const make = (tx: Transaction) => config.createChatbot(tx, values)
      return toChatbot(await transactAudited(database, audit, make))
    },
    updateChatbot: async (id, { name, leadForm, allowedOrigins }, audit) => {
      const change = {
        id,
        ...(name !== undefined && { name }),
        ...(leadForm && { leadForm: JSON.stringify(leadForm) }),
        ...(allowedOrigins && { allowedOrigins: JSON.stringify(allowedOrigins) }),
      }
      const row = await transactAudited(database, audit, (tx) => config.updateChatbot(tx, change))
      return row && toChatbot(row)
    },
    deleteChatbot: (id, audit) =>
      transactAudited(database, audit, (tx) => config.deleteChatbot(tx, id)),
  } satisfies Partial<Writes>
}

function webhookWrites({ database, encryption }: World) {
  const webhooks = new config.WebhookConfig(encryption)
  return {
    createWebhook: (webhook, audit) =>
      transactAudited(database, audit, (tx) => webhooks.create(tx, webhook)),
    updateWebhook: (id, change, audit) =>
      transactAudited(database, audit, (tx) => webhooks.update(tx, id, change)),
    deleteWebhook: (id, audit) =>
      transactAudited(database, audit, (tx) => config.deleteWebhook(tx, id)),
    rotateSecret: (id, rotation, audit) =>
      transactAudited(database, audit, (tx) => webhooks.rotate(tx, id, rotation)),
    finishRotation: (id, audit) =>
      transactAudited(database, audit, (tx) => webhooks.finishRotation(tx, id)),
    setWebhookState: (id, state, reason, audit) =>
      transactAudited(database, audit, (tx) => webhooks.setState(tx, id, { state, reason })),
  } satisfies Partial<Writes>
}

/** The hot calls: each kind gathers for itself, so that none waits behind another's rows. */
function trafficWrites({ database, ids }: World) {
  const accepting = {
    run: (inputs: AcceptInput[]) => database.transact((tx) => acceptAll(tx, inputs, ids)),
    callsMax: CALLS_MAX,
    weightMax: COMMIT_WEIGHT_MAX,
    weigh: acceptWeight,
    ownerOf: ({ chatbotId }: AcceptInput) => chatbotId,
  }
  const accepts = new Group<AcceptInput, AcceptResult>({ ...accepting, runningMax: RUNNING_MAX })
  // One at a time, and apart: a single event never waits behind somebody's batches.
  const bulk = new Group<AcceptInput, AcceptResult>({ ...accepting, runningMax: 1 })
  const records = new Group<RecordInput, RecordResult>({
    run: (inputs) => database.transact((tx) => recordAll(tx, inputs)),
    runningMax: RUNNING_MAX,
    callsMax: CALLS_MAX,
    weightMax: CHARACTERS_MAX,
    weigh: ({ attempt }) => attempt.responseBody.length,
  })
  const claims = new Group<ClaimInput, ClaimResult>({
    run: (inputs) => claimAll(database, inputs),
    runningMax: RUNNING_MAX,
    callsMax: CALLS_MAX,
    fits: fitsClaims,
  })
  return {
    store: {
      accept: (input) => (isBulk(input) ? bulk : accepts).call(input),
      recordIfLeased: (input) => records.call(input),
      claimDue: (input) => claims.call(input),
      takeStarts: (wanted) => database.transact((tx) => takeAll(tx, wanted)),
    } satisfies Partial<Writes>,
    async close() {
      await Promise.all([accepts, bulk, records, claims].map((group) => group.close()))
    },
  }
}

function moveWrites({ database, nodes, ids }: World) {
  return {
    lanesWaiting: () => lanesWaiting(database),
    release: (nodeId, deliveryIds) =>
      database.transact((tx) => release(tx, { nodeId, deliveryIds })),
    createTest: (input) => database.transact((tx) => createTest(tx, input, ids)),
    resend: async (deliveryId, audit) => {
      const row = await transactAudited(database, audit, (tx) => resend(tx, deliveryId))
      return row === null || typeof row === 'string' ? row : toDelivery(row)
    },
    cancel: async (deliveryId, reason, audit) => {
      const row = await transactAudited(database, audit, (tx) => cancel(tx, deliveryId, reason))
      return row === null || typeof row === 'string' ? row : toDelivery(row)
    },
    joinNode: (nodeId, leaseMs) => joinNode(nodes, nodeId, leaseMs),
    renewLease: (nodeId, leaseMs) => renewLease(database, nodeId, leaseMs),
    leaveNode: (nodeId) => leaveNode(nodes, nodeId),
  } satisfies Partial<Writes>
}

function listenerWrites(world: World) {
  const { database } = world
  return {
    joinListener: (listener, audit) => listeners.joinListener(world, listener, audit),
    renewListener: (listener) => listeners.renewListener(database, listener),
    leaveListener: (listener) => listeners.leaveListener(database, listener),
    sweepLeases: (removeAfterMs) => sweepLeases(database, removeAfterMs),
  } satisfies Partial<Writes>
}

function upkeepWrites(world: World) {
  const { database, ids, encryption, probe } = world
  return {
    settle: (limit) => database.transact((tx) => settle(tx, limit, ids)),
    prune: (policy) => database.transact((tx) => prune(tx, policy, ids)),
    // Its clock is the database's, which is slewed and never set (docs/operate.md).
    pullInDue: async () => ({ pulled: 0, next: null }),
    reseal: (step) => database.transact((tx) => reseal(tx, encryption, step)),
    useKeys: (keys) => useKeys(world, keys),
    rollUp: (limit) => database.transact((tx) => rollUp(tx, limit)),
    createRecovery: (recovery, audit) => recover(world, recovery, audit),
    continueRecoveries: (limit) => database.transact((tx) => continueRecoveries(tx, limit)),
    eraseLead: (leadId, reason, audit) => {
      const input = { leadIds: [leadId], reason, ids }
      return transactAudited(database, audit, async (tx) => (await eraseLeads(tx, input)) > 0)
    },
    ping: () => probe.ask(),
  } satisfies Partial<Writes>
}

function accessWrites({ database }: World) {
  return {
    createApiKey: async (key, audit) => {
      const row = await transactAudited(database, audit, (tx) => access.createApiKey(tx, key))
      return typeof row === 'string' ? row : toApiKey(row)
    },
    deleteApiKey: (id, audit) =>
      transactAudited(database, audit, (tx) => access.deleteApiKey(tx, id)),
    findApiKey: async (hash) => {
      const row = await access.findApiKey(database, hash)
      return row && toApiKey(row)
    },
    touchApiKey: (id) => access.touchApiKey(database, id),
    createOwnerLink: async (link, audit) => {
      const row = await transactAudited(database, audit, (tx) => access.createOwnerLink(tx, link))
      return typeof row === 'string' ? row : toOwnerLink(row)
    },
    startSession: async (session, audit) => {
      const row = await transactAudited(database, audit, (tx) => access.startSession(tx, session))
      return row && toSession(row)
    },
    startSessionByLink: async (session, audit) => {
      const row = await database.transact((tx) => access.startSessionByLink(tx, session, audit))
      return row && toSession(row)
    },
    findSession: async (hash) => {
      const row = await access.findSession(database, hash)
      return row && toSession(row)
    },
    touchSession: (id, idleMs) => access.touchSession(database, id, idleMs),
    endSession: (id, audit) => transactAudited(database, audit, (tx) => access.endSession(tx, id)),
    keepAudit: (entry) => database.transact(async (tx) => keepAudit(tx, entry)),
  } satisfies Partial<Writes>
}

/** The count may take its time: it runs where lists do, not where commits do. */
async function recover(
  { database, reads }: World,
  recovery: NewRecovery,
  audit?: NewAuditEntry,
): Promise<Recovery | null> {
  const [clock] = await database.query<{ now: number }>(READ_CLOCK)
  const now = clock?.now ?? database.nowMs
  // What it resends finishes later, and so never enters its span again.
  const clamped = { ...recovery, until: Math.min(recovery.until, now) }
  if (!(await reads.findWebhookRow(recovery.webhookId))) return null
  const total = await reads.countRecoverable(clamped)
  if (recovery.dryRun) {
    const { dryRun: _, ...values } = clamped
    return { ...values, total, done: 0, createdAt: now, finishedAt: null }
  }
  const row = await transactAudited(database, audit, (tx) => createRecovery(tx, clamped, total))
  return row && toRecovery(row)
}

const READ_CLOCK = 'SELECT chatzuri_now() AS now'
