/**
 * Why no answer came, in words for the endpoint's owner: a stable fault and one plain sentence.
 * Pure: the codes of c-ares, the kernel and OpenSSL on one side, sentences on the other.
 */
import type { Fault, SendResult } from '../outcome.ts'

type WithoutDuration<T> = T extends unknown ? Omit<T, 'durationMs'> : never
/** Every result but an answer; the duration is added where the request started. */
export type Failure = WithoutDuration<Exclude<SendResult, { kind: 'answered' }>>

export const STOPPED: Failure = {
  kind: 'our-fault',
  message: 'The server was stopped before the answer came',
}

export function unreachable(fault: Fault, message: string): Failure {
  return { kind: 'unreachable', fault, message }
}

export function ourFault(message: string): Failure {
  return { kind: 'our-fault', message }
}

/** `phase` completes "No answer within 30 s": what was still going on. */
export function timedOut(timeoutMs: number, phase: string): Failure {
  return unreachable('timeout', `No answer within ${seconds(timeoutMs)}${phase && `: ${phase}`}`)
}

export function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))} s`
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

/** Out of file descriptors, of local ports, of memory, or kept back by our own firewall. */
const OURS = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EPERM', 'EACCES'])
/** No way out of this machine for this family of addresses. */
const NO_ROUTE = new Set(['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])

const CONNECT_SENTENCES: Record<string, string> = {
  ECONNREFUSED: 'The connection was refused',
  ECONNRESET: 'The connection was reset while it was being opened',
  EHOSTUNREACH: 'The host cannot be reached',
  EHOSTDOWN: 'The host is down',
  ETIMEDOUT: 'The host did not answer the connection request',
}

export interface DialError {
  ip: string
  code: string
}

/**
 * Of all the addresses that were tried, what the endpoint did says more than what our network
 * lacks: a machine without IPv6 fails every IPv6 address, whatever the endpoint does.
 */
export function connectFailure(errors: readonly DialError[]): Failure {
  const ours = errors.find(({ code }) => OURS.has(code))
  if (ours) return ourFault(`This server could not open a connection (${ours.code})`)
  const remote = errors.find(({ code }) => !NO_ROUTE.has(code))
  if (remote) {
    const sentence = CONNECT_SENTENCES[remote.code] ?? 'The connection could not be opened'
    return unreachable('connect', withCode(sentence, remote.code))
  }
  const code = errors[0]?.code ?? ''
  // Charged to the endpoint: otherwise one that has IPv6 only would be retried here for ever.
  if (errors.every(({ ip }) => ip.includes(':'))) {
    return unreachable(
      'connect',
      withCode('The host has IPv6 addresses only, and this server has no IPv6 network', code),
    )
  }
  return ourFault(withCode('This server has no network to reach the host', code))
}

/** What broke an open connection before an answer; null: it was closed in order. */
export function exchangeFailure(error: Error | null): Failure {
  if (error === null) return unreachable('reset', 'The connection was closed before an answer came')
  const code = codeOf(error)
  switch (code) {
    case 'ETIMEDOUT':
      return unreachable('timeout', withCode('The connection went silent', code))
    case 'ECONNRESET':
    case 'EPIPE':
      return unreachable('reset', withCode('The connection was reset before an answer came', code))
    default:
      return unreachable(
        'reset',
        withCode('The connection broke before an answer came', code || error.message),
      )
  }
}

const DNS_SENTENCES: Record<string, string> = {
  ENOTFOUND: 'The host name does not resolve (NXDOMAIN)',
  ENODATA: 'The host name has no address (no A or AAAA record)',
  ESERVFAIL: 'The name servers of the host failed (SERVFAIL)',
  EREFUSED: 'The name server refused to look up the host name (REFUSED)',
  EBADNAME: 'The host name is not a valid name',
  EBADRESP: 'The name server gave a malformed answer about the host name',
  EFORMERR: 'The name server did not understand the question about the host name (FORMERR)',
  ETIMEOUT: 'The name servers of the host did not answer in time',
  ECONNREFUSED: 'The name servers of the host refused to be asked',
}

export function dnsFailure(code: string, isOurs: boolean): Failure {
  if (isOurs) {
    return ourFault(
      withCode("This server's own name servers do not answer, so the host was not looked up", code),
    )
  }
  return unreachable('dns', DNS_SENTENCES[code] ?? withCode('The host name does not resolve', code))
}

/** A sentence that follows a colon. */
export function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

export function withCode(sentence: string, code: string): string {
  return code === '' ? sentence : `${sentence} (${code})`
}
