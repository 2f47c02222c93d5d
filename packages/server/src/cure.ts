/**
 * What to do about what came back: one table for the delivery's page, the webhook's, the overview, a
 * test event, notices and the command line. Pure. The words are constants (cure-table.ts); only an
 * action may hold something of the answer, and is shown to nobody but those who see the answer.
 */
import { CURES, type CureCode } from './cure-table.ts'
import { type Attempt, isDoubtful } from './delivery.ts'
import type { BlockReason, Fault } from './outcome.ts'
import { readRedirect } from './redirect.ts'

export interface Cure {
  /** A stable word. */
  code: CureCode
  /** What it means, in one sentence or two. No data of anybody is in it. */
  cause: string
  /** What to do. No data of anybody is in it. */
  text: string
  /** What one click can do; null: nothing. */
  action: CureAction | null
}

/** The webhook's URL is to become this one. */
interface CureAction {
  kind: 'use-url'
  url: string
}

/** What an attempt tells of its cause. */
export type Seen = Pick<
  Attempt,
  'result' | 'status' | 'errorCode' | 'error' | 'responseHeaders' | 'responseBody' | 'note'
>

export interface CureContext {
  /** The webhook's URL, as it is now; null: it was deleted, or is listened to. */
  url: string | null
  /** Its URL may have been another one at the attempt's time. */
  wasChanged?: boolean
  /** Settings are named to an operator only. */
  reader: 'owner' | 'operator'
}

/** Null: it was taken, and nothing is doubtful about it. */
export function cureOf(seen: Seen, { url, wasChanged = false, reader }: CureContext): Cure | null {
  const found = find(seen, { url, wasChanged })
  if (found === null) return null
  const { cause, text, forOperator } = CURES[found.code]
  const action = found.url === null ? null : { kind: 'use-url' as const, url: found.url }
  return {
    code: found.code,
    cause,
    text: reader === 'operator' ? (forOperator ?? text) : text,
    action,
  }
}

interface Found {
  code: CureCode
  url: string | null
}

function find(seen: Seen, webhook: { url: string | null; wasChanged: boolean }): Found | null {
  const { result, status, note } = seen
  if (result === 'delivered') {
    return isDoubtful(note) ? { code: note, url: null } : null
  }
  if (status !== null && isRedirect(status)) {
    return readRedirect({ status, location: headerOf(seen, 'location') }, webhook)
  }
  const code = status === null ? faultCode(seen) : statusCode(status, seen)
  const isForHttps = code === 'protocol_tls' || code === 'plain_to_tls'
  return { code, url: isForHttps && !webhook.wasChanged ? withHttps(webhook.url) : null }
}

const REDIRECTS: readonly number[] = [300, 301, 302, 303, 307, 308]

function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status)
}

/** The same port with https; null: it has none of its own, or there are credentials in it. */
function withHttps(text: string | null): string | null {
  const url = text !== null && URL.canParse(text) ? new URL(text) : null
  if (url?.protocol !== 'http:' || url.port === '' || url.username + url.password !== '')
    return null
  url.protocol = 'https:'
  return url.href
}

function headerOf({ responseHeaders }: Seen, name: string): string | undefined {
  return Object.hasOwn(responseHeaders, name) ? responseHeaders[name] : undefined
}

const STATUSES: Readonly<Record<number, CureCode>> = {
  401: 'unauthorized',
  402: 'payment',
  403: 'forbidden',
  404: 'not_found',
  405: 'method',
  406: 'not_acceptable',
  407: 'unauthorized',
  408: 'their_timeout',
  409: 'conflict',
  410: 'gone',
  411: 'length',
  412: 'precondition',
  413: 'too_large',
  414: 'url_too_long',
  415: 'media_type',
  417: 'precondition',
  419: 'csrf',
  421: 'misdirected',
  425: 'too_early',
  426: 'upgrade',
  428: 'precondition',
  429: 'rate_limited',
  431: 'url_too_long',
  451: 'legal',
  // Of nginx.
  495: 'client_certificate',
  496: 'client_certificate',
  497: 'plain_to_tls',
  499: 'their_timeout',
  400: 'rejected',
  422: 'rejected',
  501: 'not_implemented',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'their_timeout',
  505: 'upgrade',
  507: 'storage_full',
  508: 'loop',
  511: 'captive',
  // Of Cloudflare.
  520: 'origin_down',
  521: 'origin_down',
  522: 'origin_down',
  523: 'origin_down',
  524: 'origin_slow',
  525: 'origin_tls',
  526: 'origin_tls',
  527: 'origin_down',
  529: 'unavailable',
  530: 'origin_dns',
  598: 'their_timeout',
  599: 'their_timeout',
}

function statusCode(status: number, seen: Seen): CureCode {
  return told(status, seen) ?? STATUSES[status] ?? classCode(status)
}

function classCode(status: number): CureCode {
  if (status >= 400 && status < 500) return 'client_error'
  return status >= 500 && status < 600 ? 'server_error' : 'odd_status'
}

/** What headers and body say more exactly than the status does; null: nothing. */
function told(status: number, seen: Seen): CureCode | null {
  const body = seen.responseBody
  if (isTunnelClosed(seen)) return 'tunnel_offline'
  if (isBotProtection(status, seen)) return 'bot_protection'
  if (status === 400 && TLS_WANTED.test(body)) return 'plain_to_tls'
  if (status === 400 && CERTIFICATE_WANTED.test(body)) return 'client_certificate'
  if (![400, 401, 403, 422].includes(status)) return null
  if (CSRF.test(body)) return 'csrf'
  return SIGNATURE.test(body) ? 'signature' : null
}

/** nginx, Go, Apache, Tomcat: plain HTTP on a port of https. */
const TLS_WANTED =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled|requires TLS/i
const CERTIFICATE_WANTED = /No required SSL certificate was sent|SSL certificate error/i
const CSRF = /csrf|xsrf|InvalidAuthenticityToken/i
const SIGNATURE = /signature|hmac/i

/** ngrok names its own errors: 3200 and 3201 for a tunnel that is not open. localtunnel answers 503. */
function isTunnelClosed(seen: Seen): boolean {
  const ngrok = headerOf(seen, 'ngrok-error-code') ?? ''
  if (/^ERR_NGROK_(?:3004|3200|3201|3208)$/.test(ngrok)) return true
  return /ERR_NGROK_32\d\d|Tunnel Unavailable|Error 1033\b|error code: 1033\b/i.test(
    seen.responseBody,
  )
}

/** Each names itself by a header, or on the page that it shows instead of the app's answer. */
function isBotProtection(status: number, seen: Seen): boolean {
  if (status !== 401 && status !== 403 && status !== 406 && status !== 429 && status !== 503) {
    return false
  }
  const has = (name: string) => headerOf(seen, name) !== undefined
  if (headerOf(seen, 'cf-mitigated') === 'challenge' || has('x-vercel-mitigated')) return true
  if (status !== 403 && status !== 503 && status !== 406) return false
  if (has('x-datadome') || has('x-amzn-waf-action') || has('x-sucuri-block')) return true
  return CHALLENGE.test(seen.responseBody) || isBlockPage(seen)
}

const CHALLENGE =
  /Just a moment\.\.\.|Attention Required! \| Cloudflare|error code: 10(?:06|07|08|09|10|12|20)\b|\/cdn-cgi\/challenge-platform|Incapsula incident ID|_Incapsula_Resource|Sucuri WebSite Firewall|Access Denied - GoDaddy Website Firewall|Generated by cloudfront|captcha-delivery|px-captcha|DDoS-Guard|mod_security|Wordfence/i
const PROTECTORS = /^(?:AkamaiGHost|Sucuri\/Cloudproxy|ddos-guard|imperva|BunkerWeb)/i

/** By its server's name where that itself answered with a page. */
function isBlockPage(seen: Seen): boolean {
  const isPage = /^text\/html/i.test(headerOf(seen, 'content-type') ?? '')
  return isPage && PROTECTORS.test(headerOf(seen, 'server') ?? '')
}

/** As record/record.ts writes them down. */
type FaultWord = Fault | BlockReason | 'our_fault' | 'unmade'
type FaultRule = readonly [said: RegExp, code: CureCode]

/**
 * Of each word that an attempt can carry as its `errorCode`, the causes by what its sentence says (the
 * codes in brackets are of c-ares, the kernel and OpenSSL), and the one that stands for all others.
 */
const FAULTS: Readonly<Record<FaultWord, { rules: readonly FaultRule[]; other: CureCode }>> = {
  dns: {
    rules: [
      [/NXDOMAIN/, 'dns_unknown'],
      [/no A or AAAA/, 'dns_no_address'],
      [/not a valid name/, 'dns_name'],
      [/name servers?\b/i, 'dns_temporary'],
    ],
    other: 'dns',
  },
  connect: {
    rules: [
      [/IPv6 addresses only/, 'ipv6_only'],
      [/refused/i, 'refused'],
      [/cannot be reached|is down/, 'unreachable'],
      [/did not answer|No connection within/, 'no_connection'],
    ],
    other: 'connect',
  },
  timeout: {
    rules: [
      [/being looked up/, 'timeout_dns'],
      [/being opened/, 'timeout_connect'],
      [/TLS handshake/, 'timeout_tls'],
      [/went silent/, 'timeout_silent'],
    ],
    other: 'timeout',
  },
  reset: { rules: [], other: 'reset' },
  tls: {
    rules: [
      [/CERT_HAS_EXPIRED|expired/, 'tls_expired'],
      [/CERT_NOT_YET_VALID|not valid yet/, 'tls_not_yet'],
      [/CERT_REVOKED|revoked/, 'tls_revoked'],
      [/DEPTH_ZERO_SELF_SIGNED_CERT|self-signed/, 'tls_self_signed'],
      [/SELF_SIGNED_CERT_IN_CHAIN/, 'tls_own_authority'],
      [/UNABLE_TO_(?:VERIFY_LEAF|GET_ISSUER)|full chain/, 'tls_chain'],
      [/ALTNAME_INVALID|certificate is not for/, 'tls_name'],
      [/asks for a client certificate/, 'client_certificate'],
      [/HTTP\/2 only/, 'tls_http2'],
      [/does not speak TLS/, 'tls_none'],
      [/no certificate for this host|no cipher in common/, 'tls_host'],
      [/too weak|too small/, 'tls_weak'],
      [/no longer safe|renegotiation/, 'tls_old'],
      [/refuses this server/, 'tls_denied'],
      [/was not finished within/, 'timeout_tls'],
    ],
    other: 'tls',
  },
  protocol: {
    rules: [
      [/speaks TLS/, 'protocol_tls'],
      [/HTTP\/2 only/, 'tls_http2'],
      [/switches to another protocol/, 'upgrade'],
      [/not HTTP/, 'protocol'],
    ],
    other: 'protocol_garbled',
  },
  'private-address': { rules: [], other: 'private_address' },
  scheme: { rules: [], other: 'scheme' },
  port: { rules: [], other: 'port' },
  proxy: { rules: [], other: 'proxy' },
  our_fault: { rules: [[/was stopped/, 'stopped']], other: 'our_fault' },
  unmade: { rules: [], other: 'unmade' },
}

/**
 * A sentence may hold what strangers wrote: hosts of a certificate, its issuer, how an answer begins. So
 * its code decides, where it ends with one, and else its words without what stands in quotes.
 */
function faultCode({ errorCode, error }: Seen): CureCode {
  if (!isFaultWord(errorCode)) return 'unknown'
  const { rules, other } = FAULTS[errorCode]
  const name = /\(([A-Z][A-Z\d_]*)\)$/.exec(error ?? '')?.[1] ?? ''
  const words = (error ?? '').split('"', 1)[0] ?? ''
  const found = rules.find(([said]) => said.test(name)) ?? rules.find(([said]) => said.test(words))
  return found?.[1] ?? other
}

function isFaultWord(word: string | null): word is FaultWord {
  return word !== null && Object.hasOwn(FAULTS, word)
}
