import { describe, expect, test, vi } from 'vitest'
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

const answerOk: OnRequest = (socket) => {
  socket.write(answerText('200 OK', ['content-type: application/json'], '{"received":true}'))
}

describe('the bytes of a request', () => {
  test('are exactly these, in this order', async () => {
    const { sender, receiver, url } = await setup(answerOk)
    const body = Buffer.from('{"payload":{"customerName":"Zoë 👋"}}')
    const headers: [string, string][] = [
      ['content-type', 'application/json'],
      ['user-agent', 'Chatzuri-Webhooks/0.1.0'],
      ['webhook-id', 'evt_1'],
      ['x-own', 'caf\xe9'],
    ]
    await sender.send(requestTo(`${url}/?a=%20b&c=`, { headers, body }))
    expect(receiver.requests).toEqual([
      [
        'POST /hook/?a=%20b&c= HTTP/1.1',
        `host: 127.0.0.1:${receiver.port}`,
        'connection: keep-alive',
        'content-type: application/json',
        'user-agent: Chatzuri-Webhooks/0.1.0',
        'webhook-id: evt_1',
        'x-own: caf\xe9',
        `content-length: ${body.length}`,
        '',
        body.toString('latin1'),
      ].join('\r\n'),
    ])
  })

  test.each([
    ['/a//b/../c/', '/a//c/'],
    ['//double', '//double'],
    ['', '/'],
    ['?q', '/?q'],
    ["/%7Euser/%2F?x=1&y='z'", '/%7Euser/%2F?x=1&y=%27z%27'],
    ['/ü?ü', '/%C3%BC?%C3%BC'],
  ])('have the path and query of the parsed URL: %s', async (given, sent) => {
    const { sender, receiver } = await setup(answerOk)
    await sender.send(requestTo(`http://127.0.0.1:${receiver.port}${given}`))
    expect(receiver.requests[0]?.split(' ')[1]).toBe(sent)
  })

  test('show no user info', async () => {
    const { sender, receiver } = await setup(answerOk)
    const url = `http://user:secret@127.0.0.1:${receiver.port}/hook`
    expectKind(await sender.send(requestTo(url)), 'answered')
    expect(receiver.requests[0]).not.toContain('secret')
  })

  test('are the same for an empty body, with its length', async () => {
    const { sender, receiver, url } = await setup(answerOk)
    await sender.send(requestTo(url, { body: Buffer.alloc(0) }))
    expect(receiver.requests[0]).toMatch(/\r\ncontent-length: 0\r\n\r\n$/)
  })

  test('go over one connection while it lives, and over many at once', async () => {
    const { sender, receiver, url } = await setup(answerOk)
    for (let i = 0; i < 5; i++) expectKind(await sender.send(requestTo(url)), 'answered')
    expect(receiver.connections).toHaveLength(1)
    await Promise.all(Array.from({ length: 20 }, () => sender.send(requestTo(url))))
    expect(receiver.requests).toHaveLength(25)
    expect(receiver.connections.length).toBeGreaterThan(10)
  })

  test('a header that would break the request rejects: it is a bug of ours', async () => {
    const { sender, receiver, url } = await setup(answerOk)
    const broken = requestTo(url, { headers: [['x-bad', 'a\r\nx-evil: 1']] })
    await expect(sender.send(broken)).rejects.toThrow(/x-bad/)
    expect(receiver.requests).toEqual([])
  })
})

describe('a fault of the endpoint', () => {
  test('that hangs: a timeout, at its time, and the connection is closed', async () => {
    const clock = manualClock()
    const { sender, receiver, url } = await setup(() => clock.advance(29_999), { clock })
    const sending = sender.send(requestTo(url, { timeoutMs: 30_000 }))
    await expect.poll(() => receiver.requests.length).toBe(1)
    clock.advance(1)
    expect(await sending).toEqual({
      kind: 'unreachable',
      fault: 'timeout',
      message: 'No answer within 30 s',
      durationMs: 30_000,
    })
    await closed(receiver)
  })

  test('that drips its headers: a timeout', async () => {
    const clock = manualClock()
    const { sender, url } = await setup(
      (socket) => socket.write('HTTP/1.1 200 OK\r\nx-slow: ', () => clock.advance(1_500)),
      { clock },
    )
    const result = await sender.send(requestTo(url, { timeoutMs: 1_500 }))
    expect(result).toMatchObject({ fault: 'timeout', message: 'No answer within 1.5 s' })
  })

  test.each<[string, OnRequest]>([
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['closes amid its headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nx-a: b')],
  ])('that %s before an answer: a reset, and no second request', async (_name, onRequest) => {
    const { sender, receiver, url } = await setup(onRequest)
    const result = expectKind(await sender.send(requestTo(url)), 'unreachable')
    expect(result.fault).toBe('reset')
    expect(result.message).toMatch(/^The connection was (closed|reset) before an answer came/)
    expect(receiver.requests).toHaveLength(1)
  })

  test.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['half a protocol', 'HTTP/1.1 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 X\r\n\r\n'],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['nothing but empty lines', '\r\n'.repeat(10_000)],
    ['a status line without end', `HTTP/1.1${' '.repeat(20_000)}`],
    ['interim answers without end', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(101)],
    [
      'an interim head without end',
      `HTTP/1.1 103 Early Hints\r\n${'x-long: vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv\r\n'.repeat(1000)}`,
    ],
  ])('that answers %s: a protocol fault', async (_name, text) => {
    const { sender, url } = await setup((socket) => socket.write(text, 'latin1'))
    const result = expectKind(await sender.send(requestTo(url)), 'unreachable')
    expect(result.fault).toBe('protocol')
    expect(result.message.length).toBeGreaterThan(20)
  })

  test('that is not there: the connection was refused', async () => {
    const { receiver, sender, url } = await setup(answerOk)
    await receiver.close()
    const result = expectKind(await sender.send(requestTo(url)), 'unreachable')
    expect(result).toMatchObject({
      fault: 'connect',
      message: 'The connection was refused (ECONNREFUSED)',
    })
  })
})

describe('an idle connection', () => {
  test('that dies as it is used again costs no attempt: one more try over a fresh one', async () => {
    const { sender, receiver, url } = await setup((socket, _request, number) => {
      if (number === 2) socket.resetAndDestroy()
      else socket.write(answerText('200 OK'))
    })
    expectKind(await sender.send(requestTo(url)), 'answered')
    expectKind(await sender.send(requestTo(url)), 'answered')
    expect(receiver.requests).toHaveLength(3)
    expect(new Set(receiver.requests).size).toBe(1)
    expect(receiver.connections).toHaveLength(2)
  })

  test('is tried again once only', async () => {
    const { sender, receiver, url } = await setup((socket, _request, number) => {
      if (number > 1) socket.resetAndDestroy()
      else socket.write(answerText('200 OK'))
    })
    expectKind(await sender.send(requestTo(url)), 'answered')
    expect(await sender.send(requestTo(url))).toMatchObject({ fault: 'reset' })
    expect(receiver.requests).toHaveLength(3)
  })

  test('that dies later, or amid an answer, is the fault of the endpoint', async () => {
    const clock = manualClock()
    const { sender, receiver, url } = await setup(
      (socket, _request, number) => {
        if (number === 2) clock.advance(1_000)
        if (number === 4) socket.write('HTTP/1.1 2')
        if (number % 2 === 0) setImmediate(() => socket.end())
        else socket.write(answerText('200 OK'))
      },
      { clock },
    )
    for (const sent of [2, 4]) {
      expectKind(await sender.send(requestTo(url)), 'answered')
      expect(await sender.send(requestTo(url))).toMatchObject({ fault: 'reset' })
      expect(receiver.requests).toHaveLength(sent)
    }
  })

  test('that was closed meanwhile is not used', async () => {
    const { sender, receiver, url } = await setup((socket) => {
      socket.end(answerText('200 OK', ['connection: close']))
    })
    for (let i = 0; i < 3; i++) expectKind(await sender.send(requestTo(url)), 'answered')
    expect(receiver.connections).toHaveLength(3)
    expect(receiver.requests).toHaveLength(3)
  })
})

describe('a stop', () => {
  const STOPPED = {
    kind: 'our-fault',
    message: 'The server was stopped before the answer came',
  }

  test('by signal ends an open request, and one that has not begun', async () => {
    const controller = new AbortController()
    const { sender, receiver, url } = await setup(() => controller.abort())
    expect(await sender.send(requestTo(url), controller.signal)).toMatchObject(STOPPED)
    await closed(receiver)
    expect(await sender.send(requestTo(url), controller.signal)).toMatchObject(STOPPED)
    expect(receiver.requests).toHaveLength(1)
  })

  test('that only the clock knows of sends nothing any more, over a used connection or a fresh one', async () => {
    const { sender, receiver, url } = await setup(answerOk)
    const { signal } = new AbortController()
    const isOver = () => false
    expect(await sender.send(requestTo(url), signal, isOver)).toMatchObject(STOPPED)
    expectKind(await sender.send(requestTo(url), signal), 'answered')
    expect(await sender.send(requestTo(url), signal, isOver)).toMatchObject(STOPPED)
    expectKind(await sender.send(requestTo(url), signal), 'answered')
    expect(receiver.requests).toHaveLength(2)
  })

  test('by one signal for a thousand requests warns about no leak', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    const { sender, url } = await setup(answerOk)
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 100 }, () => sender.send(requestTo(url), signal)))
    await new Promise(setImmediate)
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  test('after the headers leaves the answer standing', async () => {
    const clock = manualClock()
    const controller = new AbortController()
    const { sender, url } = await setup(
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'),
      { clock },
    )
    const sending = sender.send(requestTo(url), controller.signal)
    await clock.whenArmed(2_000)
    controller.abort()
    expect(expectKind(await sending, 'answered').status).toBe(200)
  })

  test('by destroy ends what is open and takes nothing new', async () => {
    const { sender, receiver, url } = await setup(() => {})
    const sending = [sender.send(requestTo(url)), sender.send(requestTo(url))]
    await expect.poll(() => receiver.requests.length).toBe(2)
    await sender.destroy()
    for (const result of await Promise.all(sending)) expect(result).toMatchObject(STOPPED)
    expect(await sender.send(requestTo(url))).toMatchObject(STOPPED)
  })

  test('by close lets open requests end, then closes the connections', async () => {
    let release = (): void => {}
    const { sender, receiver, url } = await setup((socket) => {
      release = () => socket.write(answerText('200 OK'))
    })
    const sending = sender.send(requestTo(url))
    await expect.poll(() => receiver.requests.length).toBe(1)
    const closing = sender.close()
    expect(await sender.send(requestTo(url))).toMatchObject(STOPPED)
    release()
    expectKind(await sending, 'answered')
    await closing
    await closed(receiver)
  })
})
