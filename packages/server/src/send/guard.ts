/**
 * Guard: where deliveries may go. `checkAddress` is the one that protects: it is asked about every
 * address right before it is dialled. `checkUrl` only spares an owner the surprise: it refuses at
 * set-up what can never be delivered, and resolves no name.
 *
 * EGRESS_ALLOW opens what is not public, by the address as it is dialled. An IPv6 form that carries
 * an IPv4 address (NAT64, 6to4, …) is never opened by a CIDR of that IPv4 address, only by an IPv6
 * CIDR of its own; a mapped one (::ffff:10.0.0.5) is the IPv4 address, and is opened like it. A
 * cloud's metadata service hands out the machine's credentials: it is opened only by a CIDR that
 * names that one address, not by a wide one meant for a private network.
 */
import { StartError } from '../errors.ts'
import type { BlockReason } from '../outcome.ts'
import {
  type Address,
  type AddressKind,
  type Cidr,
  isSingleAddress,
  isWithin,
  narrowestCidr,
  readAddress,
  readCidr,
} from './address.ts'
import { otherProtocolOf } from './port.ts'

export interface Blocked {
  reason: BlockReason
  /** One sentence for the owner; names the setting that would allow it, where one would. */
  message: string
}

export interface Guard {
  /** At dial time. `ip` is the address that is dialled next, letter for letter. */
  checkAddress(ip: string, port: number): Blocked | null
  /** At set-up: scheme, port, literal addresses and names of this machine. */
  checkUrl(url: URL): Blocked | null
}

export interface GuardOptions {
  /** CIDRs from EGRESS_ALLOW. */
  allow: readonly string[]
  /** A server that listens on loopback only may deliver to loopback. */
  allowLoopback: boolean
}

/** Throws a `StartError` that names EGRESS_ALLOW when a CIDR is none. */
export function createGuard({ allow, allowLoopback }: GuardOptions): Guard {
  const cidrs = allow.map(parseAllowed)

  const isAllowed = (address: Address): boolean => {
    if (address.kind === 'public') return true
    if (address.kind === 'loopback' && allowLoopback) return true
    const usable = address.kind === 'metadata' ? cidrs.filter(isSingleAddress) : cidrs
    return usable.some((cidr) => isWithin(address, cidr))
  }

  const checkAddress = (ip: string, port: number): Blocked | null => {
    const address = readAddress(ip)
    if (address === null) {
      return { reason: 'private-address', message: `${ip} is not an address that can be dialled` }
    }
    if (!isAllowed(address)) return blockedAddress(ip, address)
    return checkPort(port)
  }

  return {
    checkAddress,
    checkUrl(url) {
      const blocked = checkScheme(url)
      if (blocked) return blocked
      const port = portOf(url)
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (readAddress(host) !== null) return checkAddress(host, port)
      // Either answer will do: only the addresses that are allowed will be dialled.
      if (isLocalhost(host) && !LOOPBACK.some((address) => isAllowed(address))) {
        return {
          reason: 'private-address',
          message: `${host} is the server itself; ${howToAllow('127.0.0.1/32,::1/128')}`,
        }
      }
      return checkPort(port)
    },
  }
}

export function checkScheme(url: URL): Blocked | null {
  if (url.protocol === 'http:' || url.protocol === 'https:') return null
  return {
    reason: 'scheme',
    message: `Webhooks are sent to http:// and https:// addresses only, not to ${url.protocol}; no setting allows it`,
  }
}

/** `localhost` and everything below it, with or without the root's dot (RFC 6761, 6.3). */
export function isLocalhost(hostname: string): boolean {
  return /^(?:.+\.)?localhost\.?$/i.test(hostname)
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

function parseAllowed(text: string): Cidr {
  const cidr = readCidr(text)
  if (cidr !== null) return cidr
  throw new StartError(
    `EGRESS_ALLOW: "${text}" is not a CIDR; write for example 10.0.0.0/8 or fd00::/8`,
  )
}

function checkPort(port: number): Blocked | null {
  if (port === 0) return { reason: 'port', message: 'Port 0 is no port that can be dialled' }
  const protocol = otherProtocolOf(port)
  if (protocol === null) return null
  return {
    reason: 'port',
    message: `Port ${port} belongs to another protocol (${protocol}), so webhooks are never sent there; no setting allows it, use another port`,
  }
}

function blockedAddress(asked: string, address: Address): Blocked {
  const subject = asked === address.text ? asked : `${asked} (${address.text})`
  return {
    reason: 'private-address',
    message: `${subject} is ${DESCRIPTIONS[address.kind]}; ${howToAllow(narrowestCidr(address))}`,
  }
}

function howToAllow(cidr: string): string {
  return `EGRESS_ALLOW=${cidr} on the server would allow it`
}

const LOOPBACK = ['127.0.0.1', '::1'].flatMap((ip) => readAddress(ip) ?? [])

const DESCRIPTIONS: Record<AddressKind, string> = {
  public: 'a public address',
  loopback: 'a loopback address, the server itself',
  private: 'a private address',
  'link-local': 'a link-local address',
  'carrier-grade-nat': 'an address behind carrier-grade NAT',
  metadata: "the address of a cloud's metadata service",
  unspecified: 'an unspecified address',
  broadcast: 'the broadcast address',
  multicast: 'a multicast address',
  documentation: 'an address reserved for documentation',
  benchmarking: 'an address reserved for benchmarks',
  reserved: 'a reserved address',
  'ipv4-mapped': 'an IPv4 address written as IPv6',
  'ipv4-compatible': 'an IPv4-compatible IPv6 address',
  nat64: 'an IPv4 address behind a NAT64 gateway',
  '6to4': 'a 6to4 tunnel address',
  teredo: 'a Teredo tunnel address',
  'site-local': 'a site-local address',
  discard: 'a discard-only address',
  orchid: 'an identifier, not an address that can be reached',
  'segment-routing': 'a segment-routing address',
  zoned: 'an address bound to one network interface',
}
