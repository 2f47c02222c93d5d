/** Through a real proxy in a process of its own. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { closedPort } from '../../../../test/support/closed-port.ts'
import {
  EgressProxyProcess,
  type ProxyOptions,
} from '../../../../test/support/egress-proxy-process.ts'
import { manualClock } from '../../test/manual-clock.ts'
import { makeCertificate } from '../../test/send/certificate.ts'
import { answerText, type OnRequest } from '../../test/send/endpoint.ts'
import {
  createSender,
  endpoint,
  expectKind,
  nameServer,
  requestTo,
  type SenderOptions,
} from '../../test/send/sender.ts'
import { startSilentPort } from '../../test/send/silent-port.ts'
import { type EgressProxy, parseEgressProxy } from '../settings/egress-settings.ts'

const AUTHORITY = makeCertificate({ name: 'Test authority', isAuthority: true })
const FOR_HOOKS = makeCertificate({ name: 'x', hosts: ['hooks.test'], issuer: AUTHORITY })
const FOR_PROXY = makeCertificate({ name: 'x', hosts: ['proxy.test'], issuer: AUTHORITY })

const answerOk: OnRequest = (socket) => socket.write(answerText('200 OK', [], 'reached'))

function portOf(url: string): string {
  return new URL(url).port
}

function proxyOf(url: string): EgressProxy {
  const proxy = parseEgressProxy(url)
  if (typeof proxy === 'string') throw new Error(proxy)
  return proxy
}

async function startProxy(options: ProxyOptions = {}): Promise<EgressProxyProcess> {
  const proxy = await EgressProxyProcess.start(options)
  onTestFinished(() => proxy.stop())
  return proxy
}

/** Every name is at 127.0.0.1. */
async function senderThrough(url: string, options: SenderOptions = {}) {
  const names = await nameServer((_name, type) => (type === 'A' ? ['127.0.0.1'] : []))
  return createSender({
    nameServers: [names.address],
    proxy: proxyOf(url),
    extraAuthorities: [AUTHORITY.cert],
    ...options,
  })
}

async function setup(options: ProxyOptions = {}, change: SenderOptions = {}) {
  const proxy = await startProxy(options)
  const receiver = await endpoint(answerOk)
  const sender = await senderThrough(proxy.url, change)
  return { proxy, receiver, sender, target: `http://hooks.test:${receiver.port}/hook?a=1` }
}

describe('through a proxy', () => {
  test('an http endpoint is reached by CONNECT to its checked address, with its own bytes', async () => {
    const { proxy, receiver, sender, target } = await setup()
    expect(await sender.send(requestTo(target))).toMatchObject({ status: 200, body: 'reached' })
    expect(proxy.asked).toEqual([
      { method: 'CONNECT', target: `127.0.0.1:${receiver.port}`, authorization: null },
    ])
    expect(receiver.requests[0]).toMatch(
      new RegExp(`^POST /hook\\?a=1 HTTP/1.1\\r\\nhost: hooks.test:${receiver.port}\\r\\n`),
    )
    expect(receiver.requests[0]).not.toMatch(/proxy/i)
  })

  test('an https endpoint is verified by its name, inside of the tunnel', async () => {
    const proxy = await startProxy()
    const receiver = await endpoint(answerOk, { tls: FOR_HOOKS })
    const sender = await senderThrough(proxy.url)
    const send = (host: string) => sender.send(requestTo(`https://${host}:${receiver.port}/`))
    expect(await send('hooks.test')).toMatchObject({ status: 200 })
    expect(await send('other.test')).toMatchObject({
      fault: 'tls',
      message: expect.stringMatching(/^The certificate is not for other.test, but for hooks.test/),
    })
    expect(proxy.asked.map((asked) => asked.target)).toEqual(
      Array(2).fill(`127.0.0.1:${receiver.port}`),
    )
  })

  test('a tunnel is kept and used again', async () => {
    const { proxy, receiver, sender, target } = await setup()
    for (let i = 0; i < 5; i++) expectKind(await sender.send(requestTo(target)), 'answered')
    expect(proxy.asked).toHaveLength(1)
    expect(receiver.connections).toHaveLength(1)
  })

  test('an IPv6 address is asked for in brackets', async () => {
    const receiver = await endpoint(answerOk, { host: '::1' })
    const { proxy, sender } = await setup()
    const result = await sender.send(requestTo(`http://[::1]:${receiver.port}/`))
    expectKind(result, 'answered')
    expect(proxy.asked[0]?.target).toBe(`[::1]:${receiver.port}`)
  })

  test('credentials are sent to the proxy, and to nobody else', async () => {
    const { proxy, receiver } = await setup({ credentials: 'me:p@ss word' })
    const sender = await senderThrough(`http://me:p%40ss%20word@127.0.0.1:${proxy.port}`)
    const target = `http://hooks.test:${receiver.port}/`
    expectKind(await sender.send(requestTo(target)), 'answered')
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${btoa('me:p@ss word')}`)
    expect(receiver.requests.join()).not.toContain(btoa('me:p@ss word'))
  })

  test('that is itself spoken to over TLS, http and https endpoints are reached', async () => {
    const proxy = await startProxy({ tls: FOR_PROXY })
    const plain = await endpoint(answerOk)
    const secure = await endpoint(answerOk, { tls: FOR_HOOKS })
    const sender = await senderThrough(`https://proxy.test:${proxy.port}`)
    for (const target of [
      `http://hooks.test:${plain.port}/`,
      `https://hooks.test:${secure.port}/`,
    ]) {
      for (let i = 0; i < 3; i++) {
        expect(await sender.send(requestTo(target)), target).toMatchObject({ body: 'reached' })
      }
    }
    expect(proxy.asked).toHaveLength(2)
  })

  test('its own address needs no EGRESS_ALLOW, and opens nothing else by that', async () => {
    const { proxy, sender, target } = await setup(
      {},
      { allowLoopback: false, allow: ['127.0.0.9/32'] },
    )
    for (const url of [target, `http://127.0.0.1:${proxy.port}/`]) {
      expect(await sender.send(requestTo(url))).toMatchObject({ kind: 'blocked' })
    }
    expect(proxy.asked).toEqual([])
    const elsewhere = `http://127.0.0.9:${portOf(await closedPort())}/`
    expectKind(await sender.send(requestTo(elsewhere)), 'unreachable')
    expect(proxy.asked).toHaveLength(1)
  })

  test('the next address of a name is asked for when the first is not reached', async () => {
    const proxy = await startProxy()
    const receiver = await endpoint(answerOk, { host: '127.0.0.3' })
    const names = await nameServer(() => ['127.0.0.2', '127.0.0.3'])
    const sender = await senderThrough(proxy.url, { nameServers: [names.address] })
    expectKind(await sender.send(requestTo(`http://hooks.test:${receiver.port}/`)), 'answered')
    expect(proxy.asked.map((asked) => asked.target)).toEqual([
      `127.0.0.2:${receiver.port}`,
      `127.0.0.3:${receiver.port}`,
    ])
  })
})

describe('a fault of the proxy is ours', () => {
  test.each<[string, string, RegExp]>([
    ['asks for credentials', 'HTTP/1.1 407 X\r\n\r\n', /asks for credentials \(407\)$/],
    ['answers 500', 'HTTP/1.1 500 X\r\n\r\n', /answered 500/],
    ['answers 503', 'HTTP/1.1 503 X\r\nx-a: ERR_CONNECT_FAIL\r\n\r\n', /answered 503/],
    ['answers 429', 'HTTP/1.0 429 X\r\n\r\n', /answered 429/],
    ['answers 405', 'HTTP/1.1 405 X\r\n\r\n', /answered 405/],
    ['redirects', 'HTTP/1.1 302 X\r\nlocation: http://127.0.0.1/\r\n\r\n', /answered 302/],
    ['speaks no HTTP', 'SSH-2.0-x\r\n\r\n', /does not answer as an HTTP proxy$/],
    ['never ends its answer', `HTTP/1.1 200 X\r\n${'x'.repeat(20_000)}`, /has no end$/],
    ['hangs up', '', /closed the connection without an answer$/],
  ])('that %s', async (_name, answer, says) => {
    const { receiver, sender, target } = await setup({ answer })
    const { message } = expectKind(await sender.send(requestTo(target)), 'our-fault')
    expect(message).toMatch(/^This server's egress proxy failed: /)
    expect(message).toMatch(says)
    expect(receiver.connections).toEqual([])
  })

  test('that refuses our credentials', async () => {
    const { proxy, target } = await setup({ credentials: 'a:b' })
    const sender = await senderThrough(`http://a:wrong@127.0.0.1:${proxy.port}`)
    const result = expectKind(await sender.send(requestTo(target)), 'our-fault')
    expect(result.message).toMatch(/refuses our credentials \(407\)$/)
  })

  test('that is not there, or whose name does not resolve', async () => {
    const { target } = await setup()
    const gone = await senderThrough(await closedPort())
    expect(await gone.send(requestTo(target))).toMatchObject({
      kind: 'our-fault',
      message: "This server's egress proxy failed: the connection was refused (ECONNREFUSED)",
    })
    const names = await nameServer((name) => (name === 'proxy.test' ? 'NXDOMAIN' : ['127.0.0.1']))
    const lost = await senderThrough('http://proxy.test:1', { nameServers: [names.address] })
    expect(await lost.send(requestTo(target))).toMatchObject({
      kind: 'our-fault',
      message: "This server's egress proxy failed: the host name does not resolve (NXDOMAIN)",
    })
  })

  test('whose certificate is not for its name', async () => {
    const proxy = await startProxy({ tls: FOR_PROXY })
    const sender = await senderThrough(`https://127.0.0.1:${proxy.port}`)
    expect(await sender.send(requestTo('http://hooks.test:8080/'))).toMatchObject({
      kind: 'our-fault',
      message: expect.stringMatching(/proxy failed: the certificate is not for 127.0.0.1/),
    })
    expect(proxy.asked).toEqual([])
  })

  test('that takes no connection in time, by the connect timeout or by the deadline', async () => {
    const silent = await startSilentPort('127.0.0.1')
    onTestFinished(() => silent.close())
    const clock = manualClock()
    const sender = await senderThrough(`http://127.0.0.1:${silent.port}`, { clock })
    for (const [timeoutMs, endsAfterMs] of [
      [60_000, 10_000],
      [3_000, 3_000],
    ]) {
      const sending = sender.send(
        requestTo('http://127.0.0.1:8080/', { timeoutMs: timeoutMs ?? 0 }),
      )
      await clock.whenArmed(10_000)
      clock.advance(endsAfterMs ?? 0)
      expect(await sending).toMatchObject({
        kind: 'our-fault',
        message: "This server's egress proxy failed: no connection to it in time",
      })
    }
  })
})

describe('what the proxy says of the endpoint is charged to the endpoint', () => {
  test('an endpoint that refuses is a connect fault', async () => {
    const { sender } = await setup()
    const result = await sender.send(requestTo(`http://hooks.test:${portOf(await closedPort())}/`))
    expect(result).toMatchObject({
      kind: 'unreachable',
      fault: 'connect',
      message: "The host cannot be reached (this server's egress proxy answered 502 to CONNECT)",
    })
  })

  test.each<[string, RegExp]>([
    ['HTTP/1.1 504 X\r\n\r\n', /^The host did not answer the connection request \(.*504/],
    ['HTTP/1.1 503 X\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n', /^The host cannot be.*503/],
    ['HTTP/1.1 500 X\r\nProxy-Status: p; error=connection_refused\r\n\r\n', /^The host.*500/],
  ])('%j is the endpoint’s', async (answer, says) => {
    const { sender, target } = await setup({ answer })
    const result = expectKind(await sender.send(requestTo(target)), 'unreachable')
    expect(result.message).toMatch(says)
    expect(result.fault).toBe('connect')
  })

  test.each([
    'HTTP/1.1 403 Forbidden\r\n\r\n',
    'HTTP/1.1 451 X\r\n\r\n',
    'HTTP/1.1 407 Request rejected by proxy\r\nX-Smokescreen-Error: denied\r\n\r\n',
  ])('%j is blocked, as by the guard', async (answer) => {
    const { receiver, sender, target } = await setup({ answer })
    expect(await sender.send(requestTo(target))).toMatchObject({
      kind: 'blocked',
      reason: 'proxy',
      message: expect.not.stringContaining('127.0.0.1'),
      address: `127.0.0.1:${receiver.port}`,
    })
  })

  test('a proxy that waits for the endpoint too long is a connect fault of the endpoint', async () => {
    const clock = manualClock()
    const { proxy, sender, target } = await setup({ answer: 'silence' }, { clock })
    const sending = sender.send(requestTo(target, { timeoutMs: 60_000 }))
    await expect.poll(() => proxy.asked.length).toBe(1)
    clock.advance(10_000)
    expect(await sending).toMatchObject({
      kind: 'unreachable',
      fault: 'connect',
      message: 'No connection within 10 s',
    })
  })
})
