/**
 * Send: one bounded request to an address that a stranger typed in, and what came back.
 *
 * - Bounded in everything: time to the answer, bytes and time of its body, its headers, look-ups.
 * - Sends the bytes that were signed, once, to an address that the guard allowed as it was dialled;
 *   TLS is verified; redirects are never followed. A name is looked up once for each connection, and
 *   what was judged is what is dialled, or what the proxy is told: nothing is left to rebind.
 * - What the other side does wrong comes back as a value. It rejects only for a bug of ours.
 * - Never retries, with one exception (see `transmit.ts`): the schedule does that.
 */
import type { Clock } from '../clock.ts'
import type { SendResult, SignedRequest } from '../outcome.ts'
import type { Random } from '../random.ts'
import type { EgressProxy } from '../settings/egress-settings.ts'
import { readAnswerNote } from './answer-note.ts'
import { createConnections } from './connections.ts'
import { createConnector, type Dial } from './connector.ts'
import { Deadlines } from './deadlines.ts'
import { createDirectDialler } from './direct.ts'
import type { Answer } from './exchange.ts'
import { STOPPED } from './failure.ts'
import type { Guard } from './guard.ts'
import { createProxyDialler } from './proxy.ts'
import { createHostResolver, type HostResolver } from './resolve.ts'
import { parseRetryAfter } from './retry-after.ts'
import { createSecureSocket } from './secure-socket.ts'
import { ShownBodies } from './shown-body.ts'
import { createTransmit } from './transmit.ts'

export interface Sender {
  /**
   * `request.timeoutMs` runs until the headers of the answer. An abort ends it as `our-fault`,
   * as does an `isLive` that says no right before the bytes go out.
   */
  send(request: SignedRequest, signal?: AbortSignal, isLive?: () => boolean): Promise<SendResult>
  /** Takes no more requests, lets open ones end, closes the connections. */
  close(): Promise<void>
  /** Cuts open requests, which end as `our-fault`, and closes the connections. */
  destroy(): Promise<void>
}

export interface SendOptions {
  clock: Clock
  random: Random
  guard: Guard
  /** Stands between this machine and every endpoint. */
  proxy?: EgressProxy | null
  /** From the first packet to the end of the TLS handshake. */
  connectTimeoutMs?: number
  /** Connections that are kept though nothing is sent on them. */
  idleConnectionsMax?: number
  /** How long an unknown endpoint must be silent before a connection to it is used again. */
  quietMs?: number
  /** `ip:port` of name servers; by default those of the machine. */
  nameServers?: readonly string[]
  hostsPath?: string
  /** PEM certificates to trust besides Node's and the machine's. */
  extraAuthorities?: readonly string[]
}

const CONNECT_TIMEOUT_MS = 10_000

export function createSend(options: SendOptions): Sender {
  const { clock } = options
  const hosts = createHostResolver(options)
  const dial = createDial(options, hosts)
  const connections = createConnections({ ...options, dial })
  const transmit = createTransmit(clock, connections)
  const bodies = new ShownBodies(clock)
  const deadlines = new Deadlines(clock)
  let isClosed = false
  const onceIdle: (() => void)[] = []

  function stop(): Promise<void> {
    isClosed = true
    connections.close()
    if (deadlines.open > 0) return new Promise((resolve) => onceIdle.push(resolve))
    hosts.close()
    return Promise.resolve()
  }

  function onEnded(): void {
    if (!isClosed) return
    connections.close()
    if (deadlines.open > 0) return
    hosts.close()
    for (const resolve of onceIdle.splice(0)) resolve()
  }

  return {
    async send(request, signal, isLive) {
      if (isClosed || signal?.aborted) return { ...STOPPED, durationMs: 0 }
      const startedAt = clock.monotonic()
      const deadline = deadlines.begin({ timeoutMs: request.timeoutMs, signal, isLive })
      try {
        const exchanged = await transmit(request, deadline)
        if (exchanged.kind !== 'answer') {
          return { ...exchanged.failure, durationMs: Math.round(clock.monotonic() - startedAt) }
        }
        const nowMs = clock.now()
        const shown = bodies.read(exchanged.body, exchanged.headers)
        const body = typeof shown === 'string' ? shown : await shown
        return answered(exchanged, body, { startedAt, nowMs })
      } finally {
        deadlines.end(deadline)
        onEnded()
      }
    },
    close: stop,
    destroy() {
      const stopped = stop()
      deadlines.stopAll()
      return stopped
    },
  }
}

/** The way to an endpoint: by itself, or through the proxy. */
function createDial(options: SendOptions, hosts: HostResolver): Dial {
  const { clock, guard, proxy = null, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options
  const secureSocket = createSecureSocket(options)
  const dialler =
    proxy === null
      ? createDirectDialler(clock)
      : createProxyDialler({ clock, proxy, hosts, secureSocket })
  return createConnector({ clock, guard, hosts, dialler, secureSocket, connectTimeoutMs })
}

function listed(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value
}

/** `durationMs` is the time to the answer's headers; what its body took is our own patience. */
function answered(
  answer: Answer,
  body: string,
  { startedAt, nowMs }: { startedAt: number; nowMs: number },
): SendResult {
  const { status, headers, kept, answeredAt } = answer
  return {
    kind: 'answered',
    status,
    headers: kept,
    body,
    note: readAnswerNote(status, body, kept['content-type']),
    retryAfterMs: parseRetryAfter(listed(headers['retry-after']), nowMs),
    durationMs: Math.round(answeredAt - startedAt),
  }
}
