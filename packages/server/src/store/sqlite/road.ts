/** The road on this engine: calls it, and assembles its answers. */
import type { Clock } from '../../clock.ts'
import { assert } from '../../errors.ts'
import type { RunQueries } from '../reading/read-parts.ts'
import { toWebhook } from '../reading/rows.ts'
import type { AcceptInput, AcceptResult, Claim, Road } from '../road.ts'
import type { Probe } from '../rules/probe.ts'
import { BUCKET_LEADS } from '../rules/search-buckets.ts'
import type { KeyRing } from '../sealing/encryption.ts'
import { resealNext } from './keys.ts'
import type { AcceptReply } from './road/accept.ts'
import { lanesWaiting } from './road/lanes-waiting.ts'
import type { WriteQueue } from './thread/write-queue.ts'

interface RoadParts {
  queue: WriteQueue
  encryption: KeyRing
  clock: Clock
  run: RunQueries
  /** The database, for sentences. */
  where: string
  probe: Probe
}

/** But for what the whole store tells, and how it ends. */
type Verbs = Omit<Road, 'onChange' | 'onWaiting' | 'onUncertain' | 'close'>

export function createRoad(parts: RoadParts): Verbs {
  return {
    ...trafficVerbs(parts),
    ...listenerVerbs(parts),
    ...upkeepVerbs(parts),
  }
}

function trafficVerbs(parts: RoadParts) {
  const { queue } = parts
  return {
    accept: async (input) => toAcceptResult(input, await queue.call('accept', input)),
    claimDue: (input) => queue.call('claimDue', input),
    lanesWaiting: () => lanesWaiting(parts),
    takeStarts: (wanted) => queue.call('takeStarts', wanted),
    release: (nodeId, deliveryIds) => queue.call('release', { nodeId, deliveryIds }),
    recordIfLeased: (input) => queue.call('recordIfLeased', input),
    createTest: (input) => queue.call('createTest', input),
    joinNode: (nodeId, leaseMs) => queue.call('joinNode', { nodeId, leaseMs }),
    renewLease: (nodeId, leaseMs) => queue.call('renewLease', { nodeId, leaseMs }),
    leaveNode: (nodeId) => queue.call('leaveNode', nodeId),
  } satisfies Partial<Verbs>
}

function listenerVerbs({ queue, encryption }: RoadParts) {
  return {
    joinListener: async (listener, audit) => {
      const row = await queue.call('joinListener', listener, audit)
      return row === null || typeof row === 'string' ? row : toWebhook(row, encryption)
    },
    renewListener: (listener) => queue.call('renewListener', listener),
    leaveListener: (listener) => queue.call('leaveListener', listener),
    sweepLeases: (removeAfterMs) => queue.call('sweepLeases', removeAfterMs),
  } satisfies Partial<Verbs>
}

function upkeepVerbs(parts: RoadParts) {
  const { queue, probe } = parts
  return {
    settle: (limit) => queue.call('settle', limit),
    prune: (policy) => queue.call('prune', policy),
    pullInDue: (step) => queue.call('pullInDue', step),
    reseal: (step) => resealNext(parts, step),
    rollUp: (limit) => queue.call('rollUp', limit),
    continueRecoveries: (limit) => queue.call('continueRecoveries', limit),
    indexLeads: (limit, bucketLeads = BUCKET_LEADS) =>
      queue.call('indexLeads', { limit, bucketLeads }),
    noticesDue: (limit) => queue.call('noticesDue', limit),
    tellNotice: (input) => queue.call('tellNotice', input),
    bringForward: (limit) => queue.call('bringForward', limit),
    ping: () => probe.ask(),
  } satisfies Partial<Verbs>
}

/** The payloads stayed here: they don't cross the thread's boundary twice. */
function toAcceptResult(input: AcceptInput, reply: AcceptReply): AcceptResult {
  if (reply.kind !== 'accepted') return reply
  const { acceptedAt } = reply
  const claims = reply.made.map(({ eventIndex, shape, ...made }): Claim => {
    const event = input.events[eventIndex]
    assert(event, 'a delivery is of an event of its call')
    return {
      deliveryId: made.deliveryId,
      eventId: event.id,
      webhookId: made.webhookId,
      chatbotId: input.chatbotId,
      eventType: made.spelling,
      payload: event.payload,
      kind: 'event',
      attemptNumber: 1,
      seriesAttempts: 0,
      ...(shape !== null && { shaped: { shape, acceptedAt, lead: event.lead } }),
    }
  })
  return { kind: 'accepted', claims, waiting: reply.waiting }
}
