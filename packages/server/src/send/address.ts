/**
 * What kind of place an IP address is. Pure; knows ranges, not settings.
 *
 * IPv4 is public unless it is in a special range. IPv6 is the other way round: only global unicast
 * (2000::/3) minus the special ranges is public, so that a range nobody thought of is refused. Forms
 * that carry an IPv4 address inside (NAT64, 6to4, Teredo, ISATAP, compatible) are refused whole: where
 * they end up is decided by a gateway that we can't see.
 * Sources: the IANA special-purpose address registries (RFC 6890 and its updates).
 */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'carrier-grade-nat'
  | 'metadata'
  | 'unspecified'
  | 'broadcast'
  | 'multicast'
  | 'documentation'
  | 'benchmarking'
  | 'reserved'
  | 'ipv4-mapped'
  | 'ipv4-compatible'
  | 'nat64'
  | '6to4'
  | 'teredo'
  | 'isatap'
  | 'site-local'
  | 'discard'
  | 'orchid'
  | 'segment-routing'
  | 'zoned'

type Ip = ipaddr.IPv4 | ipaddr.IPv6

export interface Address {
  kind: AddressKind
  /** The shortest spelling, without a zone; a mapped address in its IPv4 spelling. */
  text: string
  ip: Ip
}

export interface Cidr {
  ip: Ip
  prefixBits: number
}

/** Null: `text` is not an IP address in a spelling that the operating system would dial as written. */
export function readAddress(text: string): Address | null {
  const family = isIP(text)
  if (family === 0) return null
  if (family === 4) return describe(ipaddr.IPv4.parse(text))
  const [plain = '', zone] = text.split('%', 2)
  const ip = parseIpv6(plain)
  if (ip.match(MAPPED.ip, MAPPED.prefixBits)) return readMapped(ip)
  const address = describe(ip)
  return zone !== undefined && address.kind === 'public' ? { ...address, kind: 'zoned' } : address
}

/** Null: not a CIDR. A single address stands for itself. Octal and short forms are refused. */
export function readCidr(text: string): Cidr | null {
  const [base = '', bits, more] = text.trim().split('/')
  const family = isIP(base)
  if (family === 0 || base.includes('%') || more !== undefined) return null
  const bitsMax = family === 4 ? 32 : 128
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null
  const prefixBits = bits === undefined ? bitsMax : Number(bits)
  if (prefixBits > bitsMax) return null
  if (family === 4) return { ip: ipaddr.IPv4.parse(base), prefixBits }
  const ip = parseIpv6(base)
  // ::ffff:10.0.0.0/104 means 10.0.0.0/8: a mapped address is dialled as IPv4, and matched as IPv4.
  const isMapped = ip.match(MAPPED.ip, MAPPED.prefixBits) && prefixBits >= MAPPED.prefixBits
  return isMapped
    ? { ip: embeddedIpv4(ip), prefixBits: prefixBits - MAPPED.prefixBits }
    : { ip, prefixBits }
}

export function isWithin(address: Address, cidr: Cidr): boolean {
  return address.ip.kind() === cidr.ip.kind() && address.ip.match(cidr.ip, cidr.prefixBits)
}

/** Of the special ranges that the CIDR holds as a part of itself, the kinds. */
export function kindsWithin(cidr: Cidr): Set<AddressKind> {
  const held = SPECIAL.filter(
    ({ cidr: special }) =>
      special.prefixBits > cidr.prefixBits &&
      isWithin({ kind: 'public', text: '', ip: special.ip }, cidr),
  )
  return new Set(held.map(({ kind }) => kind))
}

/** The narrowest CIDR that holds the address. */
export function narrowestCidr(address: Address): string {
  return `${address.text}/${address.ip.kind() === 'ipv4' ? 32 : 128}`
}

/** Whether the CIDR names one address and nothing else. */
export function isSingleAddress(cidr: Cidr): boolean {
  return cidr.prefixBits === (cidr.ip.kind() === 'ipv4' ? 32 : 128)
}

/**
 * The kernel dials ::ffff:10.0.0.5 as 10.0.0.5 over IPv4: it is judged as that address. Nobody has
 * a reason to publish a public one in this form, so the form alone keeps it from being public.
 */
function readMapped(ip: ipaddr.IPv6): Address {
  const address = describe(embeddedIpv4(ip))
  return address.kind === 'public' ? { ...address, kind: 'ipv4-mapped' } : address
}

function embeddedIpv4(ip: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(ip.toByteArray().slice(12))
}

function describe(ip: Ip): Address {
  const text = ip.toString()
  const special = SPECIAL.find(({ cidr }) => isWithin({ kind: 'public', text, ip }, cidr))
  return { kind: special?.kind ?? unlistedKind(ip), text, ip }
}

function unlistedKind(ip: Ip): AddressKind {
  if (!('parts' in ip)) return 'public'
  if (!ip.match(GLOBAL.ip, GLOBAL.prefixBits)) return 'reserved'
  return isIsatap(ip) ? 'isatap' : 'public'
}

/** Under any prefix: an interface id of 0000:5efe or 0200:5efe and the IPv4 address (RFC 5214, 6.1). */
function isIsatap({ parts: [, , , , fifth = 0, sixth] }: ipaddr.IPv6): boolean {
  return (fifth & ~0x0200) === 0 && sixth === 0x5efe
}

/**
 * The URL parser spells the address in hexadecimal first: ipaddr.js reads the dotted `::127.0.0.1`
 * (compatible) as `::ffff:127.0.0.1` (mapped), which is another address and another range.
 */
function parseIpv6(text: string): ipaddr.IPv6 {
  return ipaddr.IPv6.parse(new URL(`http://[${text}]/`).hostname.slice(1, -1))
}

function range(kind: AddressKind, ...texts: string[]): { kind: AddressKind; cidr: Cidr }[] {
  return texts.map((text) => {
    const [base = '', bits] = text.split('/')
    const ip = base.includes(':') ? parseIpv6(base) : ipaddr.IPv4.parse(base)
    return { kind, cidr: { ip, prefixBits: Number(bits) } }
  })
}

const MAPPED: Cidr = { ip: parseIpv6('::ffff:0:0'), prefixBits: 96 }
const GLOBAL: Cidr = { ip: parseIpv6('2000::'), prefixBits: 3 }

/** First match wins: narrower ranges stand before those that hold them. */
const SPECIAL = [
  // Credentials of the machine itself: AWS (instance, ECS, EKS), Alibaba, Oracle, Azure, Scaleway,
  // GCP, Tencent, OpenStack.
  ...range('metadata', '169.254.169.254/32', '169.254.170.2/32', '169.254.170.23/32'),
  ...range('metadata', '169.254.42.42/32', '100.100.100.200/32', '192.0.0.192/32'),
  ...range('metadata', '168.63.129.16/32', 'fd00:ec2::254/128', 'fd00:ec2::23/128'),
  ...range('metadata', 'fd20:ce::254/128', 'fd00:42::42/128', 'fd00:c1::a9fe:a9fe/128'),
  ...range('metadata', '169.254.0.23/32', 'fe80::a9fe:a9fe/128'),

  ...range('unspecified', '0.0.0.0/8', '::/128'),
  ...range('loopback', '127.0.0.0/8', '::1/128'),
  ...range('private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'),
  ...range('carrier-grade-nat', '100.64.0.0/10'),
  ...range('link-local', '169.254.0.0/16', 'fe80::/10'),
  ...range('documentation', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'),
  ...range('documentation', '2001:db8::/32', '3fff::/20'),
  ...range('benchmarking', '198.18.0.0/15', '2001:2::/48'),
  ...range('multicast', '224.0.0.0/4', 'ff00::/8'),
  ...range('broadcast', '255.255.255.255/32'),
  // Protocol assignments, 6to4 relays, AS112, AMT, and the rest of class E.
  ...range('reserved', '192.0.0.0/24', '192.88.99.0/24', '192.31.196.0/24', '192.175.48.0/24'),
  ...range('reserved', '192.52.193.0/24', '240.0.0.0/4', '2620:4f:8000::/48'),

  ...range('ipv4-compatible', '::/96'),
  ...range('nat64', '64:ff9b::/96', '64:ff9b:1::/48', '::ffff:0:0:0/96'),
  ...range('6to4', '2002::/16'),
  ...range('teredo', '2001::/32'),
  ...range('orchid', '2001:10::/28', '2001:20::/28', '2001:30::/28'),
  ...range('reserved', '2001::/23'),
  ...range('site-local', 'fec0::/10'),
  ...range('discard', '100::/64', '100:0:0:1::/64'),
  ...range('segment-routing', '5f00::/16'),
]
