import { describe, expect, test } from 'vitest'
import { ANSWER_CURES } from './answer-cures.ts'
import { type Cure, type CureContext, cureOf, type Seen } from './cure.ts'
import { FAULT_CURES } from './fault-cures.ts'
import type { SendResult } from './outcome.ts'
import { attemptOf } from './record/record.ts'
import {
  connectFailure,
  dnsFailure,
  exchangeFailure,
  type Failure,
  ourFault,
  STOPPED,
  timedOut,
  unreachable,
} from './send/failure.ts'
import { createGuard } from './send/guard.ts'
import { protocolFailure } from './send/protocol-failure.ts'
import { tlsAlert, tlsFailure } from './send/tls-failure.ts'

const URL = 'https://shop.example/hooks/leads'
/** In answers of these tests: never in words that may go anywhere. */
const PERSONAL = 'ann@example.com'

function seenOf(result: SendResult): Seen {
  return attemptOf({ id: 'att_1', startedAt: 0, result })
}

function failed(failure: Failure | null): Seen {
  if (failure === null) throw new Error('It is no failure')
  return seenOf({ ...failure, durationMs: 5 })
}

function answered(
  status: number,
  {
    headers = {},
    body = '',
    note = null,
  }: Partial<{ headers: Record<string, string>; body: string; note: Seen['note'] }> = {},
): Seen {
  return seenOf({
    kind: 'answered',
    status,
    headers,
    body,
    note,
    retryAfterMs: null,
    durationMs: 5,
  })
}

function cure(seen: Seen, context: Partial<CureContext> = {}): Cure | null {
  return cureOf(seen, { url: URL, reader: 'owner', ...context })
}

function coded(error: string, message = ''): Error {
  return Object.assign(new Error(message), { code: error })
}

const TLS = {
  hostname: 'shop.example',
  heardBytes: 0,
  nowMs: 0,
  shown: { issuer: 'R3', hosts: ['b.example'], validFrom: '', validTo: '' },
}
const handshake = (code: string, heardBytes = 0) =>
  tlsFailure({ ...TLS, heardBytes, error: coded(code) })
const guard = createGuard({ allow: [], allowLoopback: false })

describe('every cause that sending can name has its own cure', () => {
  const CAUSES: [name: string, failure: Failure | null, code: string][] = [
    ['refused', connectFailure([{ ip: '192.0.2.1', code: 'ECONNREFUSED' }]), 'refused'],
    ['reset while opened', connectFailure([{ ip: '192.0.2.1', code: 'ECONNRESET' }]), 'connect'],
    ['no route', connectFailure([{ ip: '192.0.2.1', code: 'EHOSTUNREACH' }]), 'unreachable'],
    ['host down', connectFailure([{ ip: '192.0.2.1', code: 'EHOSTDOWN' }]), 'unreachable'],
    ['no answer to SYN', connectFailure([{ ip: '192.0.2.1', code: 'ETIMEDOUT' }]), 'no_connection'],
    ['an unknown code', connectFailure([{ ip: '192.0.2.1', code: 'EWHAT' }]), 'connect'],
    ['IPv6 only', connectFailure([{ ip: '2001:db8::1', code: 'ENETUNREACH' }]), 'ipv6_only'],
    ['no network of ours', connectFailure([{ ip: '192.0.2.1', code: 'ENETUNREACH' }]), 'our_fault'],
    ['out of files', connectFailure([{ ip: '192.0.2.1', code: 'EMFILE' }]), 'our_fault'],
    ['our own limit', unreachable('connect', 'No connection within 10 s'), 'no_connection'],
    [
      'by a proxy',
      unreachable(
        'connect',
        "The host cannot be reached (this server's egress proxy answered 502 to CONNECT)",
      ),
      'unreachable',
    ],
    [
      'handshake too slow',
      unreachable('tls', 'The TLS handshake was not finished within 10 s'),
      'timeout_tls',
    ],
    [
      'timeout of a look-up',
      timedOut(30_000, 'the host name was still being looked up'),
      'timeout_dns',
    ],
    [
      'timeout before it connects',
      timedOut(30_000, 'the connection was still being opened'),
      'timeout_connect',
    ],
    [
      'timeout of a handshake',
      timedOut(30_000, 'the TLS handshake was still under way'),
      'timeout_tls',
    ],
    ['timeout of the answer', timedOut(30_000, ''), 'timeout'],
    ['silent', exchangeFailure(coded('ETIMEDOUT')), 'timeout_silent'],
    ['reset', exchangeFailure(coded('ECONNRESET')), 'reset'],
    ['broken pipe', exchangeFailure(coded('EPIPE')), 'reset'],
    ['closed', exchangeFailure(null), 'reset'],
    ['broken otherwise', exchangeFailure(coded('', 'whatever')), 'reset'],
    ['no such name', dnsFailure('ENOTFOUND', false), 'dns_unknown'],
    ['no address', dnsFailure('ENODATA', false), 'dns_no_address'],
    ['bad name', dnsFailure('EBADNAME', false), 'dns_name'],
    ...['ESERVFAIL', 'EREFUSED', 'EBADRESP', 'EFORMERR', 'ETIMEOUT', 'ECONNREFUSED'].map(
      (code): [string, Failure, string] => [code, dnsFailure(code, false), 'dns_temporary'],
    ),
    ['an unknown DNS code', dnsFailure('EWHAT', false), 'dns'],
    ['our name servers', dnsFailure('ETIMEOUT', true), 'our_fault'],
    ['expired', handshake('CERT_HAS_EXPIRED'), 'tls_expired'],
    ['not yet', handshake('CERT_NOT_YET_VALID'), 'tls_not_yet'],
    ['revoked', handshake('CERT_REVOKED'), 'tls_revoked'],
    ['self-signed', handshake('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls_self_signed'],
    ['own authority', handshake('SELF_SIGNED_CERT_IN_CHAIN'), 'tls_own_authority'],
    ['wrong name', handshake('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls_name'],
    ['leaf only', handshake('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls_chain'],
    ['unknown issuer', handshake('UNABLE_TO_GET_ISSUER_CERT'), 'tls_chain'],
    ['unknown issuer here', handshake('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'tls_chain'],
    [
      'weak key',
      tlsFailure({ ...TLS, error: coded('UNSPECIFIED', 'ee key too weak') }),
      'tls_weak',
    ],
    ['not valid', handshake('INVALID_PURPOSE'), 'tls'],
    ['http2', handshake('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'), 'tls_http2'],
    ['old version', handshake('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'tls_old'],
    ['renegotiation', handshake('ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED'), 'tls_old'],
    ['no TLS', handshake('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls_none'],
    ['ciphers', handshake('ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY'), 'tls_host'],
    ['unknown host', handshake('ERR_SSL_TLSV1_UNRECOGNIZED_NAME'), 'tls_host'],
    [
      'client certificate',
      handshake('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
      'client_certificate',
    ],
    ['weak DH', handshake('ERR_SSL_DH_KEY_TOO_SMALL'), 'tls_weak'],
    ['weak certificate', handshake('ERR_SSL_EE_KEY_TOO_SMALL'), 'tls_weak'],
    ['weak signature', handshake('ERR_SSL_WRONG_SIGNATURE_TYPE'), 'tls_old'],
    ['denied', handshake('ERR_SSL_TLSV1_ALERT_ACCESS_DENIED'), 'tls_denied'],
    ['failed inside', handshake('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'), 'tls'],
    ['no handshake', handshake('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'), 'tls_host'],
    [
      'a certificate wanted',
      handshake('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 900),
      'client_certificate',
    ],
    ['closed in it', tlsFailure({ ...TLS, error: null }), 'tls'],
    ['unknown in it', handshake('EWHAT'), 'tls'],
    ['an alert later', tlsAlert(coded('ERR_SSL_WHAT')), 'tls'],
    ['TLS unasked', protocolFailure({ cause: 'tls', seen: '' }), 'protocol_tls'],
    ['HTTP/2 unasked', protocolFailure({ cause: 'http2', seen: '' }), 'tls_http2'],
    ['not HTTP', protocolFailure({ cause: 'not-http', seen: `SSH ${PERSONAL}` }), 'protocol'],
    ['no status', protocolFailure({ cause: 'no-status', seen: '' }), 'protocol_garbled'],
    ['a status of none', protocolFailure({ cause: 'status-range', seen: '' }), 'protocol_garbled'],
    ['101', protocolFailure({ cause: 'switch', seen: '' }), 'upgrade'],
    ['empty lines', protocolFailure({ cause: 'empty-lines', seen: '' }), 'protocol_garbled'],
    ['1xx for ever', protocolFailure({ cause: 'interim-flood', seen: '' }), 'protocol_garbled'],
    ['stopped', STOPPED, 'stopped'],
    ['ours', ourFault("This server's egress proxy failed: it answered 500"), 'our_fault'],
    ['by the proxy', { kind: 'blocked', reason: 'proxy', message: '' }, 'proxy'],
    ['private', blocked('http://10.0.0.5/'), 'private_address'],
    ['local', blocked('http://localhost/'), 'private_address'],
    ['metadata', blocked('http://169.254.169.254/'), 'private_address'],
    ['port', blocked('http://192.88.99.1:25/') ?? null, 'port'],
    ['scheme', blocked('ftp://shop.example/'), 'scheme'],
  ]

  function blocked(url: string): Failure | null {
    const found = guard.checkUrl(new globalThis.URL(url.replace('192.88.99.1', '93.184.216.34')))
    return found && { kind: 'blocked', reason: found.reason, message: found.message }
  }

  test.each(CAUSES)('%s', (_, failure, code) => {
    const found = cure(failed(failure))
    expect(found).toMatchObject({ code })
    expect(found?.text.length).toBeGreaterThan(10)
    expect(JSON.stringify(found)).not.toContain(PERSONAL)
  })

  const WORDS = [
    'expired',
    'revoked',
    'self-signed',
    'full chain',
    'speaks TLS',
    'HTTP/2 only',
    'too weak (CERT_HAS_EXPIRED)',
  ]
  test.each(WORDS)('“%s” in what strangers wrote leads to no other one', (word) => {
    const shown = { ...TLS.shown, issuer: `My ${word} CA`, hosts: [`${word}.example`] }
    const refused = (code: string) =>
      tlsFailure({ ...TLS, hostname: `${word}.example`, shown, error: coded(code) })
    const seen = `${word} "${word}"`
    for (const [failure, code] of [
      [refused('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls_name'],
      [refused('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls_chain'],
      [protocolFailure({ cause: 'not-http', seen }), 'protocol'],
      [protocolFailure({ cause: 'no-status', seen }), 'protocol_garbled'],
      [protocolFailure({ cause: 'status-range', seen }), 'protocol_garbled'],
    ] as const) {
      expect(cure(failed(failure)), JSON.stringify(failure)).toMatchObject({ code })
    }
  })

  test('and so has every status', () => {
    for (let status = 100; status < 1_000; status++) {
      if (status >= 200 && status <= 299) continue
      const found = cure(answered(status))
      expect(found?.code, String(status)).not.toBe('unknown')
      expect(found?.cause, String(status)).toBeTruthy()
    }
  })

  test('a word that nobody knows yet has one, too', () => {
    const seen = { ...failed(STOPPED), errorCode: 'constructor' }
    expect(cure(seen)).toMatchObject({ code: 'unknown' })
    expect(cure({ ...seen, errorCode: null })).toMatchObject({ code: 'unknown' })
  })

  test('what is erased of an attempt leaves its word, and that a cure', () => {
    const blank = { error: null, responseHeaders: {}, responseBody: '', note: null }
    expect(cure({ ...failed(timedOut(5, '')), ...blank })).toMatchObject({ code: 'timeout' })
    expect(cure({ ...answered(302), ...blank })).toMatchObject({
      code: 'redirect_nowhere',
      action: null,
    })
  })
})

describe('statuses', () => {
  test.each<[number, string]>([
    [400, 'rejected'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [405, 'method'],
    [408, 'their_timeout'],
    [409, 'conflict'],
    [410, 'gone'],
    [411, 'length'],
    [413, 'too_large'],
    [415, 'media_type'],
    [418, 'client_error'],
    [419, 'csrf'],
    [422, 'rejected'],
    [429, 'rate_limited'],
    [499, 'their_timeout'],
    [500, 'server_error'],
    [501, 'not_implemented'],
    [502, 'bad_gateway'],
    [503, 'unavailable'],
    [504, 'their_timeout'],
    [520, 'origin_down'],
    [522, 'origin_down'],
    [524, 'origin_slow'],
    [525, 'origin_tls'],
    [526, 'origin_tls'],
    [530, 'origin_dns'],
    [304, 'odd_status'],
    [305, 'odd_status'],
    [555, 'server_error'],
    [700, 'odd_status'],
    [103, 'odd_status'],
  ])('%i: %s', (status, code) => {
    expect(cure(answered(status))).toMatchObject({ code, action: null })
  })

  test.each<[string, Seen, string]>([
    ['a challenge', answered(403, { headers: { 'cf-mitigated': 'challenge' } }), 'bot_protection'],
    [
      'a challenge with 503',
      answered(503, { body: '<title>Just a moment...</title>' }),
      'bot_protection',
    ],
    [
      'a block',
      answered(403, { headers: { server: 'cloudflare' }, body: 'error code: 1020' }),
      'bot_protection',
    ],
    [
      'Akamai',
      answered(403, { headers: { server: 'AkamaiGHost', 'content-type': 'text/html' } }),
      'bot_protection',
    ],
    [
      "an app's own 403 behind a CDN",
      answered(403, {
        headers: { server: 'cloudflare', 'content-type': 'application/json' },
        body: '{"error":"no"}',
      }),
      'forbidden',
    ],
    [
      'a limit of a CDN',
      answered(429, { headers: { server: 'cloudflare' }, body: 'error code: 1015' }),
      'rate_limited',
    ],
    ['a signature', answered(401, { body: '{"error":"Invalid signature"}' }), 'signature'],
    ['a token', answered(403, { body: 'CSRF verification failed.' }), 'csrf'],
    [
      'plain HTTP to TLS',
      answered(400, { body: 'The plain HTTP request was sent to HTTPS port' }),
      'plain_to_tls',
    ],
    [
      'no client certificate',
      answered(400, { body: 'No required SSL certificate was sent' }),
      'client_certificate',
    ],
    [
      'a closed tunnel',
      answered(404, { headers: { 'ngrok-error-code': 'ERR_NGROK_3200' } }),
      'tunnel_offline',
    ],
  ])('%s', (_, seen, code) => {
    expect(cure(seen)).toMatchObject({ code })
  })
})

describe('what was taken', () => {
  test('needs no cure', () => {
    expect(cure(answered(200))).toBeNull()
    expect(cure(answered(204, { note: 'acknowledged' }))).toBeNull()
    expect(cure(answered(200, { note: 'not_processed' }))).toBeNull()
  })

  test('may be doubtful', () => {
    expect(cure(answered(200, { note: 'web_page' }))).toMatchObject({ code: 'web_page' })
    expect(cure(answered(200, { note: 'body_says_failed' }))).toMatchObject({
      code: 'body_says_failed',
    })
  })
})

describe('https where http was asked', () => {
  const tls = failed(protocolFailure({ cause: 'tls', seen: '' }))

  test('is one click on a port of its own', () => {
    const url = 'http://shop.example:8443/hooks?a=1'
    expect(cure(tls, { url })?.action).toEqual({
      kind: 'use-url',
      url: 'https://shop.example:8443/hooks?a=1',
    })
  })

  test('is none where that is another port, with credentials, or of a URL that was changed since', () => {
    expect(cure(tls, { url: 'http://shop.example/hooks' })?.action).toBeNull()
    expect(cure(tls, { url: 'http://a:b@shop.example:8443/hooks' })?.action).toBeNull()
    expect(cure(tls, { url: 'http://shop.example:8443/', wasChanged: true })?.action).toBeNull()
    expect(cure(tls, { url: null })?.action).toBeNull()
  })
})

describe('words', () => {
  test('promise no other attempt: what failed may be given up, or be a test event', () => {
    const texts = Object.values({ ...ANSWER_CURES, ...FAULT_CURES }).flatMap((words) =>
      Object.values(words),
    )
    expect(texts.filter((text) => /tried again/.test(text))).toEqual([
      // They say when.
      expect.stringMatching(/needs nothing while it is tried again/),
      expect.stringMatching(/needs nothing while it is tried again/),
      expect.stringMatching(/answer 500 when it failed: then it is tried again/),
    ])
  })

  test('name no setting to an owner, and to an operator where it helps', () => {
    for (const { cause, text } of Object.values({ ...ANSWER_CURES, ...FAULT_CURES })) {
      expect(`${cause} ${text}`).not.toMatch(/[A-Z]{3,}_[A-Z_]+|docs\//)
    }
    const seen = failed({ kind: 'blocked', reason: 'private-address', message: '' })
    expect(cure(seen)?.text).toContain('ask whoever runs this server')
    expect(cure(seen, { reader: 'operator' })?.text).toContain('EGRESS_ALLOW')
  })

  test('are whole sentences', () => {
    for (const words of Object.values({ ...ANSWER_CURES, ...FAULT_CURES })) {
      for (const text of Object.values(words)) expect(text).toMatch(/^[A-Z`].*\.$|\)\.$/)
    }
  })
})
