/**
 * A connection serves many owners, one after the other. Whatever an endpoint writes too much, too
 * early or twice must never decide somebody else's delivery.
 */
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { makeCertificate } from '../../test/send/certificate.ts'
import {
  answerText,
  closed,
  type EndpointOptions,
  type OnRequest,
} from '../../test/send/endpoint.ts'
import {
  createSender,
  endpoint,
  expectKind,
  requestTo,
  type SenderOptions,
} from '../../test/send/sender.ts'

const AUTHORITY = makeCertificate({ name: 'Test authority', isAuthority: true })
const CERTIFICATE = makeCertificate({ name: 'x', hosts: ['127.0.0.1'], issuer: AUTHORITY })

const SUCCESS = answerText('200 OK', [], 'yes')
const FAILURE = answerText('500 Broken')

/** What a known origin gets at once, and an unknown one only after its silence. */
const UNKNOWN: SenderOptions = { quietMs: 100 }
const KNOWN: SenderOptions = { quietMs: 0 }

interface Ways {
  tls?: TlsOptions
  onConnection?: EndpointOptions['onConnection']
  world?: SenderOptions
}

async function setup(onRequest: OnRequest, { tls, onConnection, world }: Ways = {}) {
  const receiver = await endpoint(onRequest, {
    ...(tls && { tls }),
    ...(onConnection && { onConnection }),
  })
  const sender = createSender({ extraAuthorities: [AUTHORITY.cert], ...world })
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${receiver.port}/`
  const send = async (body = '{}') => {
    const result = await sender.send(requestTo(url, { body: Buffer.from(body) }))
    return expectKind(result, 'answered').status
  }
  return { receiver, sender, send, url }
}

/** The first request succeeds; every other fails. */
const firstOnly: OnRequest = (socket, _request, number) => {
  socket.write(number === 1 ? SUCCESS : FAILURE)
}

describe.each([
  ['plain', undefined],
  ['over TLS', CERTIFICATE],
])('%s', (_name, tls) => {
  const ways: Ways = {
    ...(tls && { tls }),
    // Else the kernel would hold a second small segment back until the next request is there.
    onConnection: (socket) => socket.setNoDelay(),
  }
  const unknown: Ways = { ...(tls && { tls }), world: UNKNOWN }

  test('an exact answer leaves its connection for the next request', async () => {
    const { send, receiver } = await setup(firstOnly, ways)
    for (const status of [200, 500, 500]) expect(await send()).toBe(status)
    expect(receiver.connections).toHaveLength(1)
  })

  test.each<[string, (socket: Socket) => void]>([
    ['in the same write', (socket) => socket.write(SUCCESS + SUCCESS)],
    [
      'in a write of its own',
      (socket) => {
        socket.write(SUCCESS)
        socket.write(SUCCESS)
      },
    ],
    [
      'a turn later',
      (socket) => {
        socket.write(SUCCESS)
        setImmediate(() => socket.write(SUCCESS))
      },
    ],
    ['by a single byte', (socket) => socket.write(`${SUCCESS}\n`)],
    ['by a body that is longer than its length', (socket) => socket.write(`${SUCCESS}${SUCCESS}`)],
    ['behind a 204', (socket) => socket.write(`HTTP/1.1 204 No Content\r\n\r\n${SUCCESS}`)],
  ])('an answer with surplus %s decides no other delivery', async (_how, answer) => {
    const { send, receiver } = await setup((socket, _request, number) => {
      if (number === 1) answer(socket)
      else socket.write(FAILURE)
    }, ways)
    expect([200, 204]).toContain(await send())
    for (let i = 0; i < 3; i++) expect(await send()).toBe(500)
    // It has shown what it is like: from now on, nothing is sent behind anything.
    expect(receiver.connections).toHaveLength(4)
  })

  test.each<[string, (again: () => void) => void]>([
    ['at once', (again) => again()],
    ['in the same turn', (again) => queueMicrotask(again)],
    ['a turn later', (again) => setImmediate(again)],
  ])(
    'an unknown endpoint that answers everything twice, %s, is never believed',
    async (_how, when) => {
      const { send, receiver } = await setup((socket, request) => {
        const answer = request.includes('good') ? SUCCESS : FAILURE
        socket.write(answer)
        when(() => socket.write(answer))
      }, unknown)
      for (let i = 0; i < 30; i++) {
        const isGood = i % 3 === 0
        expect(await send(isGood ? 'good' : 'bad')).toBe(isGood ? 200 : 500)
      }
      expect(receiver.connections).toHaveLength(30)
    },
  )

  test.each([2, 20, 60, 99])(
    'an unknown endpoint that answers everything twice, %d ms later, is never believed',
    async (laterMs) => {
      const clock = manualClock()
      const answerTwice: OnRequest = (socket, request) => {
        const answer = request.includes('good') ? SUCCESS : FAILURE
        socket.write(answer)
        clock.setTimer(laterMs, () => socket.write(answer))
      }
      const world = { ...UNKNOWN, clock }
      const { send, receiver } = await setup(answerTwice, { ...ways, world })
      for (let i = 0; i < 30; i++) {
        const isGood = i % 3 === 0
        expect(await send(isGood ? 'good' : 'bad')).toBe(isGood ? 200 : 500)
        // The next request is a millisecond ahead of the second answer to this one.
        await clock.pass(laterMs - 1)
      }
      expect(receiver.connections).toHaveLength(30)
    },
  )

  test('an unknown endpoint that is silent for a tenth of a second is known', async () => {
    const clock = manualClock()
    const { send, receiver } = await setup(firstOnly, { ...unknown, world: { ...UNKNOWN, clock } })
    await send()
    clock.advance(99)
    await send()
    expect(receiver.connections).toHaveLength(2)
    clock.advance(1)
    for (let i = 0; i < 5; i++) await send()
    expect(receiver.connections).toHaveLength(2)
  })

  test.each<[string, string]>([
    ['an answer', SUCCESS],
    ['a line end', '\r\n'],
    ['one byte', 'H'],
    ['garbage', '\0\0\0'],
    ['an interim answer', 'HTTP/1.1 103 X\r\n\r\n'],
  ])('%s on an idle connection closes it, and every other of that origin', async (_what, stray) => {
    const { send, receiver } = await setup(firstOnly, ways)
    await Promise.all([send(), send()])
    expect(receiver.connections).toHaveLength(2)
    receiver.connections[0]?.write(stray)
    await closed(receiver)
    // It has shown what it is like: from now on, nothing is sent behind anything.
    for (let i = 0; i < 3; i++) expect(await send()).toBe(500)
    expect(receiver.connections).toHaveLength(5)
  })

  test('what was noisy is unknown again after ten minutes', async () => {
    const clock = manualClock()
    const { send, receiver } = await setup(firstOnly, { ...ways, world: { ...KNOWN, clock } })
    await send()
    receiver.connections[0]?.write('x')
    await closed(receiver)
    for (let i = 0; i < 2; i++) await send()
    expect(receiver.connections).toHaveLength(3)
    await closed(receiver)
    clock.advance(600_000)
    for (let i = 0; i < 2; i++) await send()
    expect(receiver.connections).toHaveLength(4)
  })

  test('an answer that comes in the tick of the next request does not decide it', async () => {
    const { send, receiver } = await setup(firstOnly, ways)
    expect(await send()).toBe(200)
    receiver.connections[0]?.write(SUCCESS)
    const sending = send()
    expect(await sending).toBe(500)
    expect(receiver.connections).toHaveLength(2)
  })

  test('nor does one that is written right after the next request was handed over', async () => {
    const { send, receiver } = await setup(firstOnly, ways)
    expect(await send()).toBe(200)
    const sending = send()
    receiver.connections[0]?.write(SUCCESS)
    expect(await sending).toBe(500)
    expect(receiver.connections).toHaveLength(2)
  })

  test('nor half of one', async () => {
    const { send, receiver } = await setup(firstOnly, ways)
    expect(await send()).toBe(200)
    receiver.connections[0]?.write(SUCCESS.slice(0, 9))
    expect(await send()).toBe(500)
    expect(receiver.connections).toHaveLength(2)
  })

  test('an answer to a request that was not asked yet is the last on its connection', async () => {
    let connections = 0
    const { send, receiver } = await setup((socket) => socket.write(FAILURE), {
      ...ways,
      onConnection: (socket) => {
        if (++connections === 1) socket.write(SUCCESS)
      },
    })
    expect(await send()).toBe(200)
    expect(await send()).toBe(500)
    expect(receiver.connections).toHaveLength(2)
  })
})

describe('an answer that comes before the whole request was sent', () => {
  const BIG = 'x'.repeat(6 * 1024 * 1024)
  const early = (socket: Socket) => {
    socket.pause()
    socket.write(answerText('413 Too Large'))
  }

  test('counts, the request is sent to its end, and the connection is closed', async () => {
    const clock = manualClock()
    const { send, receiver } = await setup(() => {}, { onConnection: early, world: { clock } })
    const sending = send(BIG)
    await clock.whenArmed(2_000)
    receiver.connections[0]?.resume()
    expect(await sending).toBe(413)
    await expect.poll(() => receiver.requests.length).toBe(1)
    await closed(receiver)
  })

  test('counts also when the rest is never taken', async () => {
    const clock = manualClock()
    const { send, receiver } = await setup(() => {}, { onConnection: early, world: { clock } })
    const sending = send(BIG)
    await clock.whenArmed(2_000)
    clock.advance(2_000)
    expect(await sending).toBe(413)
    await closed(receiver)
  })
})

describe('a connection is not used again', () => {
  test.each([
    ['line feeds alone', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    [
      'two framings',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok'],
    ['its closing', answerText('200 OK', ['Connection: close'])],
    ['a patience that is nearly over', answerText('200 OK', ['Keep-Alive: timeout=2'])],
  ])('after %s, which the endpoint is still there to follow up', async (_what, answer) => {
    const { send, receiver } = await setup((socket) => socket.write(answer))
    for (let i = 0; i < 3; i++) expect(await send()).toBe(200)
    expect(receiver.connections).toHaveLength(3)
  })

  test('after a request that asked for its closing', async () => {
    const { sender, receiver, url } = await setup((socket) => socket.write(SUCCESS))
    const closing = requestTo(url, { headers: [['connection', 'close']] })
    for (let i = 0; i < 2; i++) expectKind(await sender.send(closing), 'answered')
    expect(receiver.connections).toHaveLength(2)
    expect(receiver.requests[0]).toContain('\r\nconnection: close\r\n')
    expect(receiver.requests[0]).not.toContain('keep-alive')
  })
})
