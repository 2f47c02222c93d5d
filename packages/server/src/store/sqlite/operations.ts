/** The engine's vocabulary: one plain value in, one plain value out, so that it crosses threads. */

import { READING } from '../desk/operations/operations.ts'
import type { LeaseSweep } from '../road.ts'
import { SMALL_BYTES } from '../rules/probe.ts'
import type { Core } from './core.ts'
import { deskCalls } from './desk-calls.ts'
import { Ingest } from './road/accept.ts'
import { Deliveries } from './road/deliveries.ts'
import { DueTimes } from './road/due-times.ts'
import { Eraser } from './road/erase.ts'
import { Seals } from './road/key-check.ts'
import { Listeners } from './road/listeners.ts'
import { Nodes } from './road/nodes.ts'
import { Pruner } from './road/prune.ts'
import { Recorder } from './road/record.ts'
import { Recoveries } from './road/recoveries.ts'
import { rollUp } from './road/rollups.ts'
import { Settler } from './road/settle.ts'
import { StartBuckets } from './road/starts.ts'
import type { Query } from './thread/port.ts'

export type Operations = ReturnType<typeof createOperations>

/** These write nothing: they are answered also where nothing can be written. */
const ONLY_READ: ReadonlySet<keyof Operations> = new Set(['read', ...READING] as const)

export function isReading({ name }: { name: keyof Operations }): boolean {
  return ONLY_READ.has(name)
}

export function createOperations(core: Core) {
  const ingest = new Ingest(core)
  const deliveries = new Deliveries(core)
  const recorder = new Recorder(core)
  const nodes = new Nodes(core, deliveries)
  const listeners = new Listeners(core, { deliveries, nodes })
  const eraser = new Eraser(core, deliveries)
  const settler = new Settler(core, deliveries, eraser)
  const pruner = new Pruner(core, { deliveries, eraser })
  const seals = new Seals(core)
  const dueTimes = new DueTimes(core)
  const starts = new StartBuckets(core)
  const recoveries = new Recoveries(core, deliveries)
  return {
    ...deskCalls(core),
    accept: ingest.accept.bind(ingest),
    claimDue: deliveries.claimDue.bind(deliveries),
    takeStarts: starts.take.bind(starts),
    release: deliveries.release.bind(deliveries),
    releaseAll: (_: null) => deliveries.releaseAll(),
    createTest: deliveries.createTest.bind(deliveries),
    resend: deliveries.resend.bind(deliveries),
    cancel: deliveries.cancel.bind(deliveries),
    recordIfLeased: recorder.recordIfLeased.bind(recorder),
    joinNode: nodes.joinNode.bind(nodes),
    renewLease: nodes.renewLease.bind(nodes),
    leaveNode: nodes.leaveNode.bind(nodes),
    joinListener: listeners.joinListener.bind(listeners),
    renewListener: listeners.renewListener.bind(listeners),
    leaveListener: listeners.leaveListener.bind(listeners),
    sweepLeases(removeAfterMs: number): LeaseSweep {
      const swept = listeners.sweepListeners(removeAfterMs)
      return { ...swept, rescued: nodes.rescueDead(), liveNodes: nodes.countLive() }
    },
    settle: settler.settle.bind(settler),
    prune: pruner.prune.bind(pruner),
    rollUp: (limit: number) => rollUp(core, limit),
    continueRecoveries: recoveries.continueAll.bind(recoveries),
    eraseLead: eraser.eraseLead.bind(eraser),
    pullInDue: dueTimes.pullIn.bind(dueTimes),
    read: (queries: Query[]) => queries.map(({ sql, values }) => core.all(sql, ...values)),
    /** A commit of this size: one that is smaller than the work's may succeed where that fails. */
    ping: (bytes: number) =>
      bytes > SMALL_BYTES
        ? core.run(PROBE_ROOM, roomText(core.tx.now, bytes))
        : core.run(PING, core.tx.now),
    keepKeys: seals.keepKeys.bind(seals),
    reseal: seals.reseal.bind(seals),
  }
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
