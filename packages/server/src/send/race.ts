/**
 * Race: one connection to any of several addresses, "happy eyeballs" in its plainest form (RFC 8305).
 * Addresses are dialled in their order, the next one when the last failed or has taken longer than
 * the stagger. The first to connect wins; the others are dropped.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Failure } from './failure.ts'

export interface Race {
  cancel(): void
}

export type Opened = { kind: 'open'; socket: Socket } | Failure

export interface RaceOptions<Fault> {
  ips: readonly string[]
  /** How long one address has before the next is tried beside it. */
  staggerMs: number
  /**
   * Calls one of the two once, never before it has returned, and neither after the returned `cancel`.
   */
  dial: (
    ip: string,
    onOpen: (socket: Socket) => void,
    onFault: (fault: Fault) => void,
  ) => { cancel: () => void }
  /** What the faults of all addresses come to. */
  failureOf: (faults: readonly Fault[]) => Failure
}

/** Calls `finish` once, never before it has returned, and never after `cancel`. */
export function startRace<Fault>(
  clock: Clock,
  { ips, staggerMs, dial, failureOf }: RaceOptions<Fault>,
  finish: (opened: Opened) => void,
): Race {
  const running = new Set<Race>()
  const faults: Fault[] = []
  let next = 0
  let cancelStagger = (): void => {}

  function cancel(): void {
    cancelStagger()
    for (const dialling of running) dialling.cancel()
    running.clear()
  }

  function dialNext(): void {
    cancelStagger()
    const ip = ips[next++]
    if (ip === undefined) return
    const dialling = dial(
      ip,
      (socket) => {
        running.delete(dialling)
        cancel()
        finish({ kind: 'open', socket })
      },
      (fault) => {
        running.delete(dialling)
        faults.push(fault)
        if (next < ips.length) dialNext()
        else if (running.size === 0) finish(failureOf(faults))
      },
    )
    running.add(dialling)
    if (next < ips.length) cancelStagger = clock.setTimer(staggerMs, dialNext)
  }

  dialNext()
  return { cancel }
}
