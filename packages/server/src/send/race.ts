/**
 * Race: one connection to any of several addresses, "happy eyeballs" in its plainest form (RFC 8305).
 * Addresses are dialled in their order, the next one when the last failed or has taken longer than
 * the stagger. The first to connect wins; the others are dropped.
 */
import { connect, type Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import { codeOf, type DialError } from './failure.ts'

export interface Race {
  cancel(): void
}

export type Winner = { kind: 'connected'; socket: Socket } | { kind: 'failed'; errors: DialError[] }

/** RFC 8305, 5: how long one address has before the next is tried beside it. */
const STAGGER_MS = 250

/** Calls `finish` once, never before it has returned, and never after `cancel`. */
export function startRace(
  clock: Clock,
  { ips, port }: { ips: readonly string[]; port: number },
  finish: (winner: Winner) => void,
): Race {
  const running = new Set<Socket>()
  const errors: DialError[] = []
  let next = 0
  let cancelStagger = (): void => {}
  let over = false

  function cancel(): void {
    over = true
    cancelStagger()
    for (const socket of running) socket.destroy()
    running.clear()
  }

  function onFailed(ip: string, socket: Socket, error: unknown): void {
    if (over || !running.delete(socket)) return
    errors.push({ ip, code: codeOf(error) })
    if (next < ips.length) dialNext()
    else if (running.size === 0) {
      over = true
      finish({ kind: 'failed', errors })
    }
  }

  function dialNext(): void {
    cancelStagger()
    const ip = ips[next++]
    if (ip === undefined) return
    const socket = connect({ host: ip, port, noDelay: true, lookup: neverLookUp })
    running.add(socket)
    socket.once('connect', () => {
      running.delete(socket)
      cancel()
      finish({ kind: 'connected', socket })
    })
    // Stays for the socket's whole life: between one owner and the next, an error without a
    // listener would end the process.
    socket.on('error', (error) => onFailed(ip, socket, error))
    if (next < ips.length) cancelStagger = clock.setTimer(STAGGER_MS, dialNext)
  }

  dialNext()
  return { cancel }
}

function neverLookUp(hostname: string): never {
  throw new Error(`Broken assumption: only addresses are dialled, not ${hostname}`)
}
