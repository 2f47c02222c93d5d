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

interface TlsRefusal {
  /** Null: the connection was closed without an error. */
  error: unknown
  hostname: string
  shown: ShownCertificate
  /** Of the endpoint, since the handshake began. */
  heardBytes: number
  nowMs: number
}

export function tlsFailure(refusal: TlsRefusal): Failure {
  const code = codeOf(refusal.error)
  const sentence = certificateSentence(code, refusal) ?? handshakeSentence(code, refusal.heardBytes)
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
  const sentence =
    handshakeSentence(code, Number.POSITIVE_INFINITY) ??
    'The endpoint ended the connection by a TLS alert'
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
    case 'UNSPECIFIED':
      return unnamedSentence(refusal.error)
    default:
      return code.startsWith('CERT_') || code.startsWith('INVALID_')
        ? 'The certificate is not valid: use a new one'
        : null
  }
}

const TOO_WEAK =
  "The endpoint's key or signature is too weak to trust: use a new certificate, with 2048 bits of RSA or P-256"

/** Node has no name for it, and OpenSSL's words for a key that is too small are in its message. */
function unnamedSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  return /too weak/i.test(message)
    ? TOO_WEAK
    : `The certificate is not valid: ${shortened(message || 'nobody says why')}`
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

const WANTS_CERTIFICATE =
  'The endpoint asks for a client certificate, which webhooks do not have: let it check the signature instead'

/** By the end of OpenSSL's code: whether we found it, or the endpoint told us by an alert. */
const SENTENCES: [ending: RegExp, sentence: string][] = [
  [
    /NO_APPLICATION_PROTOCOL$/,
    'The endpoint speaks HTTP/2 only: let it speak HTTP/1.1 too, in which webhooks are sent',
  ],
  [
    /(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|INAPPROPRIATE_FALLBACK)$/,
    'The endpoint speaks only versions of TLS that are no longer safe: let it speak TLS 1.2 or 1.3',
  ],
  [
    /UNSAFE_LEGACY_RENEGOTIATION_DISABLED$/,
    'The endpoint knows no secure renegotiation (RFC 5746), so that what is sent to it can be tampered with: update its TLS software, or let it speak TLS 1.3',
  ],
  [
    /(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_TOO_SMALL)$/,
    'The port does not speak TLS: use http:// in the URL, or the port that speaks https',
  ],
  [
    /(INSUFFICIENT_SECURITY|(UNKNOWN|WRONG)_CIPHER_RETURNED)$/,
    'The endpoint has no cipher in common with us that both find safe: let it offer ECDHE with AES-GCM or ChaCha20',
  ],
  [
    /UNRECOGNIZED_NAME$/,
    'The endpoint has no certificate for this host: add the host to its TLS settings',
  ],
  [
    /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA)$/,
    WANTS_CERTIFICATE,
  ],
  [
    /DH_(KEY_TOO_SMALL|PARAM_SIZE)$/,
    "The endpoint's Diffie-Hellman parameters are too small to be safe: give it some of 2048 bits, or let it offer ECDHE",
  ],
  [/((EE|CA)_KEY_TOO_SMALL|(EE|CA)_MD_TOO_WEAK)$/, TOO_WEAK],
  [
    /(WRONG_SIGNATURE_TYPE|NO_SUITABLE_SIGNATURE_ALGORITHM|NO_SHARED_SIGNATURE_ALGORITHMS)$/,
    'The endpoint signs the handshake in a way that is no longer safe: update its TLS software, and let it sign with SHA-256',
  ],
  [
    /ACCESS_DENIED$/,
    "The endpoint refuses this server within the handshake: let it accept the server's address",
  ],
  [/INTERNAL_ERROR$/, 'The endpoint failed within the TLS handshake: its own log says why'],
]

/** `heardBytes`: what came of the endpoint before it failed. */
function handshakeSentence(code: string, heardBytes: number): string | null {
  if (code.endsWith('HANDSHAKE_FAILURE')) {
    // TLS 1.2 has this one alert for both: who has shown a certificate agreed on a cipher before.
    return heardBytes > ALERT_BYTES_MAX
      ? WANTS_CERTIFICATE
      : 'The endpoint has no cipher in common with us, or no certificate for this host: let it offer ECDHE with AES-GCM or ChaCha20, and add the host to its TLS settings'
  }
  return SENTENCES.find(([ending]) => ending.test(code))?.[1] ?? null
}

/** A few of them, and nothing else. */
const ALERT_BYTES_MAX = 32

function on(validity: string, word: string): string {
  const ms = Date.parse(validity)
  return Number.isNaN(ms) ? '' : `${word} ${new Date(ms).toISOString().slice(0, 10)}`
}

/** A stranger wrote it. */
function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
