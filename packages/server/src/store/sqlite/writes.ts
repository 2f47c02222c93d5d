/** The writing half of the contract: seals what is secret, calls the engine, assembles its answers. */
import type { Clock } from '../../clock.ts'
import { assert } from '../../errors.ts'
import type { NewAuditEntry, NewRecovery, Recovery, WebhookChange } from '../desk.ts'
import { toApiKey, toOwnerLink, toSession } from '../reading/access-rows.ts'
import type { Reading, Reads, RunQueries } from '../reading/reads.ts'
import { toChatbot, toDelivery, toRecovery, toWebhook, type WebhookRow } from '../reading/rows.ts'
import type { AcceptInput, AcceptResult, Claim } from '../road.ts'
import type { Probe } from '../rules/probe.ts'
import type { KeyRing } from '../sealing/encryption.ts'
import type { Store } from '../store.ts'
import { resealNext, useKeys } from './keys.ts'
import type { AcceptReply } from './road/accept.ts'
import { lanesWaiting } from './road/lanes-waiting.ts'
import type { WriteQueue } from './thread/write-queue.ts'

interface World {
  queue: WriteQueue
  reads: Reads
  encryption: KeyRing
  clock: Clock
  run: RunQueries
  /** The database, for sentences. */
  where: string
  probe: Probe
}

type Writes = Omit<
  Store,
  Reading | 'serverSecret' | 'onChange' | 'onWaiting' | 'onUncertain' | 'close'
>

export function createWrites(world: World): Writes {
  return {
    ...chatbotWrites(world),
    ...webhookWrites(world),
    ...trafficWrites(world),
    ...listenerWrites(world),
    ...upkeepWrites(world),
    ...accessWrites(world),
  }
}

function chatbotWrites({ queue }: World) {
  return {
    createChatbot: async ({ id, name, leadForm, allowedOrigins }, audit) => {
      const texts = {
        leadForm: JSON.stringify(leadForm),
        allowedOrigins: JSON.stringify(allowedOrigins),
      }
      return toChatbot(await queue.call('createChatbot', { id, name, ...texts }, audit))
    },
    updateChatbot: async (id, { name, leadForm, allowedOrigins }, audit) => {
      const change = {
        id,
        ...(name !== undefined && { name }),
        ...(leadForm && { leadForm: JSON.stringify(leadForm) }),
        ...(allowedOrigins && { allowedOrigins: JSON.stringify(allowedOrigins) }),
      }
      const row = await queue.call('updateChatbot', change, audit)
      return row && toChatbot(row)
    },
    deleteChatbot: (id, audit) => queue.call('deleteChatbot', id, audit),
  } satisfies Partial<Writes>
}

function webhookWrites(world: World) {
  const { queue, encryption } = world
  const opened = (row: WebhookRow | null) => row && toWebhook(row, encryption)
  return {
    createWebhook: async (webhook, audit) => {
      const seal = (column: string, text: string) =>
        encryption.encrypt(text, { rowId: webhook.id, column })
      const sealed = {
        url: seal('url', webhook.url),
        headers: seal('headers', JSON.stringify(webhook.headers)),
        secret: seal('secret', webhook.secret),
      }
      const row = await queue.call('createWebhook', { ...webhook, ...sealed }, audit)
      return typeof row === 'string' ? row : toWebhook(row, encryption)
    },
    updateWebhook: async (id, change, audit) =>
      opened(await queue.call('updateWebhook', await patch(world, id, change), audit)),
    deleteWebhook: (id, audit) => queue.call('deleteWebhook', id, audit),
    rotateSecret: (id, rotation, audit) => rotate(world, { id, ...rotation }, audit),
    finishRotation: async (id, audit) => opened(await queue.call('finishRotation', id, audit)),
    setWebhookState: async (id, state, reason, audit) =>
      opened(await queue.call('setWebhookState', { id, state, reason }, audit)),
  } satisfies Partial<Writes>
}

async function patch({ encryption, reads }: World, id: string, change: WebhookChange) {
  const { url, headers, ...plain } = change
  const seal = (column: string, text: string) => encryption.encrypt(text, { rowId: id, column })
  const before = url === undefined ? null : await reads.findWebhookRow(id)
  const isNewUrl =
    before !== null && encryption.decrypt(before.url, { rowId: id, column: 'url' }) !== url
  return {
    ...plain,
    id,
    ...(url !== undefined && { url: seal('url', url), isNewUrl }),
    ...(headers && { headers: seal('headers', JSON.stringify(headers)) }),
  }
}

/** The old secret is sealed anew for its new column; if another rotation was faster, once more. */
async function rotate(
  { queue, reads, encryption }: World,
  { id, secret, overlapMs }: { id: string; secret: string; overlapMs: number },
  audit?: NewAuditEntry,
): ReturnType<Store['rotateSecret']> {
  const seal = (column: string, text: string) => encryption.encrypt(text, { rowId: id, column })
  for (;;) {
    const before = await reads.findWebhookRow(id)
    if (!before) return null
    const old = encryption.decrypt(before.secret, { rowId: id, column: 'secret' })
    const rotation = {
      id,
      overlapMs,
      expectedSecret: before.secret,
      secret: seal('secret', secret),
      previousSecret: seal('previous_secret', old),
    }
    const row = await queue.call('rotateSecret', rotation, audit)
    if (row === 'changed_meanwhile') continue
    return row === null || typeof row === 'string' ? row : toWebhook(row, encryption)
  }
}

function trafficWrites(world: World) {
  const { queue } = world
  return {
    accept: async (input) => toAcceptResult(input, await queue.call('accept', input)),
    claimDue: (input) => queue.call('claimDue', input),
    lanesWaiting: () => lanesWaiting(world),
    takeStarts: (wanted) => queue.call('takeStarts', wanted),
    release: (nodeId, deliveryIds) => queue.call('release', { nodeId, deliveryIds }),
    recordIfLeased: (input) => queue.call('recordIfLeased', input),
    createTest: (input) => queue.call('createTest', input),
    resend: async (deliveryId, audit) => {
      const row = await queue.call('resend', deliveryId, audit)
      return row === null || typeof row === 'string' ? row : toDelivery(row)
    },
    cancel: async (deliveryId, reason, audit) => {
      const row = await queue.call('cancel', { deliveryId, reason }, audit)
      return row === null || typeof row === 'string' ? row : toDelivery(row)
    },
    joinNode: (nodeId, leaseMs) => queue.call('joinNode', { nodeId, leaseMs }),
    renewLease: (nodeId, leaseMs) => queue.call('renewLease', { nodeId, leaseMs }),
    leaveNode: (nodeId) => queue.call('leaveNode', nodeId),
  } satisfies Partial<Writes>
}

function listenerWrites({ queue, encryption }: World) {
  return {
    joinListener: async (listener, audit) => {
      const row = await queue.call('joinListener', listener, audit)
      return row === null || typeof row === 'string' ? row : toWebhook(row, encryption)
    },
    renewListener: (listener) => queue.call('renewListener', listener),
    leaveListener: (listener) => queue.call('leaveListener', listener),
    sweepLeases: (removeAfterMs) => queue.call('sweepLeases', removeAfterMs),
  } satisfies Partial<Writes>
}

function upkeepWrites(world: World) {
  const { queue, probe } = world
  return {
    settle: (limit) => queue.call('settle', limit),
    prune: (policy) => queue.call('prune', policy),
    pullInDue: (step) => queue.call('pullInDue', step),
    reseal: (step) => resealNext(world, step),
    useKeys: (keys) => useKeys(world, keys),
    rollUp: (limit) => queue.call('rollUp', limit),
    createRecovery: (recovery, audit) => createRecovery(world, recovery, audit),
    continueRecoveries: (limit) => queue.call('continueRecoveries', limit),
    eraseLead: (leadId, reason, audit) => queue.call('eraseLead', { leadId, reason }, audit),
    ping: () => probe.ask(),
  } satisfies Partial<Writes>
}

function accessWrites({ queue }: World) {
  return {
    createApiKey: async (key, audit) => {
      const row = await queue.call('createApiKey', key, audit)
      return typeof row === 'string' ? row : toApiKey(row)
    },
    deleteApiKey: (id, audit) => queue.call('deleteApiKey', id, audit),
    findApiKey: async (hash) => {
      const row = await queue.call('findApiKey', hash)
      return row && toApiKey(row)
    },
    touchApiKey: (id) => queue.call('touchApiKey', id),
    createOwnerLink: async (link, audit) => {
      const row = await queue.call('createOwnerLink', link, audit)
      return typeof row === 'string' ? row : toOwnerLink(row)
    },
    startSession: async (session, audit) => {
      const row = await queue.call('startSession', session, audit)
      return row && toSession(row)
    },
    startSessionByLink: async (session, audit) => {
      const row = await queue.call('startSessionByLink', { session, audit: audit ?? null })
      return row && toSession(row)
    },
    findSession: async (hash) => {
      const row = await queue.call('findSession', hash)
      return row && toSession(row)
    },
    touchSession: (id, idleMs) => queue.call('touchSession', { id, idleMs }),
    endSession: (id, audit) => queue.call('endSession', id, audit),
    keepAudit: (entry) => queue.call('keepAudit', entry),
  } satisfies Partial<Writes>
}

/** The payloads stayed here: they don't cross the thread's boundary twice. */
function toAcceptResult(input: AcceptInput, reply: AcceptReply): AcceptResult {
  if (reply.kind !== 'accepted') return reply
  const claims = reply.made.map(({ eventIndex, deliveryId, webhookId, spelling }): Claim => {
    const event = input.events[eventIndex]
    assert(event, 'a delivery is of an event of its call')
    return {
      deliveryId,
      eventId: event.id,
      webhookId,
      chatbotId: input.chatbotId,
      eventType: spelling,
      payload: event.payload,
      kind: 'event',
      attemptNumber: 1,
      seriesAttempts: 0,
    }
  })
  return { kind: 'accepted', claims, waiting: reply.waiting }
}

/** The count may take its time: it runs where lists do, not where commits do. */
async function createRecovery(
  { queue, reads, clock }: World,
  recovery: NewRecovery,
  audit?: NewAuditEntry,
): Promise<Recovery | null> {
  const now = clock.now()
  // What it resends finishes later, and so never enters its span again.
  const clamped = { ...recovery, until: Math.min(recovery.until, now) }
  if (!(await reads.findWebhookRow(recovery.webhookId))) return null
  const total = await reads.countRecoverable(clamped)
  const { id, webhookId, since, until, states, dryRun } = clamped
  const values = { id, webhookId, since, until, states, total }
  if (dryRun) return { ...values, done: 0, createdAt: now, finishedAt: null }
  const row = await queue.call('createRecovery', values, audit)
  return row && toRecovery(row)
}
