/** How long connections live, and how many. */
import type { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { answerText, closed, type OnRequest } from '../../test/send/endpoint.ts'
import {
  createSender,
  endpoint,
  expectKind,
  nameServer,
  requestTo,
  type SenderOptions,
} from '../../test/send/sender.ts'

const answerOk: OnRequest = (socket) => socket.write(answerText('200 OK'))

/** Draws always the same. */
const drawing = (fraction: number) => ({ fraction: () => fraction, bytes: Buffer.alloc })

async function setup(options: SenderOptions = {}, onRequest = answerOk) {
  const clock = manualClock()
  const openedAt: number[] = []
  const receiver = await endpoint(onRequest, {
    onConnection: () => openedAt.push(clock.monotonic()),
  })
  const sender = createSender({ clock, ...options })
  const send = async (url = `http://127.0.0.1:${receiver.port}/`) =>
    expectKind(await sender.send(requestTo(url, { timeoutMs: 90_000 })), 'answered')
  return { clock, receiver, sender, send, openedAt }
}

describe('while traffic goes on', () => {
  test.each([
    [0, [0, 60_000, 120_000]],
    [0.5, [0, 54_000, 108_000]],
    [0.99, [0, 49_000, 98_000, 147_000]],
  ])(
    'a connection is used for a minute at most, less what is drawn (%d)',
    async (drawn, opened) => {
      const { clock, send, openedAt } = await setup({ random: drawing(drawn) })
      for (let second = 0; second < 150; second++) {
        await send()
        clock.advance(1_000)
      }
      expect(openedAt).toEqual(opened)
    },
  )

  test('a name that has moved is called at its new address within a minute', async () => {
    const clock = manualClock()
    const before = await endpoint(answerOk, { host: '127.0.0.2' })
    const after = await endpoint(answerOk, { host: '127.0.0.3', port: before.port })
    let address = '127.0.0.2'
    const names = await nameServer((_name, type) => (type === 'A' ? [address] : []))
    const sender = createSender({ clock, nameServers: [names.address] })
    const url = `http://hooks.test:${before.port}/`
    for (let second = 0; second < 100; second++) {
      if (second === 5) address = '127.0.0.3'
      expectKind(await sender.send(requestTo(url)), 'answered')
      clock.advance(1_000)
    }
    expect(before.requests.length).toBeLessThanOrEqual(60)
    expect(after.requests.length).toBe(100 - before.requests.length)
  })

  test('an answer that comes when the minute is over is the last', async () => {
    const { clock, send, receiver } = await setup({ random: drawing(0) }, (socket) => {
      clock.advance(60_000)
      answerOk(socket, '', 0)
    })
    for (let i = 0; i < 2; i++) expect((await send()).status).toBe(200)
    expect(receiver.connections).toHaveLength(2)
  })
})

describe('an idle connection', () => {
  test('is closed after four seconds, by itself', async () => {
    const { clock, send, receiver } = await setup()
    await send()
    for (let second = 0; second < 4; second++) clock.advance(1_000)
    await closed(receiver)
  })

  test('is kept two seconds shorter than the endpoint says that it waits', async () => {
    const keep = (socket: Parameters<OnRequest>[0]) =>
      socket.write(answerText('200 OK', ['Keep-Alive: timeout=3, max=100']))
    const { clock, send, receiver } = await setup({}, keep)
    await send()
    clock.advance(999)
    await send()
    expect(receiver.connections).toHaveLength(1)
    clock.advance(1_000)
    await send()
    expect(receiver.connections).toHaveLength(2)
  })

  test('of many is closed when it was used least recently, over all origins', async () => {
    const clock = manualClock()
    const sender = createSender({ clock, idleConnectionsMax: 3 })
    const receivers = await Promise.all(Array.from({ length: 5 }, () => endpoint(answerOk)))
    const send = async (index: number) => {
      const url = `http://127.0.0.1:${receivers[index]?.port}/`
      expectKind(await sender.send(requestTo(url)), 'answered')
    }
    for (const index of [0, 1, 2, 0, 3, 4]) await send(index)
    await expect
      .poll(() => receivers.map(({ connections }) => connections[0]?.destroyed))
      .toEqual([false, true, true, false, false])
    for (const index of [0, 3, 4]) await send(index)
    for (const index of [0, 3, 4]) expect(receivers[index]?.connections).toHaveLength(1)
  })
})

describe('what comes in single bytes', () => {
  /** A byte with every turn of the loop. */
  const bytewise =
    (text: string): OnRequest =>
    (socket) => {
      let at = 0
      const next = () => {
        if (at === text.length) return
        socket.write(text.charAt(at++), 'latin1')
        setImmediate(next)
      }
      next()
    }
  const text = answerText('200 OK', [`x-long: ${'v'.repeat(900)}`], '{"received":true}')

  test('is an answer like any other', async () => {
    const receiver = await endpoint(bytewise(text))
    const sender = createSender()
    const request = requestTo(`http://127.0.0.1:${receiver.port}/`)
    for (let i = 0; i < 2; i++) {
      const result = expectKind(await sender.send(request), 'answered')
      expect(result).toMatchObject({ status: 200, note: 'acknowledged' })
    }
    expect(receiver.connections).toHaveLength(1)
  })

  test('is gathered by the kernel, for longer and longer, while we do something else', async () => {
    const { clock, send, receiver } = await setup({}, bytewise(text))
    const answered = send()
    const waits: number[] = []
    // The first brings the byte that came before reading stopped, the second all the others: unless the
    // system had more of them together, or less.
    for (const waitMs of [10, 20, 40, 80]) {
      const isOver = await Promise.race([clock.whenArmed(waitMs), answered.then(() => true)])
      if (isOver === true) break
      waits.push(waitMs)
      await untilWritten(receiver.connections[0], text.length)
      clock.advance(waitMs)
    }
    expect((await answered).status).toBe(200)
    expect(waits[0]).toBe(10)
  })
})

async function untilWritten(socket: Socket | undefined, bytes: number): Promise<void> {
  await vi.waitFor(() => expect(socket?.bytesWritten).toBe(bytes))
}
