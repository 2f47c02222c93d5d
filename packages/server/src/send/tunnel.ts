/**
 * Tunnel: asks a forward proxy for a connection to an address (CONNECT, RFC 9110, 9.3.6), and says
 * whose fault it is when there is none.
 *
 * - The proxy's own (refuses us, is overloaded, talks nonsense): `our-fault`, uncharged.
 * - 502 and 504 are the two statuses that mean "the other side failed" (RFC 9110, 15.6), so they are
 *   the endpoint's, and so is any other 5xx whose headers say it (Proxy-Status of RFC 9209, Squid's
 *   X-Squid-Error). Were they ours, a dead endpoint would be tried for ever and never given up.
 * - 403 and 451 are the operator's word on that address: `blocked`, as if by the guard.
 */
import type { Socket } from 'node:net'
import { type Failure, lowerFirst, ourFault, unreachable } from './failure.ts'
import type { Opened, Race } from './race.ts'

interface TunnelRequest {
  ip: string
  port: number
  authorization: string | null
}

const HEAD_BYTES_MAX = 16 * 1024
const HEAD_END = '\r\n\r\n'

/** Calls `finish` once, and never after `cancel`. A socket that is not handed on is destroyed. */
export function requestTunnel(
  socket: Socket,
  request: TunnelRequest,
  finish: (opened: Opened) => void,
): Race {
  let received = Buffer.alloc(0)

  function letGo(): void {
    socket.off('readable', onReadable)
    socket.off('end', onClosed)
    socket.off('close', onClosed)
  }
  function fail(failure: Failure): void {
    letGo()
    socket.destroy()
    finish(failure)
  }
  function onClosed(): void {
    fail(proxyFault('it closed the connection without an answer'))
  }
  function onReadable(): void {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
      received = Buffer.concat([received, chunk])
    }
    const end = received.indexOf(HEAD_END)
    if (end < 0) {
      if (received.length > HEAD_BYTES_MAX) fail(proxyFault('its answer has no end'))
      return
    }
    const failure = readAnswer(received.toString('latin1', 0, end), request)
    if (failure === null) handOn(received.subarray(end + HEAD_END.length))
    else fail(failure)
  }
  /** `early`: the endpoint's first bytes, if it speaks before it is asked. */
  function handOn(early: Buffer): void {
    letGo()
    if (early.length > 0) socket.unshift(early)
    finish({ kind: 'open', socket })
  }

  socket.on('readable', onReadable)
  socket.on('end', onClosed)
  socket.on('close', onClosed)
  socket.write(requestText(request))
  return {
    cancel() {
      letGo()
      socket.destroy()
    },
  }
}

export function proxyFault(what: string): Failure {
  return ourFault(`This server's egress proxy failed: ${lowerFirst(what)}`)
}

function requestText({ ip, port, authorization }: TunnelRequest): string {
  const authority = authorityOf(ip, port)
  const credentials = authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`
}

function authorityOf(ip: string, port: number): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`
}

/** Null: the tunnel stands. */
function readAnswer(head: string, { ip, port, authorization }: TunnelRequest): Failure | null {
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |\r|$)/.exec(head)?.[1] ?? 0)
  if (status >= 200 && status < 300) return null
  switch (status) {
    case 0:
      return proxyFault('it does not answer as an HTTP proxy')
    case 407:
      if (SAYS_FORBIDDEN.test(head)) return forbidden(ip, port, status)
      return proxyFault(
        `it ${authorization === null ? 'asks for credentials' : 'refuses our credentials'} (407)`,
      )
    case 403:
    case 451:
      return forbidden(ip, port, status)
    case 502:
      return beyond('The host cannot be reached', status)
    case 504:
      return beyond('The host did not answer the connection request', status)
    default:
      if (status >= 500 && SAYS_UNREACHABLE.test(head)) {
        return beyond('The host cannot be reached', status)
      }
      return proxyFault(`it answered ${status} when asked for a connection`)
  }
}

/** Of RFC 9209, 2.3: the destination's and the connection's errors, not the proxy's own limits. */
const SAYS_UNREACHABLE =
  /^(?:proxy-status:.*\berror="?(?:destination_|connection_(?:refused|terminated|timeout))|x-squid-error:\s*ERR_(?:CONNECT_FAIL|DNS_FAIL|READ_TIMEOUT|ZERO_SIZE_OBJECT))/im
/** Smokescreen answers 407 also for what its rules forbid, and says so in a header. */
const SAYS_FORBIDDEN = /^x-smokescreen-error:/im

function beyond(sentence: string, status: number): Failure {
  return unreachable(
    'connect',
    `${sentence} (this server's egress proxy answered ${status} to CONNECT)`,
  )
}

function forbidden(ip: string, port: number, status: number): Failure {
  return {
    kind: 'blocked',
    reason: 'proxy',
    message: `This server's egress proxy does not allow connections to where this leads (${status})`,
    address: authorityOf(ip, port),
  }
}
