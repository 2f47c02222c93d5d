import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { describe, expect, test, vi } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { type Identity, makeCertificate } from '../../test/send/certificate.ts'
import { answerText, type OnRequest } from '../../test/send/endpoint.ts'
import {
  createSender,
  endpoint,
  nameServer,
  requestTo,
  type SenderOptions,
} from '../../test/send/sender.ts'

const AUTHORITY = makeCertificate({ name: 'Test authority', isAuthority: true })
const INTERMEDIATE = makeCertificate({ name: 'Middle', isAuthority: true, issuer: AUTHORITY })
const FOR_HOOKS = { name: 'hooks.test', hosts: ['hooks.test', '127.0.0.1'] }
const VALID = makeCertificate({ ...FOR_HOOKS, issuer: AUTHORITY })
const UNDER_INTERMEDIATE = makeCertificate({ ...FOR_HOOKS, issuer: INTERMEDIATE })
const SELF_SIGNED = makeCertificate(FOR_HOOKS)

const answerOk: OnRequest = (socket) => socket.write(answerText('200 OK', [], 'secure'))

async function setup(tls: TlsOptions = VALID, options: SenderOptions & { host?: string } = {}) {
  const { host = '127.0.0.1', ...rest } = options
  const receiver = await endpoint(answerOk, {
    tls: { ALPNProtocols: ['h2', 'http/1.1'], ...tls },
    host,
  })
  const names = await nameServer(() => [host])
  const sender = createSender({
    nameServers: [names.address],
    extraAuthorities: [AUTHORITY.cert],
    ...rest,
  })
  return { sender, receiver, url: (host: string) => `https://${host}:${receiver.port}/hook` }
}

/** The endpoint's own first, then those above it. */
function chain(...[own = VALID, ...above]: Identity[]): TlsOptions {
  return { key: own.key, cert: [own, ...above].map(({ cert }) => cert).join('') }
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

interface Refused {
  because: string
  tls: TlsOptions
  says: string
}

const EXPIRED_MIDDLE = makeCertificate({
  name: 'Old middle',
  isAuthority: true,
  issuer: AUTHORITY,
  notAfter: '2021-05-01',
})
const OTHER_AUTHORITY = makeCertificate({ name: 'House authority', isAuthority: true })
const OTHER_MIDDLE = makeCertificate({
  name: 'House middle',
  isAuthority: true,
  issuer: OTHER_AUTHORITY,
})

const REFUSED: Refused[] = [
  {
    because: 'it has expired',
    tls: makeCertificate({ ...FOR_HOOKS, issuer: AUTHORITY, notAfter: '2021-05-01' }),
    says: 'The certificate expired on 2021-05-01: renew it (CERT_HAS_EXPIRED)',
  },
  {
    because: 'what stands above it has expired',
    tls: chain(makeCertificate({ ...FOR_HOOKS, issuer: EXPIRED_MIDDLE }), EXPIRED_MIDDLE),
    says: "The certificate is in date, but an intermediate that the endpoint sends with it has expired: renew the chain, not the endpoint's own certificate (CERT_HAS_EXPIRED)",
  },
  {
    because: 'it is not valid yet',
    tls: makeCertificate({ ...FOR_HOOKS, issuer: AUTHORITY, notBefore: '2099-05-01' }),
    says: 'The certificate is not valid yet, only from 2099-05-01: check the clock of whoever issued it, or use one that is valid now (CERT_NOT_YET_VALID)',
  },
  {
    because: 'it is for another name',
    tls: makeCertificate({ ...FOR_HOOKS, hosts: ['a.test', 'b.test'], issuer: AUTHORITY }),
    says: 'The certificate is not for hooks.test, but for a.test, b.test: use the URL that it is for, or a certificate for this one (ERR_TLS_CERT_ALTNAME_INVALID)',
  },
  {
    because: 'it is for very many other names',
    tls: makeCertificate({
      ...FOR_HOOKS,
      issuer: AUTHORITY,
      hosts: ['a.test', 'b.test', 'c.test', 'd.test', 'e.test'],
    }),
    says: 'The certificate is not for hooks.test, but for a.test, b.test, c.test and 2 more: use the URL that it is for, or a certificate for this one (ERR_TLS_CERT_ALTNAME_INVALID)',
  },
  {
    because: 'it is self-signed',
    tls: SELF_SIGNED,
    says: 'The certificate is self-signed, which nobody but its maker can trust: use one from a public authority (DEPTH_ZERO_SELF_SIGNED_CERT)',
  },
  {
    because: 'its authority is nobody that we know',
    tls: chain(makeCertificate({ ...FOR_HOOKS, issuer: OTHER_MIDDLE }), OTHER_MIDDLE),
    says: "The certificate's issuer is unknown: the chain that the endpoint sends leads to no trusted authority; use a certificate from a public one, and send its full chain (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)",
  },
  {
    because: "its authority is its owner's own, and is sent along",
    tls: chain(makeCertificate({ ...FOR_HOOKS, issuer: OTHER_AUTHORITY }), OTHER_AUTHORITY),
    says: "The certificate comes from an authority of its owner's own, which this server does not trust: use one from a public authority, or have the server's operator trust this one (SELF_SIGNED_CERT_IN_CHAIN)",
  },
  {
    because: 'its chain is not complete',
    tls: UNDER_INTERMEDIATE,
    says: 'The endpoint sends only its own certificate, not the intermediate of "Middle" that leads to a trusted authority: have it send the full chain (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
  },
]

describe('a certificate', () => {
  test.each(REFUSED)('is refused and nothing is sent when $because', async ({ tls, says }) => {
    const { sender, receiver, url } = await setup(tls)
    expect(await sender.send(requestTo(url('hooks.test')))).toMatchObject({
      kind: 'unreachable',
      fault: 'tls',
      message: says,
    })
    expect(receiver.requests).toEqual([])
  })

  test('is taken when its whole chain is sent', async () => {
    const { sender, url } = await setup(chain(UNDER_INTERMEDIATE, INTERMEDIATE))
    expect(await sender.send(requestTo(url('hooks.test')))).toMatchObject({ kind: 'answered' })
  })

  test('for another address is refused', async () => {
    const { sender, receiver, url } = await setup(VALID, { host: '127.0.0.2' })
    expect(await sender.send(requestTo(url('127.0.0.2')))).toMatchObject({
      fault: 'tls',
      message: expect.stringMatching(/^The certificate is not for 127.0.0.2, but for hooks.test/),
    })
    expect(receiver.requests).toEqual([])
  })

  test('is refused also when the environment says to accept any', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    try {
      const { sender, receiver, url } = await setup(SELF_SIGNED)
      expect(await sender.send(requestTo(url('hooks.test')))).toMatchObject({ fault: 'tls' })
      expect(receiver.requests).toEqual([])
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('a handshake', () => {
  test('with a server of old versions only is a tls fault that says so', async () => {
    const { sender, url } = await setup({
      ...VALID,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    expect(await sender.send(requestTo(url('hooks.test')))).toMatchObject({
      fault: 'tls',
      message: expect.stringMatching(/^The endpoint speaks only versions of TLS that are no/),
    })
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'with a server that wants a client certificate, over %s, is a tls fault that says so',
    async (version) => {
      const { sender, receiver, url } = await setup({
        ...VALID,
        minVersion: version,
        maxVersion: version,
        requestCert: true,
        ca: AUTHORITY.cert,
      })
      expect(await sender.send(requestTo(url('hooks.test')))).toMatchObject({
        fault: 'tls',
        message: expect.stringMatching(/client certificate, which webhooks do not have/),
      })
      expect(receiver.requests).toEqual([])
    },
  )

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
    const clock = manualClock()
    const { sender } = await setup(VALID, { clock })
    const silent = await endpoint(() => {})
    const url = `https://127.0.0.1:${silent.port}/`

    const slow = sender.send(requestTo(url, { timeoutMs: 60_000 }))
    await expect.poll(() => silent.connections.length).toBe(1)
    await new Promise(setImmediate)
    clock.advance(10_000)
    expect(await slow).toMatchObject({
      fault: 'tls',
      message: 'The TLS handshake was not finished within 10 s',
    })

    const late = sender.send(requestTo(url, { timeoutMs: 3_000 }))
    await expect.poll(() => silent.connections.length).toBe(2)
    await new Promise(setImmediate)
    clock.advance(3_000)
    expect(await late).toMatchObject({
      fault: 'timeout',
      message: 'No answer within 3 s: the TLS handshake was still under way',
    })
  })
})
