/**
 * What the finished batches say of the store: told once when it begins to refuse and once when it is
 * well again, and to the probe (probe.ts).
 *
 * Invariant: after the first page that can't be read back nothing more is written, until a start.
 * Reading goes on.
 */
import type { Clock } from '../../../clock.ts'
import { StoreDamaged } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { Probe } from '../../rules/probe.ts'
import type { Call, CallReply } from '../engine.ts'
import { isReading } from '../operations.ts'
import { type EngineFault, toFault } from './faults.ts'

/** Rows and their indexes, for each call. */
const CALL_BYTES = 32_768

export class Condition {
  readonly probe: Probe
  readonly #log: Log
  readonly #onDamage: () => void
  #damage: EngineFault | null = null

  /** `commit`: writes a probe of so many bytes, and rejects as every call does. */
  constructor(options: {
    log: Log
    clock: Clock
    commit: (bytes: number) => Promise<void>
    /** Once, when nothing is written any more. */
    onDamage(): void
  }) {
    this.#log = options.log
    this.#onDamage = options.onDamage
    this.probe = new Probe(options)
  }

  /** Why nothing is written any more; null: it is. */
  get damage(): EngineFault | null {
    return this.#damage
  }

  /** To be told of each batch as it is answered. */
  judge(calls: readonly Call[], replies: readonly CallReply[]): void {
    const { probe } = this
    const damaged = faultOf(replies, 'damaged')
    const refused = faultOf(replies, 'unavailable')
    if (damaged) {
      this.#endWriting(damaged)
    } else if (refused) {
      const isFirst = probe.refused(bytesOf(calls))
      if (isFirst) this.#log.error({ error: refused.message }, 'store.refuses')
    } else if (probe.owes && !calls.every(isReading) && probe.committed(bytesOf(calls))) {
      this.#log.info({}, 'store.works_again')
    }
  }

  /** To be told of what a read was rejected with. */
  readonly unread = (error: unknown): never => {
    if (error instanceof StoreDamaged) this.#endWriting(toFault(error))
    throw error
  }

  #endWriting(damage: EngineFault): void {
    if (this.#damage !== null) return
    this.#damage = damage
    this.probe.refused(0)
    this.#log.error({ error: damage.message }, 'store.damaged')
    this.#onDamage()
  }
}

function faultOf(replies: readonly CallReply[], kind: EngineFault['kind']): EngineFault | null {
  for (const reply of replies) if ('fault' in reply && reply.fault.kind === kind) return reply.fault
  return null
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
