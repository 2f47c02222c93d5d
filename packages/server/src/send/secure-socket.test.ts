import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { answerText, type OnRequest } from './fixtures/endpoint.ts'
import { createManualClock } from './fixtures/manual-clock.ts'
import {
  createSender,
  endpoint,
  nameServer,
  requestTo,
  type WorldOptions,
} from './fixtures/world.ts'

const pem = (name: string) =>
  readFileSync(new URL(`./fixtures/test-only-${name}.pem`, import.meta.url), 'utf8')
const AUTHORITY = pem('authority')
const answerOk: OnRequest = (socket) => socket.write(answerText('200 OK', [], 'secure'))

async function setup(certificate = 'valid', options: WorldOptions & { host?: string } = {}) {
  const { host = '127.0.0.1', ...rest } = options
  const tls = {
    key: pem('key'),
    cert: pem(certificate),
    ALPNProtocols: ['h2', 'http/1.1'],
  }
  const receiver = await endpoint(answerOk, { tls, host })
  const names = await nameServer(() => [host])
  const sender = createSender({
    nameServers: [names.address],
    extraAuthorities: [AUTHORITY],
    ...rest,
  })
  return { sender, receiver, url: (host: string) => `https://${host}:${receiver.port}/hook` }
}

describe('over TLS', () => {
  test('a request is answered, over HTTP/1.1, by name and by address', async () => {
    const { sender, receiver, url } = await setup()
    for (const host of ['hooks.test', 'hooks.test.', '127.0.0.1']) {
      expect(await sender.send(requestTo(url(host))), host).toMatchObject({
        kind: 'answered',
        status: 200,
        body: 'secure',
      })
    }
    expect(
      receiver.connections.map((socket) => 'alpnProtocol' in socket && socket.alpnProtocol),
    ).toEqual(['http/1.1', 'http/1.1', 'http/1.1'])
    expect(
      receiver.connections.map((socket) => 'servername' in socket && socket.servername),
    ).toEqual(['hooks.test', 'hooks.test', false])
  })

  test('connections are kept and used again', async () => {
    const { sender, receiver, url } = await setup()
    for (let i = 0; i < 3; i++) await sender.send(requestTo(url('hooks.test')))
    expect(receiver.connections).toHaveLength(1)
  })
})

describe('a certificate', () => {
  test.each([
    ['expired', 'hooks.test', 'The certificate expired on 2021-05-01 (CERT_HAS_EXPIRED)'],
    ['self-signed', 'hooks.test', 'The certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    ['valid', 'other.test', 'The certificate is not for other.test (ERR_TLS_CERT_ALTNAME_INVALID)'],
  ])('%s, at %s, is refused and nothing is sent', async (certificate, host, message) => {
    const { sender, receiver, url } = await setup(certificate)
    const result = await sender.send(requestTo(url(host)))
    expect(result).toMatchObject({ kind: 'unreachable', fault: 'tls', message })
    expect(receiver.requests).toEqual([])
  })

  test('for another address is refused', async () => {
    const { sender, receiver, url } = await setup('valid', { host: '127.0.0.2' })
    expect(await sender.send(requestTo(url('127.0.0.2')))).toMatchObject({
      fault: 'tls',
      message: 'The certificate is not for 127.0.0.2 (ERR_TLS_CERT_ALTNAME_INVALID)',
    })
    expect(receiver.requests).toEqual([])
  })

  test('of an unknown issuer is refused', async () => {
    const { sender, receiver, url } = await setup('valid', { extraAuthorities: [] })
    expect(await sender.send(requestTo(url('hooks.test')))).toMatchObject({
      kind: 'unreachable',
      fault: 'tls',
      message: expect.stringMatching(/^The certificate's issuer is unknown/),
    })
    expect(receiver.requests).toEqual([])
  })

  test('is refused also when the environment says to accept any', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    try {
      const { sender, receiver, url } = await setup('self-signed')
      expect(await sender.send(requestTo(url('hooks.test')))).toMatchObject({ fault: 'tls' })
      expect(receiver.requests).toEqual([])
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('a handshake', () => {
  test('with a server that speaks plain HTTP is a tls fault that says so', async () => {
    const plain = await endpoint(() => {}, {
      onConnection: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    })
    const { sender } = await setup()
    expect(await sender.send(requestTo(`https://127.0.0.1:${plain.port}/`))).toMatchObject({
      fault: 'tls',
      message: expect.stringMatching(/^The port does not speak TLS/),
    })
  })

  test.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ])('that the server %s is a tls fault', async (_name, cut) => {
    const { sender } = await setup()
    const cutter = await endpoint(() => {}, {
      onConnection: (socket) => socket.once('data', () => cut(socket)),
    })
    expect(await sender.send(requestTo(`https://127.0.0.1:${cutter.port}/`))).toMatchObject({
      fault: 'tls',
      message: 'The connection was closed during the TLS handshake',
    })
  })

  test('that hangs ends after the connect timeout, or at the deadline', async () => {
    const clock = createManualClock()
    const { sender } = await setup('valid', { clock })
    const silent = await endpoint(() => {})
    const url = `https://127.0.0.1:${silent.port}/`

    const slow = sender.send(requestTo(url, { timeoutMs: 60_000 }))
    await vi.waitFor(() => expect(silent.connections).toHaveLength(1))
    await new Promise(setImmediate)
    clock.advance(10_000)
    expect(await slow).toMatchObject({
      fault: 'tls',
      message: 'The TLS handshake was not finished within 10 s',
    })

    const late = sender.send(requestTo(url, { timeoutMs: 3_000 }))
    await vi.waitFor(() => expect(silent.connections).toHaveLength(2))
    await new Promise(setImmediate)
    clock.advance(3_000)
    expect(await late).toMatchObject({
      fault: 'timeout',
      message: 'No answer within 3 s: the TLS handshake was still under way',
    })
  })
})
