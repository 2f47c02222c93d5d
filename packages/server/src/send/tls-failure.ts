/**
 * Why a TLS handshake failed, and what its owner can do about it, in one sentence for each cause.
 * Pure: Node's and OpenSSL's codes on one side, words on the other.
 */
import { codeOf, type Failure, unreachable, withCode } from './failure.ts'

/** What the endpoint showed before it was refused; empty where it did not get that far. */
export interface ShownCertificate {
  /** The name of its issuer. */
  issuer: string
  /** Names and addresses that it is valid for. */
  hosts: string[]
  /** OpenSSL's `May  1 12:00:00 2024 GMT`. */
  validFrom: string
  validTo: string
}

export interface TlsRefusal {
  /** Null: the connection was closed without an error. */
  error: unknown
  hostname: string
  shown: ShownCertificate
  nowMs: number
}

export function tlsFailure(refusal: TlsRefusal): Failure {
  const code = codeOf(refusal.error)
  const sentence = certificateSentence(code, refusal) ?? handshakeSentence(code)
  if (sentence !== null) return unreachable('tls', withCode(sentence, code))
  if (refusal.error === null || code === 'ECONNRESET' || code === 'EPIPE') {
    return unreachable('tls', 'The connection was closed during the TLS handshake')
  }
  return unreachable('tls', withCode('The TLS handshake failed', code))
}

/**
 * After the handshake, from our side: what the endpoint thinks of a certificate that we don't have is
 * told with its first answer (TLS 1.3). Null: not about TLS.
 */
export function tlsAlert(error: unknown): Failure | null {
  const code = codeOf(error)
  if (!code.startsWith('ERR_SSL_')) return null
  const sentence = handshakeSentence(code) ?? 'The endpoint ended the connection by a TLS alert'
  return unreachable('tls', withCode(sentence, code))
}

function certificateSentence(code: string, refusal: TlsRefusal): string | null {
  const issuer = refusal.shown.issuer ? `"${shortened(refusal.shown.issuer)}"` : 'its issuer'
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return expiredSentence(refusal)
    case 'CERT_NOT_YET_VALID':
      return `The certificate is not valid yet${on(refusal.shown.validFrom, ', only from')}: check the clock of whoever issued it, or use one that is valid now`
    case 'CERT_REVOKED':
      return 'The certificate was revoked: get a new one'
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'The certificate is self-signed, which nobody but its maker can trust: use one from a public authority'
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return `The certificate comes from an authority of its owner's own, which this server does not trust: use one from a public authority, or have the server's operator trust this one`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return wrongNameSentence(refusal)
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `The endpoint sends only its own certificate, not the intermediate of ${issuer} that leads to a trusted authority: have it send the full chain`
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `The certificate's issuer is unknown: the chain that the endpoint sends leads to no trusted authority; use a certificate from a public one, and send its full chain`
    default:
      return code.startsWith('CERT_') || code.startsWith('INVALID_')
        ? 'The certificate is not valid: use a new one'
        : null
  }
}

/** Any of the chain may be the one that expired; only the endpoint's own is known here. */
function expiredSentence({ shown, nowMs }: TlsRefusal): string {
  const validToMs = Date.parse(shown.validTo)
  if (validToMs > nowMs) {
    return "The certificate is in date, but an intermediate that the endpoint sends with it has expired: renew the chain, not the endpoint's own certificate"
  }
  return `The certificate expired${on(shown.validTo, ' on')}: renew it`
}

const HOSTS_SHOWN_MAX = 3

function wrongNameSentence({ hostname, shown }: TlsRefusal): string {
  const { hosts } = shown
  const shownHosts = hosts.slice(0, HOSTS_SHOWN_MAX).map(shortened).join(', ')
  const more = hosts.length > HOSTS_SHOWN_MAX ? ` and ${hosts.length - HOSTS_SHOWN_MAX} more` : ''
  const instead = shownHosts === '' ? '' : `, but for ${shownHosts}${more}`
  return `The certificate is not for ${hostname}${instead}: use the URL that it is for, or a certificate for this one`
}

function handshakeSentence(code: string): string | null {
  switch (code) {
    case 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION':
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
      return 'The endpoint speaks only versions of TLS that are no longer safe: let it speak TLS 1.2 or 1.3'
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'The port does not speak TLS: use http:// in the URL, or the port that speaks https'
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY':
      return 'The endpoint refused the handshake: it has no cipher in common with us, no certificate for this host, or wants a client certificate, which webhooks do not have'
    case 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME':
    case 'ERR_SSL_TLSV1_ALERT_UNRECOGNIZED_NAME':
      return 'The endpoint has no certificate for this host: add the host to its TLS settings'
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
      return 'The endpoint asks for a client certificate, which webhooks do not have: let it check the signature instead'
    case 'ERR_SSL_EE_KEY_TOO_SMALL':
    case 'ERR_SSL_CA_KEY_TOO_SMALL':
    case 'ERR_SSL_CA_MD_TOO_WEAK':
    case 'ERR_SSL_DH_KEY_TOO_SMALL':
    case 'EE_KEY_TOO_SMALL':
    case 'CA_KEY_TOO_SMALL':
    case 'CA_MD_TOO_WEAK':
      return "The endpoint's key or signature is too weak to trust: use a new certificate, with 2048 bits of RSA or P-256"
    default:
      return null
  }
}

function on(validity: string, word: string): string {
  const ms = Date.parse(validity)
  return Number.isNaN(ms) ? '' : `${word} ${new Date(ms).toISOString().slice(0, 10)}`
}

/** A stranger wrote it. */
function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
