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
  type SecureContext,
} from 'node:tls'
import { codeOf, type Failure, unreachable, withCode } from './failure.ts'

export type Secured = { kind: 'open'; socket: Socket } | Failure

/** Calls `finish` once, with a socket that is verified or with the reason why it is not. */
export type SecureSocket = (
  socket: Socket,
  hostname: string,
  finish: (result: Secured) => void,
) => { cancel: () => void }

export interface SecureSocketOptions {
  /** PEM certificates to trust besides the usual ones. */
  extraAuthorities?: readonly string[]
}

export function createSecureSocket({ extraAuthorities = [] }: SecureSocketOptions): SecureSocket {
  let context: SecureContext | null = null

  return (socket, hostname, finish) => {
    // Some hundred certificates take a tenth of a second to read: once, at the first https request.
    context ??= createSecureContext({ ca: trustedAuthorities(extraAuthorities) })
    let validTo = ''
    const secured = connect({
      ...tlsNames(hostname),
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
      validTo = secured.getPeerCertificate().valid_to ?? ''
    })
    let settled = false
    const settle = (result: Secured): void => {
      if (settled) return
      settled = true
      finish(result)
    }
    secured.once('secureConnect', () => settle({ kind: 'open', socket: secured }))
    // Stays: an error without a listener would end the process.
    secured.on('error', (error) => {
      secured.destroy()
      settle(tlsFailure(error, hostname, validTo))
    })
    secured.once('close', () => settle(tlsFailure(null, hostname, validTo)))
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

function tlsFailure(error: unknown, hostname: string, validTo: string): Failure {
  const code = codeOf(error)
  const sentence = certificateSentence(code, hostname, validTo)
  if (sentence !== null) return unreachable('tls', sentence)
  if (error === null || code === 'ECONNRESET' || code === 'EPIPE') {
    return unreachable('tls', 'The connection was closed during the TLS handshake')
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return unreachable('tls', withCode('The port does not speak TLS', code))
  }
  return unreachable('tls', withCode('The TLS handshake failed', code))
}

function certificateSentence(code: string, hostname: string, validTo: string): string | null {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return withCode(`The certificate expired${dayOf(validTo)}`, code)
    case 'CERT_NOT_YET_VALID':
      return withCode('The certificate is not valid yet', code)
    case 'CERT_REVOKED':
      return withCode('The certificate was revoked', code)
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return withCode('The certificate is self-signed', code)
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return withCode("The certificate's issuer is not trusted: its root is self-signed", code)
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return withCode(`The certificate is not for ${hostname}`, code)
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return withCode(
        "The certificate's issuer is unknown; an intermediate certificate may be missing",
        code,
      )
    default:
      return code.startsWith('CERT_') ? withCode('The certificate is not valid', code) : null
  }
}

/** OpenSSL's `May  1 12:00:00 2024 GMT`. */
function dayOf(validTo: string): string {
  const ms = Date.parse(validTo)
  return Number.isNaN(ms) ? '' : ` on ${new Date(ms).toISOString().slice(0, 10)}`
}
