import { describe, expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { answerText, closed, type OnRequest } from '../../test/send/endpoint.ts'
import {
  createSender,
  endpoint,
  expectKind,
  requestTo,
  type SenderOptions,
} from '../../test/send/sender.ts'

async function setup(onRequest: OnRequest, options: SenderOptions = {}) {
  const receiver = await endpoint(onRequest)
  const url = `http://127.0.0.1:${receiver.port}/hook`
  return { receiver, url, sender: createSender(options) }
}

describe('an answer', () => {
  test('comes back with status, headers, body, note and duration', async () => {
    const { sender, url } = await setup((socket) => {
      const headers = ['Set-Cookie: a=1', 'set-cookie: b=2', 'X-Trace: T', 'Retry-After: 30']
      socket.write(answerText('200 Fine', headers, '{"received":true}'))
    })
    const { durationMs, ...result } = expectKind(await sender.send(requestTo(url)), 'answered')
    expect(result).toEqual({
      kind: 'answered',
      status: 200,
      headers: {
        'set-cookie': 'a=1, b=2',
        'x-trace': 'T',
        'retry-after': '30',
        'content-length': '17',
      },
      body: '{"received":true}',
      note: 'acknowledged',
      retryAfterMs: 30_000,
    })
    expect(Number.isInteger(durationMs)).toBe(true)
  })

  test.each([204, 301, 302, 400, 404, 410, 429, 500, 503])('of %i is an answer', async (status) => {
    const { sender, receiver, url } = await setup((socket) => {
      const text = answerText(`${status} X`, ['location: http://127.0.0.1:1/elsewhere'])
      socket.write(status === 204 ? text.replace('content-length: 0\r\n', '') : text)
    })
    expect(expectKind(await sender.send(requestTo(url)), 'answered').status).toBe(status)
    expect(receiver.requests).toHaveLength(1)
  })

  test('is not what 102 and 103 announce', async () => {
    const { sender, url } = await setup((socket) => {
      socket.write('HTTP/1.1 102 Processing\r\n\r\n')
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n')
      socket.write(answerText('201 Created', ['x-last: 1'], 'done'))
    })
    expect(expectKind(await sender.send(requestTo(url)), 'answered')).toMatchObject({
      status: 201,
      headers: { 'x-last': '1' },
      body: 'done',
    })
  })

  test('is not the 100 that nobody asked for', async () => {
    const { sender, receiver, url } = await setup((socket, _request, number) => {
      const early = 'HTTP/1.1 100 Continue\r\nx: y\r\n\r\n'
      if (number === 1) socket.write(early + early + answerText('200 OK', [], early))
      else socket.write(early, () => setImmediate(() => socket.write(answerText('202 OK'))))
    })
    const first = expectKind(await sender.send(requestTo(url)), 'answered')
    expect(first).toMatchObject({ status: 200, body: 'HTTP/1.1 100 Continue\r\nx: y\r\n\r\n' })
    expect(expectKind(await sender.send(requestTo(url)), 'answered').status).toBe(202)
    expect(receiver.connections).toHaveLength(1)
  })

  test('that only ever announces one times out', async () => {
    const clock = manualClock()
    const { promise: announced, resolve: announce } = Promise.withResolvers<void>()
    const { sender, url } = await setup(
      (socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n', () => announce()),
      { clock },
    )
    const other = await endpoint((socket) => socket.write(answerText('200 OK')))
    const sending = sender.send(requestTo(url))
    await announced
    // Nothing tells when it is read, just because it changes nothing; but what was written later, on
    // another connection, has been.
    expectKind(await sender.send(requestTo(`http://127.0.0.1:${other.port}/`)), 'answered')
    clock.advance(10_000)
    expect(expectKind(await sending, 'unreachable').fault).toBe('timeout')
  })

  test('with many headers keeps the first 50, with long ones 4 KiB', async () => {
    const many = Array.from({ length: 90 }, (_, i) => `x-${i}: v`)
    const long = Array.from({ length: 9 }, (_, i) => `y-${i}: ${'v'.repeat(1000)}`)
    const { sender, url } = await setup((socket, _request, number) => {
      socket.write(answerText('200 OK', number === 1 ? many : long))
    })
    const first = expectKind(await sender.send(requestTo(url)), 'answered').headers
    expect(Object.keys(first)).toEqual(many.slice(0, 50).map((line) => line.split(':')[0]))
    const second = expectKind(await sender.send(requestTo(url)), 'answered').headers
    expect(Object.keys(second)).toEqual(['y-0', 'y-1', 'y-2', 'y-3'])
  })

  test('with a header named __proto__ is an answer like any other', async () => {
    const { sender, url } = await setup((socket) => {
      socket.write(answerText('200 OK', ['__proto__: x', 'constructor: y']))
    })
    const { headers } = expectKind(await sender.send(requestTo(url)), 'answered')
    expect(Object.entries(headers)).toContainEqual(['constructor', 'y'])
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype)
  })

  test('in chunks and without a length is read to its end', async () => {
    const { sender, url } = await setup((socket, _request, number) => {
      if (number === 1) {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"ok\r\n')
        socket.write('7\r\n":true}\r\n0\r\n\r\n')
      } else socket.end('HTTP/1.0 200 OK\r\n\r\n{"ok":true}')
    })
    for (const _ of [1, 2]) {
      const { body, note } = expectKind(await sender.send(requestTo(url)), 'answered')
      expect({ body, note }).toEqual({ body: '{"ok":true}', note: 'acknowledged' })
    }
  })
})

describe('the body of an answer', () => {
  const CHUNK = 'x'.repeat(16 * 1024)

  test('of 5 MB is read to 64 KiB, then the connection is closed', async () => {
    const { sender, receiver, url } = await setup((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${5 * 1024 * 1024}\r\n\r\n`)
      for (let sent = 0; sent < 5 * 1024 * 1024; sent += CHUNK.length) socket.write(CHUNK)
    })
    const { status, body, note } = expectKind(await sender.send(requestTo(url)), 'answered')
    expect({ status, note }).toEqual({ status: 200, note: null })
    expect(body).toBe('x'.repeat(2048))
    await closed(receiver)
    expect(receiver.connections[0]?.bytesWritten).toBeGreaterThan(0)
  })

  test('that drips is read for two seconds, then the connection is closed', async () => {
    const clock = manualClock()
    const { sender, receiver, url } = await setup(
      (socket) => {
        socket.write('HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\n{"a')
      },
      { clock },
    )
    const sending = sender.send(requestTo(url))
    await clock.whenArmed(2_000)
    clock.advance(1_999)
    await expect(Promise.race([sending, Promise.resolve('reading')])).resolves.toBe('reading')
    clock.advance(1)
    const result = expectKind(await sending, 'answered')
    expect(result).toMatchObject({ status: 202, body: '{"a', note: null, durationMs: 0 })
    await closed(receiver)
  })

  test('may end in a reset: the answer stands', async () => {
    const { sender, url } = await setup((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":', () =>
        socket.resetAndDestroy(),
      )
    })
    expect(expectKind(await sender.send(requestTo(url)), 'answered')).toMatchObject({
      status: 200,
      body: '{"a":',
    })
  })

  test('may end too early or be malformed: the answer stands', async () => {
    const { sender, url } = await setup((socket, _request, number) => {
      if (number === 1) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort')
      else socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')
    })
    for (const body of ['short', '']) {
      const result = expectKind(await sender.send(requestTo(url)), 'answered')
      expect(result).toMatchObject({ status: 200, body })
    }
  })

  test('does not count towards the timeout', async () => {
    const clock = manualClock()
    const { sender, receiver, url } = await setup(
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n'),
      { clock },
    )
    const sending = sender.send(requestTo(url, { timeoutMs: 1_000 }))
    await clock.whenArmed(2_000)
    clock.advance(1_500)
    receiver.connections[0]?.write('abc')
    expect(expectKind(await sending, 'answered').body).toBe('abc')
  })
})
