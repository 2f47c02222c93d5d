/**
 * Names below `localhost` are this machine (RFC 6761, 6.3), as every browser and the server have it;
 * the resolver of many systems knows the bare name alone.
 */
import { type LookupAllOptions, type LookupOneOptions, lookup } from 'node:dns'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { text } from 'node:stream/consumers'

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** `localhost` and everything below it, with or without the root's dot. */
export function isLocalhost(hostname: string): boolean {
  return /^(?:.+\.)?localhost\.?$/i.test(hostname)
}

/** Of a URL: an IPv6 address is in brackets. */
export function isLoopback(hostname: string): boolean {
  return (
    isLocalhost(hostname) ||
    hostname === '[::1]' ||
    (isIP(hostname) === 4 && hostname.startsWith('127.'))
  )
}

/** For a connection of `node:net`: it tries both families where it asks for all. */
export const lookUp: LookupFunction = (hostname, options, callback) => {
  if (!isLocalhost(hostname)) {
    lookup(hostname, options as LookupAllOptions & LookupOneOptions, callback)
    return
  }
  const { family } = options
  const found = LOOPBACK.filter((each) => !family || Number(String(family).at(-1)) === each.family)
  const [first] = found
  // In a turn of its own, as every look-up answers.
  queueMicrotask(() => {
    if (options.all) callback(null, found)
    else callback(null, first?.address ?? '', first?.family)
  })
}

interface Asked {
  method: string
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
}

/** `fetch` takes no look-up of ours: names that its own doesn't know are asked without it. */
export async function ask(url: string, asked: Asked): Promise<{ status: number; text: string }> {
  const { hostname } = new URL(url)
  if (isLocalhost(hostname) && !/^localhost\.?$/i.test(hostname)) return askHere(url, asked)
  const response = await fetch(url, asked)
  return { status: response.status, text: await response.text() }
}

function askHere(
  url: string,
  { body, ...options }: Asked,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const request = send(url, { ...options, lookup: lookUp, agent: false }, (response) => {
      const { statusCode: status = 0 } = response
      text(response).then((body) => resolve({ status, text: body }), reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}
