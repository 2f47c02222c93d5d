/** By what part of an address its sender is recognised. */
import ipaddr from 'ipaddr.js'

/** Providers give each customer at least so much of IPv6: further down, one sender is everybody. */
const NETWORK_BITS = 64

/**
 * IPv4 as it is, also where it is written as IPv6; IPv6 by its /64. What is no address is one key
 * for all: only a proxy that is trusted and writes nonsense can send it.
 */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  if (!address.includes(':'))
    return ipaddr.IPv4.isValidFourPartDecimal(address) ? address : 'unknown'
  const [withoutZone = ''] = address.split('%')
  if (!ipaddr.IPv6.isValid(withoutZone)) return 'unknown'
  const parsed = ipaddr.IPv6.parse(withoutZone)
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString()
  return parsed.parts
    .slice(0, NETWORK_BITS / 16)
    .map((part) => part.toString(16))
    .join(':')
}
