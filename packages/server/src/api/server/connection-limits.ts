/**
 * How many connections there may be, from one address and in all. What is over is closed before a
 * byte of it is read, so that nothing is half done: to its sender it looks like a refused
 * connection. A trusted proxy is not one sender, so only the total holds for it.
 */
import type { Server } from 'node:http'
import { BlockList, isIPv6, type Socket } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Metrics } from '../../metrics.ts'
import { addressKey } from './address-key.ts'

export interface ConnectionLimits {
  max: number
  perAddressMax: number
  /** Until a request's headers are there, from its first byte or the connection's begin. */
  headersMs: number
  /** Until a request is there as a whole. */
  requestMs: number
}

/** A browser needs a fraction of a second; a phone on a bad line, a few. */
export const HEADERS_MS = 10_000
export const REQUEST_MS = 30_000

interface LimitedServer {
  server: Server
  limits: ConnectionLimits
  trustedProxies: readonly string[]
  metrics: Pick<Metrics, 'requestRefused'>
  clock: Pick<Clock, 'monotonic'>
  log: Log
}

export function limitConnections(options: LimitedServer) {
  const { server, limits, metrics } = options
  const proxies = blockList(options.trustedProxies)
  const refused = refusalLog(options)
  const open = new Map<string, number>()
  server.maxConnections = limits.max
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket
    if (isListed(proxies, remoteAddress)) return
    const key = addressKey(remoteAddress)
    const count = open.get(key) ?? 0
    if (count >= limits.perAddressMax) {
      socket.destroy()
      metrics.requestRefused('connections')
      return refused('one address')
    }
    open.set(key, count + 1)
    socket.once('close', () => {
      const left = (open.get(key) ?? 1) - 1
      if (left > 0) open.set(key, left)
      else open.delete(key)
    })
  })
  server.on('drop', () => {
    metrics.requestRefused('connections')
    refused('all')
  })
}

const LOG_EVERY_MS = 60_000

/** At most a line a minute, however many there are; without addresses. */
function refusalLog({ log, clock }: Pick<LimitedServer, 'log' | 'clock'>) {
  let count = 0
  let toldAt = Number.NEGATIVE_INFINITY
  return (limit: 'one address' | 'all') => {
    count += 1
    if (clock.monotonic() - toldAt < LOG_EVERY_MS) return
    toldAt = clock.monotonic()
    log.warn({ limit, count }, 'connections.refused')
    count = 0
  }
}

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', bits = ''] = cidr.split('/')
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
  }
  return list
}

function isListed(list: BlockList, address: string | undefined): boolean {
  return address !== undefined && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
