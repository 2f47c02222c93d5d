/** What is said of an endpoint's certificate, by real ones on a real socket. */
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'
import { getCACertificates, type SecureContextOptions, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type CertificateOptions,
  type Identity,
  makeCertificate,
} from '../../../server/test/send/certificate.ts'
import { SECRET } from '../../test/receivers.ts'
import { checkEndpoint } from './check.ts'

const AUTHORITY = makeCertificate({ name: 'Test authority', isAuthority: true })
const STRANGER = makeCertificate({ name: 'Unknown authority', isAuthority: true })
const MIDDLE = makeCertificate({ name: 'Middle', isAuthority: true, issuer: AUTHORITY })
const HOSTS = ['localhost', '127.0.0.1']

const trusted = getCACertificates('default')
beforeAll(() => setDefaultCACertificates([...trusted, AUTHORITY.cert]))
afterAll(() => setDefaultCACertificates(trusted))

let server: Server | null = null
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server?.close()
  server = null
})

const own = (options: Partial<CertificateOptions>) =>
  makeCertificate({ name: 'hooks', hosts: HOSTS, ...options })

const WRONG: [name: string, chain: Identity[], says: RegExp][] = [
  ['that is signed by itself', [own({})], /signed by itself/],
  [
    'that has expired',
    [own({ issuer: AUTHORITY, notBefore: '2020-01-01', notAfter: '2021-01-01' })],
    /has expired/,
  ],
  ['that is of tomorrow', [own({ issuer: AUTHORITY, notBefore: '2100-01-01' })], /not valid yet/],
  ['for another name', [own({ issuer: AUTHORITY, hosts: ['shop.example'] })], /for another name/],
  ['without the one between', [own({ issuer: MIDDLE })], /whole chain/],
  ['of a stranger, who is sent along', [own({ issuer: STRANGER }), STRANGER], /nobody knows/],
]

describe('a certificate', () => {
  test.each(WRONG)(
    '%s is named, and the rest is checked in spite of it',
    async (_, chain, says) => {
      const { fault, ids } = await check(await overTls(chain))
      expect(fault?.id).toBe('tls')
      expect(fault?.message).toMatch(says)
      expect(fault?.mend).toBeTruthy()
      expect(ids).toEqual(expect.arrayContaining(['reach', 'wrong-signature', 'method']))
    },
  )

  test.each([
    ['of a known authority', [own({ issuer: AUTHORITY })]],
    ['with the one between', [own({ issuer: MIDDLE }), MIDDLE]],
  ])('%s is in order', async (_, chain) => {
    const { findings } = await check(await overTls(chain))
    expect(findings[0]).toMatchObject({ id: 'tls', verdict: 'ok' })
  })
})

test('an endpoint that speaks no TLS, asked by https, is named', async () => {
  const url = await listen(createHttpServer(answer), 'https')
  const { fault } = await check(url)
  expect(fault).toMatchObject({ id: 'tls', message: expect.stringContaining('speaks no TLS') })
})

test('an endpoint that speaks no TLS that is still in use is named', async () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  const { fault } = await check(await overTls([own({ issuer: AUTHORITY })], old))
  expect(fault).toMatchObject({ id: 'tls', message: expect.stringContaining('no TLS 1.2') })
})

test('an endpoint of HTTP/2 only, and one that wants a client certificate, are named', async () => {
  const identity = own({ issuer: AUTHORITY })
  const h2 = await check(await listen(createSecureServer({ ...identity }), 'https'))
  expect(h2.fault).toMatchObject({ id: 'tls', message: 'It speaks HTTP/2 only.' })
  server?.close()
  const options = { requestCert: true, ca: AUTHORITY.cert }
  const mutual = await check(await listen(createHttpsServer({ ...identity, ...options }), 'https'))
  expect(mutual.fault).toMatchObject({
    id: 'tls',
    message: expect.stringContaining('asks for a client certificate'),
  })
})

test('nothing is said of the certificate of an endpoint that hangs up before it shows one', async () => {
  const url = await listen(
    createTcpServer((socket) => socket.destroy()),
    'https',
  )
  const { findings } = await check(url)
  expect(findings).toMatchObject([{ id: 'reach', verdict: 'fault' }])
})

const answer: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"received":true}')
}

function overTls(chain: Identity[], options: SecureContextOptions = {}): Promise<URL> {
  const [{ key } = { key: '' }] = chain
  const cert = chain.map((each) => each.cert).join('')
  return listen(createHttpsServer({ key, cert, ...options }, answer), 'https')
}

async function listen(started: Server, scheme: string): Promise<URL> {
  server = started
  started.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const { port } = started.address() as AddressInfo
  return new URL(`${scheme}://127.0.0.1:${port}/hook`)
}

async function check(url: URL) {
  const { findings } = await checkEndpoint({ url, secret: SECRET, timeoutMs: 30_000 })
  return {
    findings,
    ids: findings.map(({ id }) => id),
    fault: findings.find(({ verdict }) => verdict === 'fault'),
  }
}
