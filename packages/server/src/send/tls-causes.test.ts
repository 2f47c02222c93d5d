/** Each way in which a handshake fails has a sentence of its own, against real servers. */
import { createSecureServer } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeCertificate, makeDhParameters } from '../../test/send/certificate.ts'
import { createSender, endpoint, nameServer, requestTo } from '../../test/send/sender.ts'

const AUTHORITY = makeCertificate({ name: 'Root', isAuthority: true })
const FOR_HOOKS = { name: 'hooks.test', hosts: ['hooks.test'], issuer: AUTHORITY }
const VALID = makeCertificate(FOR_HOOKS)
const RSA = makeCertificate({ ...FOR_HOOKS, rsaBits: 2_048 })
const WEAK = makeCertificate({ ...FOR_HOOKS, rsaBits: 1_024 })

const H2_ONLY = /^The endpoint speaks HTTP\/2 only: let it speak HTTP\/1.1 too/
const NO_CIPHER = /^The endpoint has no cipher in common with us, or no certificate for this host/
const WANTS_CERTIFICATE = /^The endpoint asks for a client certificate, which webhooks do not have/

async function told(port: number) {
  const names = await nameServer(() => ['127.0.0.1'])
  const sender = createSender({
    nameServers: [names.address],
    extraAuthorities: [AUTHORITY.cert],
  })
  return sender.send(requestTo(`https://hooks.test:${port}/hook`))
}

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

describe('a server of TLS', () => {
  test.each<[string, () => Server, RegExp]>([
    ['agrees on h2 only', () => createServer({ ...VALID, ALPNProtocols: ['h2'] }), H2_ONLY],
    ['is one of HTTP/2', () => createSecureServer({ ...VALID }), H2_ONLY],
    [
      'shares no cipher',
      () =>
        createServer({
          ...VALID,
          maxVersion: 'TLSv1.2',
          ciphers: 'ECDHE-ECDSA-CAMELLIA128-SHA256',
        }),
      NO_CIPHER,
    ],
    ['shares no curve', () => createServer({ ...VALID, ecdhCurve: 'secp224r1' }), NO_CIPHER],
    ['has no certificate for the host', () => createServer({}), NO_CIPHER],
    ...(['TLSv1.2', 'TLSv1.3'] as const).map((version): [string, () => Server, RegExp] => [
      `wants a client certificate over ${version}`,
      () =>
        createServer({
          ...VALID,
          requestCert: true,
          ca: AUTHORITY.cert,
          minVersion: version,
          maxVersion: version,
        }),
      WANTS_CERTIFICATE,
    ]),
    [
      'speaks old versions only',
      () =>
        createServer({
          ...VALID,
          ciphers: 'DEFAULT@SECLEVEL=0',
          minVersion: 'TLSv1',
          maxVersion: 'TLSv1.1',
        }),
      /^The endpoint speaks only versions of TLS that are no longer safe/,
    ],
    [
      'exchanges keys over too few bits',
      () =>
        createServer({
          ...RSA,
          maxVersion: 'TLSv1.2',
          dhparam: makeDhParameters('modp2'),
          ciphers: 'DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0',
        }),
      /^The endpoint's Diffie-Hellman parameters are too small to be safe/,
    ],
    [
      'has a key of too few bits',
      () => createServer({ ...WEAK, ciphers: 'DEFAULT@SECLEVEL=0' }),
      /^The endpoint's key or signature is too weak to trust/,
    ],
  ])('that %s is told apart', async (_, serve, sentence) => {
    expect(await told(await listening(serve()))).toMatchObject({
      kind: 'unreachable',
      fault: 'tls',
      message: expect.stringMatching(sentence),
    })
  })
})

/** A server's hello of TLS 1.2 without extensions, as one that was never updated since 2009 writes it. */
const OLD_HELLO = record(22, [
  2,
  0,
  0,
  38,
  3,
  3,
  ...new Array<number>(32).fill(7),
  0,
  0xc0,
  0x2b,
  0,
])

function record(type: number, content: number[]): Buffer {
  return Buffer.from([type, 3, 3, content.length >> 8, content.length & 0xff, ...content])
}

const alert = (description: number) => record(21, [2, description])

test.each<[string, Buffer, RegExp]>([
  ['knows no secure renegotiation', OLD_HELLO, /^The endpoint knows no secure renegotiation/],
  ['knows no such name', alert(112), /^The endpoint has no certificate for this host/],
  ['wants stronger ciphers', alert(71), /^The endpoint has no cipher in common with us that both/],
  ['refuses us', alert(49), /^The endpoint refuses this server within the handshake/],
  ['fails by itself', alert(80), /^The endpoint failed within the TLS handshake/],
  ['wants a certificate', alert(116), WANTS_CERTIFICATE],
  ['finds a certificate bad', alert(42), WANTS_CERTIFICATE],
  ['speaks HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /^The port does not speak TLS/],
  ['speaks SSH', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'), /^The port does not speak TLS/],
  ['speaks HTTP/2 in the clear', Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]), /^The port does not/],
])('one that %s is told apart', async (_, bytes, sentence) => {
  const receiver = await endpoint(() => {}, {
    onConnection: (socket) => socket.once('data', () => socket.end(bytes)),
  })
  expect(await told(receiver.port)).toMatchObject({
    kind: 'unreachable',
    fault: 'tls',
    message: expect.stringMatching(sentence),
  })
})

test('a server of HTTP/2 in the clear, and one of TLS on a plain port, are told apart', async () => {
  const sender = createSender()
  const frames = await endpoint((socket) => socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])))
  expect(await sender.send(requestTo(`http://127.0.0.1:${frames.port}/`))).toMatchObject({
    fault: 'protocol',
    message: expect.stringMatching(/HTTP\/2 only/),
  })
  const secure = await endpoint((socket) => socket.end(alert(10)))
  expect(await sender.send(requestTo(`http://127.0.0.1:${secure.port}/`))).toMatchObject({
    fault: 'protocol',
    message: expect.stringMatching(/^The port speaks TLS/),
  })
})
