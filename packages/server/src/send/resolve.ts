/**
 * Resolve: a host name to its addresses, now, in bounded time.
 *
 * Never `dns.lookup`: it runs getaddrinfo in a pool of four threads that files and hashing share,
 * so four dead name servers would stall everybody. c-ares asks over sockets, without threads.
 * Nothing is remembered: a look-up that is under way is shared, a finished one is not kept, so what
 * is dialled is what the name says at that moment. Search domains and mDNS are not used.
 */
import { Resolver } from 'node:dns/promises'
import type { Clock } from '../clock.ts'
import { codeOf, dnsFailure, type Failure } from './failure.ts'
import { isLocalhost } from './guard.ts'
import { createHostsFile } from './hosts-file.ts'
import { createNameServers } from './name-servers.ts'

export type Resolved = { kind: 'resolved'; addresses: string[] } | Failure

export interface HostResolver {
  /** `hostname` as a URL spells it: lower case, punycode. Never rejects. */
  resolve(hostname: string): Promise<Resolved>
  /** Look-ups under way fail, so that they don't keep the process alive. */
  close(): void
}

interface ResolveOptions {
  clock: Clock
  /** `ip:port` of name servers; by default those of the machine. */
  nameServers?: readonly string[]
  hostsPath?: string
  totalTimeoutMs?: number
}

const TOTAL_TIMEOUT_MS = 5_000
/** Between the first family's answer and giving up on the other (RFC 8305, 3, is stricter). */
const OTHER_FAMILY_MS = 250
/** Different names at once; more wait their turn. Memory is the only cost of one. */
const LOOKUPS_MAX = 512
/** A new resolver reads the machine's list of name servers again, which may have changed. */
const RESOLVER_MS_MAX = 30_000

export function createHostResolver(options: ResolveOptions): HostResolver {
  const { clock, totalTimeoutMs = TOTAL_TIMEOUT_MS } = options
  const hosts = createHostsFile(options.hostsPath ?? defaultHostsPath(), clock)
  const source = createResolverSource(options)
  const enter = createGate(LOOKUPS_MAX)
  const nameServersState = createNameServers({ clock, resolver: () => source.current() })
  const open = new Map<string, Promise<Resolved>>()

  async function lookUp(name: string): Promise<Resolved> {
    const listed = await hosts.lookUp(name)
    if (listed.length > 0) return { kind: 'resolved', addresses: interleaved(listed) }
    const leave = await enter()
    try {
      const { addresses, code } = await ask(source.current(), name, clock, totalTimeoutMs)
      nameServersState.note(code)
      if (addresses.length > 0) return { kind: 'resolved', addresses: interleaved(addresses) }
      return dnsFailure(code, await nameServersState.isOurFault(code))
    } finally {
      leave()
    }
  }

  return {
    resolve(hostname) {
      const name = hostname.toLowerCase().replace(/\.$/, '')
      if (isLocalhost(name)) {
        return Promise.resolve({ kind: 'resolved', addresses: ['127.0.0.1', '::1'] })
      }
      const underWay = open.get(name)
      if (underWay) return underWay
      const look = lookUp(name).finally(() => open.delete(name))
      open.set(name, look)
      return look
    },
    close: () => source.cancel(),
  }
}

interface Asked {
  addresses: string[]
  /** Why there are none; empty when there are. */
  code: string
}

/**
 * Both families in parallel. Waits for both, but only a moment for the second once the first has
 * addresses: some name servers never answer AAAA.
 */
function ask(
  resolver: Resolver,
  name: string,
  clock: Clock,
  totalTimeoutMs: number,
): Promise<Asked> {
  return new Promise((resolve) => {
    const found: string[] = []
    const codes: string[] = []
    let cancel = clock.setTimer(totalTimeoutMs, () => finish('ETIMEOUT'))

    const finish = (code: string): void => {
      cancel()
      resolve({ addresses: found, code: found.length > 0 ? '' : code })
    }
    let answers = 0
    const settle = (): void => {
      answers += 1
      if (answers === 2) finish(mostTelling(codes))
      else if (found.length > 0) {
        cancel()
        cancel = clock.setTimer(OTHER_FAMILY_MS, () => finish(''))
      }
    }
    for (const query of [resolver.resolve4(name), resolver.resolve6(name)]) {
      query
        .then(
          (addresses) => found.push(...addresses),
          (error: unknown) => codes.push(codeOf(error)),
        )
        .finally(settle)
    }
  })
}

/** NXDOMAIN is about the name; "no data" is only about one family; the rest says: ask again later. */
function mostTelling(codes: readonly string[]): string {
  if (codes.includes('ENOTFOUND')) return 'ENOTFOUND'
  return codes.find((code) => code !== 'ENODATA') ?? 'ENODATA'
}

/** IPv4 and IPv6 in turns, IPv4 first, each family in its own order, no address twice. */
function interleaved(addresses: readonly string[]): string[] {
  const all = [...new Set(addresses)]
  const v4 = all.filter((address) => !address.includes(':'))
  const v6 = all.filter((address) => address.includes(':'))
  const turns: string[] = []
  for (let i = 0; i < Math.max(v4.length, v6.length); i++) {
    turns.push(...v4.slice(i, i + 1), ...v6.slice(i, i + 1))
  }
  return turns
}

/**
 * One resolver for many names. c-ares repeats a question over the same socket and takes a late
 * answer to an earlier try, so what counts is the sum of the tries: seven seconds, past our own five.
 */
function createResolverSource({ clock, nameServers }: ResolveOptions) {
  let resolver: Resolver | null = null
  let madeAt = 0
  return {
    current(): Resolver {
      if (resolver !== null && clock.monotonic() - madeAt < RESOLVER_MS_MAX) return resolver
      resolver = new Resolver({ timeout: 1_000, tries: 3 })
      if (nameServers) resolver.setServers(nameServers)
      madeAt = clock.monotonic()
      return resolver
    },
    cancel(): void {
      resolver?.cancel()
    },
  }
}

/** Lets `max` in at once, the others in their order of coming. */
function createGate(max: number): () => Promise<() => void> {
  let inside = 0
  const waiting: (() => void)[] = []
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else inside -= 1
  }
  return async () => {
    if (inside < max) inside += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    return leave
  }
}

function defaultHostsPath(): string {
  return process.platform === 'win32'
    ? `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts`
    : '/etc/hosts'
}
