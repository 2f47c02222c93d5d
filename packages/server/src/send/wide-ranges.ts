/**
 * What of EGRESS_ALLOW opens more than its writer may have thought: `0.0.0.0/0`, meant as "all of the
 * internet", which is open anyway, opens this machine and the network around it to every owner.
 */
import { type AddressKind, isSingleAddress, kindsWithin, readAddress, readCidr } from './address.ts'

/** What owners could reach by it. */
const OPENED: Partial<Record<AddressKind, string>> = {
  loopback: 'this machine itself',
  unspecified: 'this machine itself',
  private: 'private networks',
  'carrier-grade-nat': 'networks behind carrier-grade NAT',
  'link-local': 'link-local addresses',
  'site-local': 'site-local addresses',
  metadata: "the metadata service, which hands out this machine's credentials",
}

interface WideRange {
  range: string
  opens: string[]
}

/** Of ranges that are none, nothing: `createGuard` refuses them. */
export function wideRanges(allow: readonly string[]): WideRange[] {
  return allow.flatMap((range) => {
    const kinds = kindsOpened(range)
    const opens = [...new Set(kinds.flatMap((kind) => OPENED[kind] ?? []))]
    return opens.length > 0 ? [{ range, opens }] : []
  })
}

function kindsOpened(range: string): AddressKind[] {
  const cidr = readCidr(range)
  if (cidr === null) return []
  const own = readAddress(cidr.ip.toString())?.kind
  if (isSingleAddress(cidr)) return own === 'metadata' ? [own] : []
  const kinds = kindsWithin(cidr)
  // Those are opened one by one only, whatever holds them.
  kinds.delete('metadata')
  // Named as it is, a part of it is wide all the same: what answers there trusts whoever is so near.
  if (own === 'link-local') kinds.add(own)
  return [...kinds]
}
