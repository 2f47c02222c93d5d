/**
 * Proxy: to the addresses that were checked, through the operator's forward proxy.
 *
 * The proxy is told the address, never the name, so that it can't look it up once more and find
 * another: the promise of the connector holds through it. TLS with the endpoint runs inside of the
 * tunnel, by name. The proxy's own address is the operator's word and is not checked.
 */
import { isIP, type Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { EgressProxy } from '../settings/egress-settings.ts'
import { createDirectDialler, type Dialler } from './direct.ts'
import type { Failure } from './failure.ts'
import { type Opened, type Race, startRace } from './race.ts'
import type { HostResolver, Resolved } from './resolve.ts'
import type { SecureSocket } from './secure-socket.ts'
import { proxyFault, requestTunnel } from './tunnel.ts'

interface ProxyDiallerOptions {
  clock: Clock
  proxy: EgressProxy
  hosts: HostResolver
  secureSocket: SecureSocket
}

/**
 * Longer than a direct connection's: two hops, and a tunnel too many is a connection that the
 * endpoint sees.
 */
const STAGGER_MS = 1_000

export function createProxyDialler(options: ProxyDiallerOptions): Dialler {
  const { clock, proxy, hosts, secureSocket } = options
  const direct = createDirectDialler(clock)

  /** From nothing to a socket on which the proxy may be asked. */
  function reach(onReached: (socket: Socket) => void, onFault: (failure: Failure) => void): Race {
    let step: { cancel: () => void } | null = null
    let isCancelled = false
    const onResolved = (found: Resolved): void => {
      if (isCancelled) return
      if (found.kind === 'resolved') dial(found.addresses)
      else onFault(proxyFault(found.message))
    }
    const dial = (ips: readonly string[]): void => {
      step = direct({ ips, port: proxy.port }, (opened) => {
        if (opened.kind === 'open' && proxy.secure) secure(opened.socket)
        else hand(opened)
      })
    }
    const secure = (socket: Socket): void => {
      step = secureSocket(socket, proxy.hostname, hand)
    }
    const hand = (opened: Opened): void => {
      if (opened.kind === 'open') onReached(opened.socket)
      else onFault(proxyFault(opened.message))
    }
    addressesOf(proxy.hostname).then(onResolved, (cause) => onFault(proxyFault(String(cause))))
    return {
      cancel() {
        isCancelled = true
        step?.cancel()
      },
    }
  }

  function addressesOf(hostname: string): Promise<Resolved> {
    if (isIP(hostname) === 0) return hosts.resolve(hostname)
    return Promise.resolve({ kind: 'resolved', addresses: [hostname] })
  }

  return ({ ips, port }, finish) => {
    let isReached = false
    const race = startRace<Failure>(
      clock,
      {
        ips,
        staggerMs: STAGGER_MS,
        dial(ip, onOpen, onFault) {
          let step = reach((socket) => {
            isReached = true
            const request = { ip, port, authorization: proxy.authorization }
            step = requestTunnel(socket, request, (opened) => {
              if (opened.kind === 'open') onOpen(opened.socket)
              else onFault(opened)
            })
          }, onFault)
          return { cancel: () => step.cancel() }
        },
        failureOf: mostTelling,
      },
      finish,
    )
    return {
      cancel: race.cancel,
      ourDelay: () => (isReached ? null : proxyFault('no connection to it in time')),
    }
  }
}

/** One proxy for all addresses: what it says of itself counts for each of them. */
function mostTelling(faults: readonly Failure[]): Failure {
  const ours = faults.find(({ kind }) => kind === 'our-fault')
  return ours ?? faults[0] ?? proxyFault('it was not asked')
}
