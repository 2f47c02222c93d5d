import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../test/api/client.ts'
import { withPages } from '../../../test/api/made-pages.ts'
import { silentLog } from '../../log.ts'
import type { ApiDeps } from '../deps.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import { PIPELINED_MAX } from './open-connections.ts'

const KEY = `Authorization: Bearer ${ADMIN_KEY}\r\n`

async function setup(
  change: Partial<ConnectionLimits> = {},
  trustedProxies: string[] = [],
  more: (deps: ApiDeps) => Partial<ApiDeps> = () => ({}),
) {
  const warn = vi.fn()
  const api = await startApiAlone((deps) => ({
    ...more(deps),
    config: {
      ...deps.config,
      trustedProxies,
      connections: { ...deps.config.connections, ...change },
    },
    log: { ...silentLog, warn },
  }))
  const { hostname, port } = new URL(api.url)
  const open = (localAddress = '127.0.0.1') => {
    const socket = connect({ host: hostname, port: Number(port), localAddress })
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    return socket
  }
  return { ...api, warn, open }
}

/** Sends text byte by byte, for ever: the last byte again and again. */
function trickle(socket: Socket, head: string, everyMs = 20) {
  socket.write(head)
  const timer = setInterval(() => socket.write('x'), everyMs)
  socket.once('close', () => clearInterval(timer))
}

async function answerOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

async function isServed(socket: Socket): Promise<boolean> {
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
  const [first] = await Promise.race([once(socket, 'data'), once(socket, 'close')])
  return Buffer.isBuffer(first) && first.toString().startsWith('HTTP/1.1 200')
}

test('headers that trickle are cut off by three hundred clients, while healthy requests are answered', async () => {
  const { open, call } = await setup({ headersMs: 500 })
  const slow = Array.from({ length: 300 }, () => open())
  const answers = slow.map(answerOf)
  for (const socket of slow) trickle(socket, 'GET /healthz HTTP/1.1\r\nA: ')
  let healthy = 0
  let left = slow.length
  for (const answer of answers) void answer.then(() => (left -= 1))
  while (left > 0) {
    expect((await call('POST', '/api/v1/chatbots', { body: { name: 'A' } })).status).toBe(201)
    healthy += 1
  }
  expect(healthy).toBeGreaterThan(2)
  for (const text of await Promise.all(answers)) {
    expect(text).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/)
  }
})

test('a body that trickles is cut off, and nothing of it is kept', async () => {
  const { open, call } = await setup({ requestMs: 700, headersMs: 500 })
  const socket = open()
  const head = `POST /api/v1/chatbots HTTP/1.1\r\nHost: a\r\n${KEY}Content-Type: application/json\r\n`
  trickle(socket, `${head}Content-Length: 100000\r\n\r\n{"name":"`)
  expect(await answerOf(socket)).toContain('"code":"request_timeout"')
  expect((await call('GET', '/api/v1/chatbots')).json.data).toEqual([])
})

test('a connection on which nothing is ever said is closed', async () => {
  const { open } = await setup({ headersMs: 300 })
  const silent = open()
  expect(await answerOf(silent)).toContain('"code":"request_timeout"')
})

test('who was answered and neither hangs up nor stops talking is cut off', async () => {
  const { open, app } = await setup({ headersMs: 300 })
  const accepted = once(app.server, 'connection')
  const socket = open()
  socket.allowHalfOpen = true
  trickle(socket, 'GET /healthz HTTP/1.1\r\nA: ')
  const [serverSide] = await accepted
  await once(serverSide, 'close')
})

test('who asks on and on without reading is cut off, and the rest of it is not looked at', async () => {
  const asked = vi.fn(async () => ({ rows: [], more: false }))
  const { open, app, call } = await setup({}, [], ({ store }) => ({
    store: withPages(store, asked),
  }))
  const accepted = once(app.server, 'connection')
  const socket = open()
  socket.pause()
  const [serverSide] = await accepted
  const closed = once(serverSide, 'close')
  socket.write(`GET /api/v1/chatbots HTTP/1.1\r\nHost: a\r\n${KEY}\r\n`.repeat(5_000))
  await closed
  expect(asked.mock.calls.length).toBeLessThanOrEqual(PIPELINED_MAX)
  expect((await call('GET', '/healthz')).status).toBe(200)
})

test('requests sent ahead are answered in their order, as many as may be open', async () => {
  const { open } = await setup()
  const socket = open()
  const requests = Array.from({ length: PIPELINED_MAX }, (_, index) => {
    const last = index === PIPELINED_MAX - 1 ? 'Connection: close\r\n' : ''
    return `GET ${index % 2 === 0 ? '/healthz' : '/nowhere'} HTTP/1.1\r\nHost: a\r\n${last}\r\n`
  })
  socket.write(requests.join(''))
  const statuses = [...(await answerOf(socket)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(
    ([, code]) => code,
  )
  expect(statuses).toEqual(requests.map((_, index) => (index % 2 === 0 ? '200' : '404')))
})

test('one address has so many connections and no more, and others have theirs', async () => {
  const { open, call, warn } = await setup({ perAddressMax: 20 })
  const sockets = Array.from({ length: 20 }, () => open('127.0.0.2'))
  for (const socket of sockets) expect(await isServed(socket)).toBe(true)
  const over = [open('127.0.0.2'), open('127.0.0.2')]
  for (const socket of over) expect(await isServed(socket)).toBe(false)
  expect(await isServed(open('127.0.0.3'))).toBe(true)
  expect((await call('GET', '/metrics')).text).toContain(
    'chatzuri_requests_refused_total{reason="connections"} 2',
  )
  expect(warn.mock.calls).toEqual([[{ limit: 'one address', count: 1 }, 'connections.refused']])
  const [first] = sockets
  first?.destroy()
  await expect.poll(() => isServed(open('127.0.0.2'))).toBe(true)
})

test('a trusted proxy may have more than one address', async () => {
  const { open } = await setup({ perAddressMax: 2 }, ['127.0.0.2/32'])
  for (let index = 0; index < 5; index += 1) expect(await isServed(open('127.0.0.2'))).toBe(true)
})

test('all addresses together have so many connections and no more', async () => {
  const { open, warn } = await setup({ max: 10 })
  const sockets = Array.from({ length: 10 }, (_, index) => open(`127.0.0.${index + 2}`))
  for (const socket of sockets) expect(await isServed(socket)).toBe(true)
  expect(await isServed(open('127.0.1.1'))).toBe(false)
  expect(warn).toHaveBeenCalledWith({ limit: 'all', count: 1 }, 'connections.refused')
  for (const socket of sockets) socket.destroy()
  await expect.poll(() => isServed(open('127.0.1.1'))).toBe(true)
})

test('a hundred headers are read to the last; one more is refused, not dropped', async () => {
  const { open, call } = await setup()
  const filler = Array.from({ length: 94 }, (_, index) => `H${index}: x\r\n`).join('')
  const bot = (await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })).json
  const send = (more: string) => {
    const socket = open()
    const body = '{"customerName":"Ann"}'
    socket.write(
      `POST /api/v1/chatbots/${bot.id}/leads HTTP/1.1\r\nHost: a\r\n${KEY}Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n${filler}${more}Idempotency-Key: k\r\n\r\n${body}`,
    )
    return answerOf(socket)
  }
  const bodies = [await send(''), await send('')].map((text) => text.split('\r\n\r\n')[1])
  expect(bodies[0]).toContain('leadId')
  expect(bodies[1]).toBe(bodies[0])
  expect(await send('One: more\r\n')).toMatch(/^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/)
})

test('a URL of 9,000 characters is refused', async () => {
  const { call } = await setup()
  const { status, json } = await call('GET', `/api/v1/leads?q=${'x'.repeat(9_000)}`)
  expect([status, json.code]).toEqual([414, 'url_too_long'])
})
