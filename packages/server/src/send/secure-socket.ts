/**
 * TLS over a connected socket: the certificate must be valid for the URL's host, by the authorities
 * that Node brings and those that this machine trusts. Never anything weaker, no setting for it.
 */
import { isIP, type Socket } from 'node:net'
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls'
import type { Clock } from '../clock.ts'
import { READ_ON_DEMAND } from './direct.ts'
import type { Failure } from './failure.ts'
import { type ShownCertificate, tlsFailure } from './tls-failure.ts'

type Secured = { kind: 'open'; socket: Socket } | Failure

/** Calls `finish` once, with a socket that is verified or with the reason why it is not. */
export type SecureSocket = (
  socket: Socket,
  hostname: string,
  finish: (result: Secured) => void,
) => { cancel: () => void }

interface SecureSocketOptions {
  clock: Clock
  /** PEM certificates to trust besides the usual ones. */
  extraAuthorities?: readonly string[]
}

export function createSecureSocket(options: SecureSocketOptions): SecureSocket {
  const { clock, extraAuthorities = [] } = options
  let context: SecureContext | null = null

  return (socket, hostname, finish) => {
    // Some hundred certificates take a tenth of a second to read: once, at the first https request.
    context ??= createSecureContext({ ca: trustedAuthorities(extraAuthorities) })
    let shown: Partial<PeerCertificate> = {}
    // Through a proxy, something came before.
    const { bytesRead } = socket
    const secured = connect({
      ...tlsNames(hostname),
      ...READ_ON_DEMAND,
      socket,
      secureContext: context,
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      // NODE_TLS_REJECT_UNAUTHORIZED must not switch this off.
      rejectUnauthorized: true,
    })
    // A refused certificate is out of reach once the error comes; this event comes right before.
    // Not `getPeerX509Certificate`: on Node 24.21 it empties the certificate that Node checks next.
    secured.prependOnceListener('secure', () => {
      shown = secured.getPeerCertificate()
    })
    let settled = false
    const settle = (result: Secured): void => {
      if (settled) return
      settled = true
      finish(result)
    }
    const refuse = (error: unknown): void =>
      settle(
        tlsFailure({
          error,
          hostname,
          shown: describe(shown),
          nowMs: clock.now(),
          heardBytes: socket.bytesRead - bytesRead,
        }),
      )
    secured.once('secureConnect', () => settle({ kind: 'open', socket: secured }))
    // Stays: an error without a listener would end the process.
    secured.on('error', (error) => {
      secured.destroy()
      refuse(error)
    })
    secured.once('close', () => refuse(null))
    return {
      cancel() {
        settled = true
        secured.destroy()
      },
    }
  }
}

/** The name for SNI and for the certificate; an address is no SNI (RFC 6066, 3), only verified. */
function tlsNames(hostname: string): Pick<ConnectionOptions, 'host' | 'servername'> {
  if (isIP(hostname) !== 0) return { host: hostname, servername: '' }
  const name = hostname.replace(/\.$/, '')
  return { host: name, servername: name }
}

function trustedAuthorities(extra: readonly string[]): string[] {
  const pems = [...getCACertificates('default'), ...getCACertificates('system'), ...extra]
  const unique = new Map(pems.map((pem) => [pem.replace(/\s+/g, ''), pem]))
  return [...unique.values()]
}

function describe(certificate: Partial<PeerCertificate>): ShownCertificate {
  const { issuer, subjectaltname = '', valid_from = '', valid_to = '' } = certificate
  const hosts = [...subjectaltname.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)]
  return {
    issuer: [issuer?.CN ?? issuer?.O ?? ''].flat().join(' '),
    hosts: hosts.map(([, host = '']) => host),
    validFrom: valid_from,
    validTo: valid_to,
  }
}
