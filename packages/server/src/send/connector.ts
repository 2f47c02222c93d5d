/**
 * Connector: a socket to a host that a stranger named, or the reason why there is none.
 *
 * Invariant: the address that is dialled is the very string that the guard has just judged. Sockets
 * are opened by address only, with a `lookup` that throws, so no second question about the name can
 * be answered differently (rebinding); the name lives on in SNI and in the certificate's check.
 * Literal hosts take the same way as the addresses of a name.
 *
 * Of a name with allowed and forbidden addresses only the allowed ones are dialled, and it is
 * blocked when none is left. Refusing the whole name would protect nothing more, since a forbidden
 * address is never dialled either way, and would lose the endpoints with split views of one name.
 */
import { isIP, type Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Deadline } from './deadline.ts'
import type { Dialler } from './direct.ts'
import { type Failure, seconds, unreachable } from './failure.ts'
import type { Blocked, Guard } from './guard.ts'
import type { HostResolver, Resolved } from './resolve.ts'
import type { SecureSocket } from './secure-socket.ts'

export interface Target {
  /** As the URL has it, an IPv6 address without its brackets. */
  hostname: string
  port: number
  secure: boolean
}

type Dialled = { kind: 'open'; socket: Socket } | Failure
export type Dial = (target: Target, deadline: Deadline) => Promise<Dialled>

interface ConnectorOptions {
  clock: Clock
  guard: Guard
  hosts: HostResolver
  /** Straight, or through the operator's proxy. */
  dialler: Dialler
  secureSocket: SecureSocket
  /** From the first packet to the end of the TLS handshake, over all addresses. */
  connectTimeoutMs: number
}

/** A name may have hundreds of addresses; nobody needs more than these. */
const ADDRESSES_MAX = 6

export function createConnector(options: ConnectorOptions): Dial {
  const { clock, guard, hosts, dialler, secureSocket, connectTimeoutMs } = options

  return async (target, deadline) => {
    deadline.phase = 'the host name was still being looked up'
    const resolved =
      isIP(target.hostname) === 0
        ? await endedWith(deadline, hosts.resolve(target.hostname))
        : { kind: 'resolved' as const, addresses: [target.hostname] }
    if (resolved.kind !== 'resolved') return resolved

    const checked = keepAllowed(guard, target, resolved.addresses)
    if (checked.kind !== 'resolved') return checked

    deadline.phase = 'the connection was still being opened'
    return open(checked.addresses.slice(0, ADDRESSES_MAX), target, deadline)
  }

  function open(ips: readonly string[], target: Target, deadline: Deadline): Promise<Dialled> {
    return new Promise((settle) => {
      if (deadline.failure) return settle(deadline.failure)
      let secured: { cancel: () => void } | null = null
      const cancelTimer = clock.setTimer(connectTimeoutMs, () => finish(late()))
      deadline.onEnd = () => finish(late())
      const way = dialler({ ips, port: target.port }, (opened) => {
        if (opened.kind !== 'open' || !target.secure) return finish(opened)
        deadline.phase = 'the TLS handshake was still under way'
        secured = secureSocket(opened.socket, target.hostname, finish)
      })

      /** Our own stop says most; then our own proxy, so that nobody is charged for it. */
      function late(): Failure {
        if (deadline.failure?.kind === 'our-fault') return deadline.failure
        return way.ourDelay() ?? deadline.failure ?? tooSlow(secured !== null)
      }

      function finish(result: Dialled): void {
        cancelTimer()
        deadline.onEnd = null
        if (result.kind !== 'open') {
          way.cancel()
          secured?.cancel()
        }
        settle(result)
      }
    })
  }

  function tooSlow(inHandshake: boolean): Failure {
    const limit = seconds(connectTimeoutMs)
    return inHandshake
      ? unreachable('tls', `The TLS handshake was not finished within ${limit}`)
      : unreachable('connect', `No connection within ${limit}`)
  }
}

/** The look-up may be shared with others, so it goes on; this request stops waiting for it. */
function endedWith<T>(deadline: Deadline, work: Promise<T>): Promise<T | Failure> {
  if (deadline.failure) return Promise.resolve(deadline.failure)
  return new Promise((resolve, reject) => {
    deadline.onEnd = () => {
      if (deadline.failure) resolve(deadline.failure)
    }
    work.then((value) => {
      deadline.onEnd = null
      resolve(deadline.failure ?? value)
    }, reject)
  })
}

function keepAllowed(guard: Guard, target: Target, addresses: readonly string[]): Resolved {
  const allowed: string[] = []
  let blocked: { refusal: Blocked; address: string } | null = null
  for (const address of addresses) {
    const refusal = guard.checkAddress(address, target.port)
    if (refusal === null) allowed.push(address)
    else blocked ??= { refusal, address }
  }
  if (allowed.length > 0 || blocked === null) return { kind: 'resolved', addresses: allowed }
  const { refusal, address } = blocked
  const { reason } = refusal
  if (isIP(target.hostname) !== 0 || reason !== 'private-address') {
    return { kind: 'blocked', ...refusal }
  }
  // Whoever sets up a webhook may try every name of our network: not even what kind it is is told.
  const message = `${target.hostname} leads to an address that is not public; EGRESS_ALLOW on the server would allow it, and the server's log names it`
  return { kind: 'blocked', reason, message, address }
}
