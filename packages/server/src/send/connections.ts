/**
 * Connections: what is open and idle, by origin; and the way to a new one.
 *
 * A connection is shared by all webhooks of an origin, of whichever owner, so what is used again must
 * be beyond doubt: only after an answer that was read to its last byte by the book (`exchange.ts`
 * decides that), only of an origin that is known to wait until it is asked (`conduct.ts`), and only
 * after asking the kernel once more whether anything has come since. Nor for longer than a minute,
 * in use or not: a name that has moved is looked up again. Open connections to an origin are not
 * capped: the lanes bound them, and a cap would make webhooks of one origin wait for each other. Idle
 * ones are.
 */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { Conduct } from './conduct.ts'
import { Connection } from './connection.ts'
import type { Dial, Target } from './connector.ts'
import type { Deadline } from './deadline.ts'
import type { Failure } from './failure.ts'
import { IdleConnections } from './idle-connections.ts'
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
  const idle = new IdleConnections()
  const conduct = new Conduct(clock, options.quietMs ?? QUIET_MS)
  let cancelSweep: (() => void) | null = null

  function drop(connection: Connection): void {
    idle.remove(connection)
    connection.destroy()
  }

  function take(origin: string): Connection | null {
    const now = clock.monotonic()
    for (;;) {
      const list = idle.of(origin)
      const [first] = list
      const last = list.at(-1)
      if (first === undefined || last === undefined) return null
      if (!canBeUsed(last, now)) drop(last)
      else if (conduct.isTrusted(origin, now - first.idleSince)) {
        idle.remove(last)
        return last
      } else return null
    }
  }

  function onStray(origin: string): void {
    conduct.noteNoise(origin)
    for (const connection of [...idle.of(origin)]) drop(connection)
  }

  function sweep(): void {
    const now = clock.monotonic()
    for (const connection of idle) if (!canBeUsed(connection, now)) drop(connection)
    cancelSweep = idle.size > 0 ? clock.setTimer(SWEEP_MS, sweep) : null
  }

  return {
    takeIdle(origin) {
      const connection = take(origin)
      return connection && firstQuiet(connection, () => take(origin))
    },
    open(origin, target, deadline) {
      const onClosed = (connection: Connection) => idle.remove(connection)
      const ends = { onStray: () => onStray(origin), onClosed }
      return openAnew({ clock, random, dial }, { origin, target, deadline, ...ends })
    },
    giveBack(connection, keepAliveMs) {
      const now = clock.monotonic()
      connection.idleSince = now
      connection.idleUntil = now + Math.min(patience(keepAliveMs), IDLE_MS_MAX)
      if (!canBeUsed(connection, now) || conduct.isNoisy(connection.origin)) {
        connection.destroy()
        return
      }
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

interface Opening {
  origin: string
  target: Target
  deadline: Deadline
  onStray(): void
  onClosed(connection: Connection): void
}

async function openAnew(
  { clock, random, dial }: Pick<ConnectionsOptions, 'clock' | 'random' | 'dial'>,
  { origin, target, deadline, onStray, onClosed }: Opening,
): Promise<{ kind: 'open'; connection: Connection } | Failure> {
  const openedAt = clock.monotonic()
  const dialled = await dial(target, deadline)
  if (dialled.kind !== 'open') return dialled
  const { socket } = dialled
  const expiresAt = openedAt + AGE_MS_MAX * (1 - AGE_JITTER * random.fraction())
  const connection = new Connection({ clock, origin, socket, expiresAt, onStray, onClosed })
  // Some speak as soon as they are called: that is no answer to what is only sent now.
  await nextPoll()
  return { kind: 'open', connection }
}

/** The first that is still usable after the kernel was asked what has come. */
async function firstQuiet(
  first: Connection,
  takeAnother: () => Connection | null,
): Promise<Connection | null> {
  let connection: Connection | null = first
  while (connection !== null) {
    await nextPoll()
    if (connection.isUsable) return connection
    connection = takeAnother()
  }
  return null
}

function canBeUsed(connection: Connection, now: number): boolean {
  return connection.isUsable && now < connection.expiresAt && now < connection.idleUntil
}

function patience(keepAliveMs: number | null): number {
  return keepAliveMs === null ? IDLE_MS : keepAliveMs - HURRY_MS
}
