/**
 * Transmit: one request over an idle connection where there is one, else over a fresh one.
 *
 * The one retry of our own lives here. An endpoint may close an idle connection in the moment we
 * write to it: the request then dies unseen, and without this every restart of a receiver would
 * cost a step of the schedule. It may also have been seen, so this can send the same bytes a second
 * time; "at least once" allows that, and `webhook-id` lets the receiver drop the repeat. Only when
 * the connection was used before, no byte of an answer came, and it broke at once; then over a
 * fresh connection, so never twice.
 */
import type { Clock } from '../clock.ts'
import type { SignedRequest } from '../outcome.ts'
import type { Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import type { Deadline } from './deadline.ts'
import { Destinations } from './destination.ts'
import { type Exchanged, exchange } from './exchange.ts'
import { requestBytes } from './request-bytes.ts'

type Transmit = (request: SignedRequest, deadline: Deadline) => Promise<Exchanged>

/** A dead connection shows within a round trip; later, it is the endpoint that failed. */
const STALE_MS_MAX = 1_000

export function createTransmit(clock: Clock, connections: Connections): Transmit {
  const destinations = new Destinations()
  return async (request, deadline) => {
    const destination = destinations.of(request.url)
    const { origin, target, blocked } = destination
    if (blocked) return { kind: 'ended', failure: { kind: 'blocked', ...blocked } }
    const { bytes, isLast } = requestBytes(destination, request)

    const used = await connections.takeIdle(origin)
    if (used !== null) {
      const startedAt = clock.monotonic()
      const exchanged = await exchange({ clock, connection: used, bytes, isLast, deadline })
      giveBack(used, exchanged)
      if (!isSilentlyBroken(exchanged) || clock.monotonic() - startedAt >= STALE_MS_MAX) {
        return exchanged
      }
    }

    const opened = await connections.open(origin, target, deadline)
    if (opened.kind !== 'open') return { kind: 'ended', failure: opened }
    const { connection } = opened
    const exchanged = await exchange({ clock, connection, bytes, isLast, deadline })
    giveBack(connection, exchanged)
    return exchanged
  }

  function giveBack(connection: Connection, exchanged: Exchanged): void {
    if (exchanged.kind !== 'answer' || !exchanged.isReusable) return
    connections.giveBack(connection, exchanged.keepAliveMs)
  }
}

function isSilentlyBroken(exchanged: Exchanged): boolean {
  return (
    exchanged.kind === 'broken' &&
    exchanged.isSilent &&
    exchanged.failure.kind === 'unreachable' &&
    exchanged.failure.fault === 'reset'
  )
}
