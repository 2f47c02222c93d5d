/** The road on this engine: which calls share transactions, and which stand alone. */
import type { Ids } from '../../id.ts'
import type {
  AcceptInput,
  AcceptResult,
  ClaimResult,
  RecordInput,
  RecordResult,
  Road,
} from '../road.ts'
import { acceptWeight, COMMIT_WEIGHT_MAX, isBulk } from '../rules/accept-weight.ts'
import type { Probe } from '../rules/probe.ts'
import { BUCKET_LEADS } from '../rules/search-buckets.ts'
import type { KeyRing } from '../sealing/encryption.ts'
import type { Database } from './connection/database.ts'
import { Group } from './connection/group.ts'
import { acceptAll } from './road/accept.ts'
import { type ClaimInput, claimAll, fitsClaims } from './road/claim.ts'
import { createTest } from './road/create-test.ts'
import { lanesWaiting } from './road/lanes-waiting.ts'
import * as listeners from './road/listeners.ts'
import { joinNode, leaveNode, type Nodes, renewLease } from './road/nodes.ts'
import { recordAll } from './road/record.ts'
import { release } from './road/release.ts'
import { indexLeads } from './road/search-index.ts'
import { takeStarts } from './road/starts.ts'
import { bringForward } from './road/upkeep/bring-forward.ts'
import { noticesDue, tellNotice } from './road/upkeep/notices.ts'
import { prune } from './road/upkeep/prune.ts'
import { continueRecoveries } from './road/upkeep/recoveries.ts'
import { reseal } from './road/upkeep/reseal.ts'
import { rollUp } from './road/upkeep/roll-up.ts'
import { settle } from './road/upkeep/settle.ts'
import { sweepLeases } from './road/upkeep/sweep-leases.ts'

interface RoadParts {
  database: Database
  nodes: Nodes
  encryption: KeyRing
  ids: Ids
  probe: Probe
  /** The database, for sentences. */
  where: string
}

/** But for what the whole store tells, and how it ends. */
type Verbs = Omit<Road, 'onChange' | 'onWaiting' | 'onUncertain' | 'close'>

/**
 * One of a kind: what is called meanwhile gathers for the next, so that batches grow when the database is
 * busy, and not the number of commits. Two of a kind took a third more CPU for a lead, on all sides.
 */
const RUNNING_MAX = 1
const CALLS_MAX = 500
const CHARACTERS_MAX = 4 * 1024 * 1024

export function createRoad(parts: RoadParts): { verbs: Verbs; close(): Promise<void> } {
  const traffic = trafficVerbs(parts)
  return {
    verbs: {
      ...traffic.verbs,
      ...moveVerbs(parts),
      ...listenerVerbs(parts),
      ...upkeepVerbs(parts),
    },
    close() {
      parts.probe.close()
      return traffic.close()
    },
  }
}

/** The hot calls: each kind gathers for itself, so that none waits behind another's rows. */
function trafficVerbs({ database }: RoadParts) {
  const accepting = {
    run: (inputs: AcceptInput[]) =>
      database.transact((tx) => acceptAll(tx, inputs), { early: true }),
    callsMax: CALLS_MAX,
    weightMax: COMMIT_WEIGHT_MAX,
    weigh: acceptWeight,
    ownerOf: ({ chatbotId }: AcceptInput) => chatbotId,
  }
  const accepts = new Group<AcceptInput, AcceptResult>({ ...accepting, runningMax: RUNNING_MAX })
  // One at a time, and apart: a single event never waits behind somebody's batches.
  const bulk = new Group<AcceptInput, AcceptResult>({ ...accepting, runningMax: 1 })
  const records = new Group<RecordInput, RecordResult>({
    run: (inputs) => database.transact((tx) => recordAll(tx, inputs), { early: true }),
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
    verbs: {
      accept: (input) => (isBulk(input) ? bulk : accepts).call(input),
      recordIfLeased: (input) => records.call(input),
      claimDue: (input) => claims.call(input),
      takeStarts: (wanted) => database.transact((tx) => takeStarts(tx, wanted)),
    } satisfies Partial<Verbs>,
    async close() {
      await Promise.all([accepts, bulk, records, claims].map((group) => group.close()))
    },
  }
}

function moveVerbs({ database, nodes }: RoadParts) {
  return {
    lanesWaiting: () => lanesWaiting(database),
    release: (nodeId, deliveryIds) =>
      database.transact((tx) => release(tx, { nodeId, deliveryIds })),
    createTest: (input) => database.transact((tx) => createTest(tx, input)),
    joinNode: (nodeId, leaseMs) => joinNode(nodes, { nodeId, leaseMs }),
    renewLease: (nodeId, leaseMs) => renewLease(database, { nodeId, leaseMs }),
    leaveNode: (nodeId) => leaveNode(nodes, nodeId),
  } satisfies Partial<Verbs>
}

function listenerVerbs(parts: RoadParts) {
  const { database } = parts
  return {
    joinListener: (listener, audit) => listeners.joinListener(parts, listener, audit),
    renewListener: (listener) => listeners.renewListener(database, listener),
    leaveListener: (listener) => listeners.leaveListener(database, listener),
    sweepLeases: (removeAfterMs) => sweepLeases(database, removeAfterMs),
  } satisfies Partial<Verbs>
}

function upkeepVerbs(parts: RoadParts) {
  const { database, ids, encryption, probe } = parts
  return {
    settle: (limit) => database.transact((tx) => settle(tx, limit, ids)),
    prune: (policy) => prune(database, policy, ids),
    // Its clock is the database's, which is slewed and never set (docs/operate.md).
    pullInDue: async () => ({ pulled: 0, next: null }),
    reseal: (step) => database.transact((tx) => reseal(tx, encryption, step)),
    rollUp: (limit) => database.transact((tx) => rollUp(tx, limit)),
    continueRecoveries: (limit) => database.transact((tx) => continueRecoveries(tx, limit)),
    indexLeads: (limit, bucketLeads = BUCKET_LEADS) =>
      database.transact((tx) => indexLeads(tx, { limit, bucketLeads })),
    noticesDue: (limit) => noticesDue(database, limit),
    tellNotice: (input) => database.transact((tx) => tellNotice(tx, input)),
    bringForward: (limit) => database.transact((tx) => bringForward(tx, limit)),
    ping: () => probe.ask(),
  } satisfies Partial<Verbs>
}
