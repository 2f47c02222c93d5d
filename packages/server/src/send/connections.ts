/**
 * Connections: what is open and idle, by origin; and the way to a new one.
 *
 * One undici `Client` drives one socket and is never connected twice. undici's own `Pool` hides
 * which socket a request goes to; here a request knows whether its connection is a fresh one, which
 * decides whether it may be sent again when the connection turns out to be dead, and whoever waits
 * for a connection can stop waiting. Connections to an origin are not capped: the lanes bound them,
 * and a cap would make webhooks of one origin wait for each other.
 */
import type { Socket } from 'node:net'
import { Client } from 'undici'
import type { Dial, Target } from './connector.ts'
import type { Deadline } from './deadline.ts'
import type { Failure } from './failure.ts'
import { skipContinue } from './skip-continue.ts'

export interface Connection {
  readonly client: Client
  readonly socket: Socket
  readonly origin: string
  /** A request was sent on it, and no byte of the answer was read yet. */
  isAwaiting: boolean
}

export interface Connections {
  /** The one used last: the others grow idle and are closed. Null: none. */
  takeIdle(origin: string): Connection | null
  open(
    origin: string,
    target: Target,
    deadline: Deadline,
  ): Promise<{ kind: 'open'; connection: Connection } | Failure>
  /** After a whole answer. A connection that undici is about to close is not taken again. */
  giveBack(connection: Connection): void
  /** Closes what is idle. */
  close(): void
}

/** Shorter than the five seconds after which a Node server closes an idle connection. */
const IDLE_MS = 4_000
const IDLE_MS_MAX = 5_000
const HEADER_BYTES_MAX = 16 * 1024

export function createConnections(dial: Dial): Connections {
  const idle = new Map<string, Connection[]>()

  function forget(connection: Connection): void {
    const list = idle.get(connection.origin)
    if (list === undefined) return
    const index = list.indexOf(connection)
    if (index >= 0) list.splice(index, 1)
    if (list.length === 0) idle.delete(connection.origin)
  }

  return {
    takeIdle(origin) {
      const list = idle.get(origin)
      let connection = list?.pop()
      while (connection && !isUsable(connection.socket)) connection = list?.pop()
      return connection ?? null
    },
    async open(origin, target, deadline) {
      const dialled = await dial(target, deadline)
      if (dialled.kind !== 'open') return dialled
      const { socket } = dialled
      const client = createClient(origin, socket)
      const connection: Connection = { client, socket, origin, isAwaiting: false }
      skipContinue(socket, () => connection.isAwaiting)
      client.once('disconnect', () => forget(connection))
      return { kind: 'open', connection }
    },
    giveBack(connection) {
      const list = idle.get(connection.origin)
      if (list) list.push(connection)
      else idle.set(connection.origin, [connection])
    },
    close() {
      for (const list of idle.values()) for (const { socket } of list) socket.destroy()
      idle.clear()
    },
  }
}

function isUsable(socket: Socket): boolean {
  return !socket.destroyed && socket.readyState === 'open'
}

/** Our own deadline stands in for undici's timers. */
function createClient(origin: string, socket: Socket): Client {
  let isHandedOver = false
  return new Client(origin, {
    connect(_options, callback) {
      if (isHandedOver) return callback(closedError(), null)
      isHandedOver = true
      // Not at once: undici would still be inside the step that asked for the socket.
      queueMicrotask(() => callback(null, socket))
    },
    allowH2: false,
    useMilo: false,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS_MAX,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: HEADER_BYTES_MAX,
  })
}

/** The connection went between two requests: the same news as a reset, before a byte was sent. */
function closedError(): Error {
  return Object.assign(new Error('The connection was closed while idle'), { code: 'ECONNRESET' })
}
