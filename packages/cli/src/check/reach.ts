/** The first event, signed right: is there an endpoint at all, and one that we may talk to? */
import { isLoopback } from '../localhost.ts'
import { leadProbe } from './events.ts'
import { advice, type Finding, fault, ok } from './finding.ts'
import type { Answer } from './post.ts'
import type { Session } from './session.ts'

const TLS_CODES: Record<string, [message: string, mend: string]> = {
  CERT_HAS_EXPIRED: [
    'Its certificate has expired.',
    'Renew it, and see that renewals reload the server.',
  ],
  CERT_NOT_YET_VALID: [
    'Its certificate is not valid yet.',
    'Check the clock of the machine that made it.',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'Its certificate is signed by itself.',
    "Use one of a public authority (Let's Encrypt).",
  ],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'Its certificate is of an authority that nobody knows.',
    "Use one of a public authority (Let's Encrypt).",
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'It does not send the whole chain of its certificate.',
    'Serve fullchain.pem, not cert.pem: browsers fill the gap, senders do not.',
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'It does not send the whole chain of its certificate.',
    'Serve fullchain.pem, not cert.pem: browsers fill the gap, senders do not.',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'Its certificate is for another name.',
    'Get one for the name in the URL.',
  ],
}

/** By OpenSSL's words: the code is EPROTO for all of them. */
const HANDSHAKES: [said: RegExp, message: string, mend: string][] = [
  [
    /wrong version number|packet length too long|http request/i,
    'It speaks no TLS on this port.',
    'Use http:// for a port without TLS, or the port that has it (443).',
  ],
  [
    /protocol version|unsupported protocol/i,
    'It speaks no TLS 1.2 or newer.',
    'Allow TLS 1.2 and 1.3: older versions are not spoken any more.',
  ],
  [
    /no application protocol/i,
    'It speaks HTTP/2 only.',
    'Let it speak HTTP/1.1 too, in which webhooks are sent.',
  ],
  [
    /unsafe legacy renegotiation/i,
    'It knows no secure renegotiation (RFC 5746).',
    'Update its TLS software, or let it speak TLS 1.3.',
  ],
  [
    /alert (certificate required|bad certificate|unknown ca)/i,
    'It asks for a client certificate, which webhooks do not have.',
    'Let it check the signature instead.',
  ],
  [
    /dh key too small/i,
    'Its Diffie-Hellman parameters are too small to be safe.',
    'Give it some of 2048 bits, or let it offer ECDHE.',
  ],
  [
    /unrecognized name/i,
    'It has no certificate for the name in the URL.',
    'Add the name to its TLS settings.',
  ],
  [
    /:SSL routines:/,
    'The TLS handshake failed.',
    'Look into the log of your TLS server: it refuses what every browser offers, or has no certificate.',
  ],
]

export async function reach(
  session: Session,
): Promise<{ answer: Answer | null; findings: Finding[] }> {
  const first = await session.sendRight(leadProbe())
  const tls = first.kind === 'unreachable' ? TLS_CODES[first.code] : undefined
  if (tls) {
    // Said once; the rest is checked in spite of it.
    session.verifyTls = false
    const [message, mend] = tls
    const { answer, findings } = judge(session, await session.sendRight(leadProbe()))
    return { answer, findings: [fault('tls', message, mend), ...findings] }
  }
  if (first.kind === 'unreachable') {
    const handshake = HANDSHAKES.find(([said]) => said.test(first.message))
    if (handshake) {
      const [, message, mend] = handshake
      return { answer: null, findings: [fault('tls', message, mend)] }
    }
  }
  const { answer, findings } = judge(session, first)
  return { answer, findings: [...transport(session.url, first), ...findings] }
}

function transport({ protocol, hostname }: URL, first: Answer): Finding[] {
  if (protocol === 'https:') {
    // Who gave no answer may never have shown a certificate.
    if (first.kind === 'unreachable') return []
    return [ok('tls', 'Its certificate and chain are in order.')]
  }
  if (isLoopback(hostname)) return []
  return [
    advice('tls', 'It is reached without TLS: anyone on the way reads the leads.', 'Use https.'),
  ]
}

function judge(
  { url, timeoutMs }: Session,
  answer: Answer,
): { answer: Answer | null; findings: Finding[] } {
  const stop = (message: string, mend: string) => ({
    answer: null,
    findings: [fault('reach', message, mend)],
  })
  if (answer.kind === 'unreachable') {
    if (answer.code === 'TIMEOUT') {
      return stop(
        `It gave no answer within ${timeoutMs / 1000} s.`,
        'Answer first, work afterwards; and see that every path of the handler answers.',
      )
    }
    return stop(
      `It can't be reached: ${answer.message}.`,
      `Is it running, and does ${url.host} lead to it from here?`,
    )
  }
  const { status, headers } = answer
  if (status >= 300 && status < 400) {
    return stop(
      `It redirects (${status}) to ${headers.location ?? 'nowhere'}; redirects are not followed.`,
      'Give the webhook the final URL: mind https, www and the trailing slash.',
    )
  }
  if (status === 404 || status === 405) {
    return stop(
      `It answered ${status}: there is nothing that takes POST at ${url.pathname}.`,
      'Compare path and method with the route of your app.',
    )
  }
  if (status === 415) {
    return stop(
      'It answered 415: it does not take application/json.',
      'Allow content-type: application/json.',
    )
  }
  return { answer, findings: [ok('reach', `It is there, and answered ${status}.`)] }
}
