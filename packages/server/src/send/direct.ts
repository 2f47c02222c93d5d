/** Direct: from this machine straight to the addresses that were checked. */
import { connect } from 'node:net'
import type { Clock } from '../clock.ts'
import { codeOf, connectFailure, type DialError, type Failure } from './failure.ts'
import { type Opened, type RaceOptions, startRace } from './race.ts'

interface Way {
  cancel(): void
  /** Set while what is slow is our own, and not the endpoint's to answer for. */
  ourDelay(): Failure | null
}

/** A connection to one of the addresses. Calls `finish` once, and never after `cancel`. */
export type Dialler = (
  address: { ips: readonly string[]; port: number },
  finish: (opened: Opened) => void,
) => Way

/** RFC 8305, 5. */
const STAGGER_MS = 250

export function createDirectDialler(clock: Clock): Dialler {
  return ({ ips, port }, finish) => {
    const options: RaceOptions<DialError> = {
      ips,
      staggerMs: STAGGER_MS,
      dial: (ip, onOpen, onFault) => connectTo({ ip, port }, onOpen, onFault),
      failureOf: connectFailure,
    }
    const { cancel } = startRace(clock, options, finish)
    return { cancel, ourDelay: () => null }
  }
}

function connectTo(
  { ip, port }: { ip: string; port: number },
  onOpen: Parameters<RaceOptions<DialError>['dial']>[1],
  onFault: (error: DialError) => void,
) {
  let settled = false
  const options = { host: ip, port, noDelay: true, lookup: neverLookUp, ...READ_ON_DEMAND }
  const socket = connect(options)
  socket.once('connect', () => {
    settled = true
    onOpen(socket)
  })
  // Stays for the socket's whole life: between one owner and the next, an error without a listener
  // would end the process.
  socket.on('error', (error) => {
    if (settled) return
    settled = true
    onFault({ ip, code: codeOf(error) })
  })
  return {
    cancel() {
      settled = true
      socket.destroy()
    },
  }
}

/**
 * A socket that is paused stops reading after one more chunk, however small, and leaves the rest to
 * the kernel. By default it would go on to 64 KiB, byte by byte if they come so.
 */
export const READ_ON_DEMAND = { highWaterMark: 1 }

function neverLookUp(hostname: string): never {
  throw new Error(`Broken assumption: only addresses are dialled, not ${hostname}`)
}
