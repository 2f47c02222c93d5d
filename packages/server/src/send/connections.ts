/**
 * Connections: what is open and idle, by origin; and the way to a new one.
 *
 * A connection is shared by all webhooks of an origin, of whichever owner, so what is used again must
 * be beyond doubt: only after an answer that was read to its last byte by the book (`exchange.ts`
 * decides that), only of an origin that is known to wait until it is asked (`conduct.ts`), and only
 * after asking the kernel once more whether anything has come since. Nor for longer than a minute,
 * in use or not: a name that has moved is looked up again. Open connections to an origin are not capped: the lanes
 * bound them, and a cap would make webhooks of one origin wait for each other. Idle ones are.
 */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { Conduct } from './conduct.ts'
import { Connection } from './connection.ts'
import type { Dial, Target } from './connector.ts'
import type { Deadline } from './deadline.ts'
import type { Failure } from './failure.ts'
import { nextPoll } from './next-poll.ts'

export interface Connections {
  /**
   * The one used last: the others grow idle and are closed. Null: none, which is said at once; of one
   * that is there the kernel is asked first, which takes a turn of the loop.
   */
  takeIdle(origin: string): Promise<Connection | null> | null
  open(
    origin: string,
    target: Target,
    deadline: Deadline,
  ): Promise<{ kind: 'open'; connection: Connection } | Failure>
  /** After an answer that was exact. `keepAliveMs`: what the endpoint said of its patience. */
  giveBack(connection: Connection, keepAliveMs: number | null): void
  /** Closes what is idle. */
  close(): void
}

interface ConnectionsOptions {
  clock: Clock
  random: Random
  dial: Dial
  /** Over all origins; of more, those go that were used least recently. */
  idleConnectionsMax?: number
  /** How long an unknown origin must be silent before a connection to it is used again. */
  quietMs?: number
}

/** Shorter than the five seconds after which a Node server closes an idle connection. */
const IDLE_MS = 4_000
const IDLE_MS_MAX = 5_000
/** Before the endpoint's own patience ends: what we write must not cross its closing. */
const HURRY_MS = 2_000
const SWEEP_MS = 1_000
export const IDLE_MAX = 1_024
/** The last fifth is drawn, so that what was opened together is not opened anew together. */
export const AGE_MS_MAX = 60_000
const AGE_JITTER = 0.2
/** More than twice what a kernel waits before it acknowledges. */
const QUIET_MS = 100

export function createConnections(options: ConnectionsOptions): Connections {
  const { clock, random, dial, idleConnectionsMax: idleMax = IDLE_MAX } = options
  const byOrigin = new Map<string, Connection[]>()
  /** In the order of use: the first was used least recently. */
  const idle = new Set<Connection>()
  const conduct = new Conduct(clock, options.quietMs ?? QUIET_MS)
  let cancelSweep: (() => void) | null = null

  function forget(connection: Connection): void {
    if (!idle.delete(connection)) return
    const list = byOrigin.get(connection.origin) ?? []
    list.splice(list.indexOf(connection), 1)
    if (list.length === 0) byOrigin.delete(connection.origin)
  }

  function drop(connection: Connection): void {
    forget(connection)
    connection.destroy()
  }

  function take(origin: string): Connection | null {
    const now = clock.monotonic()
    for (;;) {
      const list = byOrigin.get(origin) ?? []
      const [first] = list
      const last = list.at(-1)
      if (first === undefined || last === undefined) return null
      if (!canBeUsed(last, now)) drop(last)
      else if (conduct.isTrusted(origin, now - first.idleSince)) {
        forget(last)
        return last
      } else return null
    }
  }

  async function firstQuiet(origin: string, first: Connection): Promise<Connection | null> {
    let connection: Connection | null = first
    while (connection !== null) {
      await nextPoll()
      if (connection.isUsable) return connection
      connection = take(origin)
    }
    return null
  }

  function onStray(origin: string): void {
    conduct.noteNoise(origin)
    for (const connection of [...(byOrigin.get(origin) ?? [])]) drop(connection)
  }

  function sweep(): void {
    const now = clock.monotonic()
    for (const connection of idle) if (!canBeUsed(connection, now)) drop(connection)
    cancelSweep = idle.size > 0 ? clock.setTimer(SWEEP_MS, sweep) : null
  }

  return {
    takeIdle(origin) {
      const connection = take(origin)
      return connection && firstQuiet(origin, connection)
    },
    async open(origin, target, deadline) {
      const openedAt = clock.monotonic()
      const dialled = await dial(target, deadline)
      if (dialled.kind !== 'open') return dialled
      const ageMs = AGE_MS_MAX * (1 - AGE_JITTER * random.fraction())
      const connection = new Connection({
        clock,
        origin,
        socket: dialled.socket,
        expiresAt: openedAt + ageMs,
        onStray: () => onStray(origin),
        onClosed: forget,
      })
      // Some speak as soon as they are called: that is no answer to what is only sent now.
      await nextPoll()
      return { kind: 'open', connection }
    },
    giveBack(connection, keepAliveMs) {
      const { origin } = connection
      const now = clock.monotonic()
      connection.idleSince = now
      connection.idleUntil = now + Math.min(patience(keepAliveMs), IDLE_MS_MAX)
      if (!canBeUsed(connection, now) || conduct.isNoisy(origin)) {
        connection.destroy()
        return
      }
      const list = byOrigin.get(origin)
      if (list) list.push(connection)
      else byOrigin.set(origin, [connection])
      idle.add(connection)
      for (const oldest of idle) {
        if (idle.size <= idleMax) break
        drop(oldest)
      }
      cancelSweep ??= clock.setTimer(SWEEP_MS, sweep)
    },
    close() {
      cancelSweep?.()
      cancelSweep = null
      for (const connection of idle) drop(connection)
    },
  }
}

function canBeUsed(connection: Connection, now: number): boolean {
  return connection.isUsable && now < connection.expiresAt && now < connection.idleUntil
}

function patience(keepAliveMs: number | null): number {
  return keepAliveMs === null ? IDLE_MS : keepAliveMs - HURRY_MS
}
