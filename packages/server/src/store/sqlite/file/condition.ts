/**
 * What the commits say of the store: told once when it begins to refuse and once when it is well
 * again, and to the probe (probe.ts).
 *
 * Invariant: after the first page that can't be read back nothing more is written, until a start.
 * Reading goes on.
 */
import type { Clock } from '../../../clock.ts'
import { StoreDamaged } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { Probe } from '../../rules/probe.ts'
import type { Batch, BatchReply, Call, CallReply } from '../engine.ts'
import { isReading } from '../operations.ts'
import type { EnginePort } from '../thread/port.ts'
import { type Fault, toError, toFault } from './faults.ts'

/** Rows and their indexes, for each call. */
const CALL_BYTES = 32_768

export interface WatchedPort extends EnginePort {
  readonly probe: Probe
}

export function watched(port: EnginePort, { log, clock }: { log: Log; clock: Clock }): WatchedPort {
  let damage: Fault | null = null
  const probe = new Probe({ clock, commit: (bytes) => ping(watching, bytes) })
  const onDamage = (fault: Fault) => {
    if (damage !== null) return
    damage = fault
    probe.refused(0)
    log.error({ error: fault.message }, 'store.damaged')
  }
  const judge = (calls: Call[], replies: CallReply[]) => {
    const faults = replies.flatMap((reply) => ('fault' in reply ? [reply.fault] : []))
    const damaged = faults.find(({ kind }) => kind === 'damaged')
    if (damaged) return onDamage(damaged)
    const refused = faults.find(({ kind }) => kind === 'unavailable')
    if (refused) {
      const isFirst = probe.refused(bytesOf(calls))
      if (isFirst) log.error({ error: refused.message }, 'store.refuses')
    } else if (!calls.every(isReading) && probe.committed(bytesOf(calls))) {
      log.info({}, 'store.works_again')
    }
  }
  const watching: WatchedPort = {
    probe,
    async write(batch) {
      if (damage !== null) return readOnly(port, batch, damage)
      const reply = await port.write(batch)
      judge(batch.calls, reply.replies)
      return reply
    },
    async read(queries) {
      try {
        return await port.read(queries)
      } catch (error) {
        if (error instanceof StoreDamaged) onDamage(toFault(error))
        throw error
      }
    },
    close: () => port.close(),
  }
  return watching
}

async function ping(port: EnginePort, bytes: number): Promise<void> {
  const { replies } = await port.write({
    calls: [{ name: 'ping', input: bytes }],
    wantChanges: false,
  })
  for (const reply of replies) if ('fault' in reply) throw toError(reply.fault)
}

/** Of a damaged store only what reads is asked. */
async function readOnly(port: EnginePort, batch: Batch, damage: Fault): Promise<BatchReply> {
  const calls = batch.calls.filter(isReading)
  const empty: BatchReply = { replies: [], changes: [], woken: [], cleaning: false }
  const reply = calls.length > 0 ? await port.write({ ...batch, calls }) : empty
  const answers = reply.replies[Symbol.iterator]()
  const replies = batch.calls.map((call): CallReply => {
    return isReading(call) ? (answers.next().value ?? { fault: damage }) : { fault: damage }
  })
  return { ...reply, replies, cleaning: false }
}

/** Of a batch's work on disk, roughly. */
function bytesOf(calls: readonly Call[]): number {
  return calls.reduce((sum, { name, input }) => {
    if (name === 'ping') return sum + Number(input)
    if (name !== 'accept') return sum + CALL_BYTES
    const { events } = input as { events: { payload: string }[] } // as `accept` takes it
    return sum + CALL_BYTES + events.reduce((all, { payload }) => all + payload.length, 0)
  }, 0)
}
