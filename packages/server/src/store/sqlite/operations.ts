/**
 * The engine's vocabulary: one plain value in, one plain value out, so that it crosses threads. Each
 * name stands for a function of the transaction that runs now.
 */
import { READING } from '../desk/operations/operations.ts'
import { SMALL_BYTES } from '../rules/probe.ts'
import type { Core } from './core.ts'
import { DESK_OPERATIONS } from './desk-operations.ts'
import { accept } from './road/accept.ts'
import { bulkStep } from './road/bulk.ts'
import { claimDue } from './road/claim.ts'
import { createTest } from './road/create-test.ts'
import { eraseLead } from './road/erase.ts'
import { keepKeys } from './road/key-check.ts'
import * as listeners from './road/listeners.ts'
import { cancel, resend } from './road/move.ts'
import * as nodes from './road/nodes.ts'
import { recordIfLeased } from './road/record.ts'
import { release, releaseAll } from './road/release.ts'
import { indexLeads } from './road/search-index.ts'
import { sendEvent } from './road/send-event.ts'
import { takeStarts } from './road/starts.ts'
import { bringForward } from './road/upkeep/bring-forward.ts'
import { pullInDue } from './road/upkeep/due-times.ts'
import { noticesDue, tellNotice } from './road/upkeep/notices.ts'
import { prune } from './road/upkeep/prune.ts'
import { continueRecoveries } from './road/upkeep/recoveries.ts'
import { reseal } from './road/upkeep/reseal.ts'
import { rollUp } from './road/upkeep/roll-up.ts'
import { settle } from './road/upkeep/settle.ts'
import { sweepLeases } from './road/upkeep/sweep-leases.ts'
import type { Query } from './thread/thread-messages.ts'

export const OPERATIONS = {
  ...DESK_OPERATIONS,
  accept,
  claimDue,
  release,
  recordIfLeased,
  createTest,
  resend,
  cancel,
  sendEvent,
  bulkStep,
  takeStarts,
  joinNode: nodes.joinNode,
  renewLease: nodes.renewLease,
  leaveNode: nodes.leaveNode,
  joinListener: listeners.joinListener,
  renewListener: listeners.renewListener,
  leaveListener: listeners.leaveListener,
  sweepLeases,
  releaseAll: (core: Core, _: null) => releaseAll(core),
  settle,
  prune,
  rollUp,
  pullInDue,
  eraseLead,
  keepKeys,
  reseal,
  continueRecoveries,
  indexLeads,
  noticesDue,
  tellNotice,
  bringForward,
  read: (core: Core, queries: Query[]) =>
    queries.map(({ sql, values }) => core.all(sql, ...values)),
  /** A commit of this size: one that is smaller than the work's may succeed where that fails. */
  ping: (core: Core, bytes: number) =>
    bytes > SMALL_BYTES
      ? core.runCounting(PROBE_ROOM, roomText(core.tx.now, bytes))
      : core.runCounting(PING, core.tx.now),
} as const

export type Operations = typeof OPERATIONS

/** These write nothing: they are answered also where nothing can be written. */
const ONLY_READ: ReadonlySet<keyof Operations> = new Set([
  'read',
  'noticesDue',
  ...READING,
] as const)

export function isReading({ name }: { name: keyof Operations }): boolean {
  return ONLY_READ.has(name)
}

/**
 * Another in each of its pages than the text before it: SQLite writes no page whose bytes stay the
 * same, and a probe that changes one page says nothing of a disk that is full.
 */
function roomText(now: number, bytes: number): string {
  return ''.padEnd(bytes, `${now} `)
}

/** A write, so that the answer tells of the disk and not of a cache. */
const PROBE_ROOM = `INSERT INTO meta (key, value) VALUES ('room_probed', ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const PING = `UPDATE meta SET value = ? WHERE key = 'pinged_at'`
