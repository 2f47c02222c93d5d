/**
 * Every way around the guard that is known to us, tried against the guard and over the wire, where a
 * canary must not be reached; and each of them with the guard switched off, so that it is seen that
 * the canary would have been.
 */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { EgressProxyProcess } from '../../../../test/support/egress-proxy-process.ts'
import { startCanary } from '../../test/send/canary.ts'
import { answerText } from '../../test/send/endpoint.ts'
import {
  FORBIDDEN_HOSTS,
  FORBIDDEN_NAMES,
  FORBIDDEN_PORTS,
  FORBIDDEN_URLS,
  type LeadsTo,
  NOT_HOSTS,
  SOURCES,
} from '../../test/send/forbidden-hosts.ts'
import { createSender, endpoint, nameServer, requestTo } from '../../test/send/sender.ts'
import { systemClock } from '../clock.ts'
import { systemRandom } from '../random.ts'
import { parseEgressProxy } from '../settings/egress-settings.ts'
import { createGuard, type Guard } from './guard.ts'
import { createSend } from './send.ts'

interface Attempt {
  url: string
  leadsTo: LeadsTo
  reason: 'private-address' | 'port'
}

const ON = createGuard({ allow: [], allowLoopback: false })
const OFF: Guard = { checkAddress: () => null, checkUrl: () => null }

function attempts(port: number): Attempt[] {
  const reason = 'private-address'
  return [
    ...[...FORBIDDEN_HOSTS, ...FORBIDDEN_NAMES].map(([host, leadsTo]) => ({
      ...({ url: `http://${host}:${port}/`, leadsTo, reason } as const),
    })),
    ...FORBIDDEN_URLS.map(([url]) => ({
      ...({ url: url.replace('PORT', String(port)), leadsTo: 'here', reason } as const),
    })),
    ...FORBIDDEN_PORTS.map(([denied]) => ({
      ...({ url: `http://8.8.8.8:${denied}/`, leadsTo: 'elsewhere', reason: 'port' } as const),
    })),
  ]
}

async function setup(guard: Guard, proxyUrl?: string) {
  const answers = new Map(
    FORBIDDEN_NAMES.map(([name, , , ips]) => [
      new URL(`http://${name}`).hostname.replace(/\.+$/, ''),
      ips,
    ]),
  )
  const names = await nameServer((name) => answers.get(name) ?? [])
  const proxy = proxyUrl === undefined ? null : parseEgressProxy(proxyUrl)
  if (typeof proxy === 'string') throw new Error(proxy)
  const sender = createSend({
    clock: systemClock,
    random: systemRandom,
    guard,
    proxy,
    nameServers: [names.address],
    hostsPath: '/nonexistent/hosts',
  })
  onTestFinished(() => sender.destroy())
  /** A connection of its own for each: what is reused was not dialled again. */
  return (url: string) =>
    sender.send(requestTo(new URL(url).href, { headers: [['connection', 'close']] }))
}

async function setupProxy(everythingTo: number) {
  const proxy = await EgressProxyProcess.start({ everythingTo })
  onTestFinished(() => proxy.stop())
  return proxy
}

const said = { attempts: 0, guarded: 0, direct: '', proxied: '' }
beforeAll(() => () => {
  console.log(
    `Of ${said.attempts} attempts ${said.guarded} reached the canary. With the guard switched off ${said.direct} that lead to this machine did, and through a proxy that takes every address for its own ${said.proxied}.`,
  )
})

test('there are at least 150 attempts, none twice, each with its source', () => {
  const all = attempts(8080)
  expect(new Set(all.map(({ url }) => url)).size).toBe(all.length)
  expect(all.length).toBeGreaterThanOrEqual(150)
  const used = new Set<string>([
    ...[...FORBIDDEN_HOSTS, ...FORBIDDEN_NAMES].map(([, , source]) => source),
    ...[...FORBIDDEN_URLS, ...FORBIDDEN_PORTS].map(([, source]) => source),
  ])
  expect([...used].sort()).toEqual(Object.keys(SOURCES).sort())
})

describe('with the guard', () => {
  test('no attempt reaches the canary, and each is blocked for its reason', async () => {
    const { port, reached } = await startCanary()
    const send = await setup(ON)
    for (const { url, reason } of attempts(port)) {
      expect(await send(url), url).toMatchObject({ kind: 'blocked', reason })
    }
    expect(reached()).toBe(0)
    said.attempts = attempts(port).length
    said.guarded += reached()
  })

  test('the proxy is not even asked', async () => {
    const { port, reached } = await startCanary()
    const proxy = await setupProxy(port)
    const send = await setup(ON, proxy.url)
    for (const { url, reason } of attempts(port)) {
      expect(await send(url), url).toMatchObject({ kind: 'blocked', reason })
    }
    expect(proxy.asked).toEqual([])
    expect(reached()).toBe(0)
    said.guarded += reached()
  })

  test.each(FORBIDDEN_NAMES)('%s is blocked by what it leads to, not by its look', async (name) => {
    const send = await setup(ON)
    expect(await send(`http://${name}:8080/`)).toMatchObject({
      message: expect.stringContaining('leads to an address that is not public'),
    })
  })

  test.each(NOT_HOSTS)('%s is no host at all', (host) => {
    expect(URL.canParse(`http://${host}/`)).toBe(false)
  })
})

describe('with the guard switched off', () => {
  test('what leads to this machine reaches the canary', async () => {
    const { port, reached } = await startCanary()
    const send = await setup(OFF)
    const leading = attempts(port).filter(({ leadsTo }) => leadsTo !== 'elsewhere')
    for (const { url } of leading) {
      const before = reached()
      expect(await send(url), url).toMatchObject({ kind: 'answered', status: 200 })
      expect(reached(), url).toBeGreaterThan(before)
    }
    said.direct = `all ${leading.length}`
  })

  test('through a proxy that takes every address for its own, all reach the canary', async () => {
    const { port, reached } = await startCanary()
    const proxy = await setupProxy(port)
    const send = await setup(OFF, proxy.url)
    const all = attempts(port)
    for (const { url } of all) {
      const before = reached()
      expect(await send(url), url).toMatchObject({ kind: 'answered', status: 200 })
      expect(reached(), url).toBeGreaterThan(before)
    }
    said.proxied = `all ${all.length}`
  })
})

describe('an answer that sends elsewhere', () => {
  const STATUSES = ['301 X', '302 X', '303 X', '307 X', '308 X', '300 X', '305 X', '201 X', '200 X']

  test.each(STATUSES)('%s is not followed, even to where it might go', async (status) => {
    const { port, reached } = await startCanary()
    const location = `http://127.0.0.1:${port}/`
    const receiver = await endpoint((socket) =>
      socket.end(
        answerText(status, [
          `location: ${location}`,
          `refresh: 0; url=${location}`,
          `alt-svc: h2="127.0.0.1:${port}"`,
          `link: <${location}>; rel=preload`,
        ]),
      ),
    )
    const sender = createSender({ allowLoopback: true })
    expect(await sender.send(requestTo(`http://127.0.0.1:${receiver.port}/`))).toMatchObject({
      kind: 'answered',
      status: Number.parseInt(status, 10),
    })
    expect(receiver.requests).toHaveLength(1)
    expect(reached()).toBe(0)
  })
})

describe('a name that answers differently each time', () => {
  const ALLOWED = '127.0.0.3'

  async function setupRebinding(guard: Guard, proxyUrl?: string) {
    let asked = 0
    const names = await nameServer((_name, type) => {
      if (type === 'AAAA') return []
      asked += 1
      return asked % 2 === 1 ? [ALLOWED] : ['127.0.0.1']
    })
    const proxy = proxyUrl === undefined ? null : parseEgressProxy(proxyUrl)
    if (typeof proxy === 'string') throw new Error(proxy)
    return createSender({ guard, proxy, nameServers: [names.address] })
  }
  const closing = (port: number) =>
    requestTo(`http://rebind.test:${port}/`, { headers: [['connection', 'close']] })

  test.each(['straight', 'through a proxy'])('%s, only reaches what was allowed', async (way) => {
    const { port, reachedAt } = await startCanary()
    const proxy = way === 'straight' ? undefined : await EgressProxyProcess.start()
    if (proxy) onTestFinished(() => proxy.stop())
    const guard = createGuard({ allow: [`${ALLOWED}/32`], allowLoopback: false })
    const send = await setupRebinding(guard, proxy?.url)
    const kinds: string[] = []
    for (let i = 0; i < 40; i++) kinds.push((await send.send(closing(port))).kind)
    expect(kinds.filter((kind) => kind === 'answered')).toHaveLength(20)
    expect(kinds.filter((kind) => kind === 'blocked')).toHaveLength(20)
    expect(reachedAt()).toEqual([ALLOWED])
  })

  test('reaches the other address too with the guard switched off', async () => {
    const { port, reachedAt } = await startCanary()
    const send = await setupRebinding(OFF)
    for (let i = 0; i < 4; i++) await send.send(closing(port))
    expect(reachedAt().sort()).toEqual(['127.0.0.1', ALLOWED])
  })
})
