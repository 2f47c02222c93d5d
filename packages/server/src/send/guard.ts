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
import type { PortRules } from '../settings/egress-settings.ts'
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
import { DEFAULT_PORT_RULES, shutPorts } from './port.ts'

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

interface GuardOptions {
  /** CIDRs from EGRESS_ALLOW. */
  allow: readonly string[]
  /** A server that listens on loopback only may deliver to loopback. */
  allowLoopback: boolean
  /** From EGRESS_PORTS_DENY. */
  ports?: PortRules
}

/** Throws a `StartError` that names EGRESS_ALLOW when a CIDR is none. */
export function createGuard(options: GuardOptions): Guard {
  const { allow, allowLoopback, ports = DEFAULT_PORT_RULES } = options
  const cidrs = allow.map(parseAllowed)
  const shut = shutPorts(ports)

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
    return checkPort(port, shut)
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
      if (isMetadataName(host) && !METADATA.some((address) => isAllowed(address))) {
        return {
          reason: 'private-address',
          message: `${host} is ${DESCRIPTIONS.metadata}; ${howToAllow('169.254.169.254/32')}`,
        }
      }
      return checkPort(port, shut)
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

/** What the clouds call their metadata service; asked elsewhere, the names don't resolve. */
function isMetadataName(hostname: string): boolean {
  return METADATA_NAMES.has(hostname.replace(/\.$/, ''))
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

function checkPort(port: number, shut: ReadonlyMap<number, string | null>): Blocked | null {
  if (port === 0) return { reason: 'port', message: 'Port 0 is no port that can be dialled' }
  const protocol = shut.get(port)
  if (protocol === undefined) return null
  const why =
    protocol === null
      ? 'is shut on this server'
      : `belongs to another protocol (${protocol}), so webhooks are never sent there`
  return {
    reason: 'port',
    message: `Port ${port} ${why}: use another port; EGRESS_PORTS_DENY=default,!${port} on the server would allow it`,
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
const METADATA = ['169.254.169.254'].flatMap((ip) => readAddress(ip) ?? [])
/** Google's, Amazon's, Tencent's. */
const METADATA_NAMES = new Set([
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.tencentyun.com',
])

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
  isatap: 'an IPv4 address in an ISATAP tunnel',
  'segment-routing': 'a segment-routing address',
  zoned: 'an address bound to one network interface',
}
