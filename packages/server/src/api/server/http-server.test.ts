import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../test/api/client.ts'
import { withPages } from '../../../test/api/made-pages.ts'
import { sendRaw } from '../../../test/api/raw-request.ts'
import { StoreUnavailable } from '../../errors.ts'
import { silentLog } from '../../log.ts'

const CLOSE = 'Connection: close\r\n'
const KEY = `Authorization: Bearer ${ADMIN_KEY}\r\n`

test.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400, 'bad_request'],
  ['a broken header', `GET /healthz HTTP/1.1\r\nA b: c\r\n\r\n`, 400, 'bad_request'],
  [
    'two lengths',
    `POST /api/v1/chatbots HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}`,
    400,
    'bad_request',
  ],
  ['a URL of 20 KB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`, 431, 'headers_too_large'],
  [
    'headers of 20 KB',
    `GET / HTTP/1.1\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
  [
    'an expectation',
    `POST /api/v1/chatbots HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n${CLOSE}\r\n`,
    417,
    'expectation_failed',
  ],
  ['no host', `GET /healthz HTTP/1.1\r\n${CLOSE}\r\n`, 400, 'bad_request'],
  ['two hosts', `GET /healthz HTTP/1.1\r\nHost: a\r\nhOST: a\r\n${CLOSE}\r\n`, 400, 'bad_request'],
  ['two hosts in one', `GET /healthz HTTP/1.1\r\nHost: a b\r\n${CLOSE}\r\n`, 400, 'bad_request'],
  ['a host with a path', `GET /healthz HTTP/1.1\r\nHost: a/b\r\n${CLOSE}\r\n`, 400, 'bad_request'],
  [
    'two hosts in HTTP/1.0',
    `GET /healthz HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n`,
    400,
    'bad_request',
  ],
  ['no host for a path that is none', `GET /nowhere HTTP/1.1\r\n${CLOSE}\r\n`, 400, 'bad_request'],
  [
    'an unknown path encoding',
    `GET /api/v1/leads/%zz HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n`,
    400,
    'bad_request',
  ],
  ['a method that is none', `BREW / HTTP/1.1\r\n${CLOSE}\r\n`, 400, 'bad_request'],
  ['an HTTP/2 preface that is spoiled', `PRI *BHTTP/2.0\r\n${CLOSE}\r\n`, 400, 'bad_request'],
  [
    'a QUERY without a content type',
    `QUERY /healthz HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n`,
    400,
    'bad_request',
  ],
  [
    'a rare method',
    `PROPFIND /healthz HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n`,
    405,
    'method_not_allowed',
  ],
])('%s is answered in JSON', async (_what, bytes, status, code) => {
  const { url } = await startApiAlone()
  const answer = await sendRaw(url, bytes)
  expect(answer.status).toBe(status)
  expect(answer.json).toMatchObject({ statusCode: status, code })
  expect(answer.head).toContain('x-content-type-options: nosniff')
  expect(answer.head).toContain('content-type: application/json')
})

test.each(['a', 'a:80', '127.0.0.1:8080', '[::1]:8080', 'xn--bcher-kva.example', 'a_b', '', ' a '])(
  'the host "%s" is one',
  async (host) => {
    const { url } = await startApiAlone()
    const answer = await sendRaw(url, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}\r\n`)
    expect(answer.status).toBe(200)
  },
)

test('HTTP/1.0 needs no host', async () => {
  const { url } = await startApiAlone()
  expect((await sendRaw(url, 'GET /healthz HTTP/1.0\r\n\r\n')).status).toBe(200)
})

test('a GET is answered when its body, which nobody reads, has come: else that resets the answer', async () => {
  const { url } = await startApiAlone()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(`GET /openapi.json HTTP/1.1\r\nHost: a\r\n${CLOSE}Content-Length: 2\r\n\r\n`)
  await once(socket, 'connect')
  // Time enough to answer the head alone: others are answered meanwhile.
  for (let other = 0; other < 20; other++) await fetch(`${url}/healthz`)
  expect(socket.bytesRead).toBe(0)
  socket.write('{}')
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  const [, body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n')
  expect(JSON.parse(body)).toHaveProperty('paths')
})

test('a body shorter than it says is answered, and the server goes on', async () => {
  const { url, call } = await startApiAlone()
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(
    `POST /api/v1/chatbots HTTP/1.1\r\nHost: a\r\n${KEY}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"name":`,
  )
  socket.end()
  socket.resume()
  await once(socket, 'close')
  expect((await call('GET', '/healthz')).status).toBe(200)
  expect((await call<{ data: [] }>('GET', '/api/v1/chatbots')).json.data).toEqual([])
})

test('clients that go away in the middle leave no error behind', async () => {
  const error = vi.fn()
  const { url, call } = await startApiAlone(() => ({ log: { ...silentLog, error } }))
  for (let index = 0; index < 10; index += 1) {
    const request = httpRequest(`${url}/api/v1/chatbots`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        'content-length': 5_000,
      },
    })
    request.on('error', () => {})
    request.write('{"name":"')
    await once(request, 'socket')
    request.destroy()
  }
  expect((await call('GET', '/api/v1/chatbots')).status).toBe(200)
  expect(error).not.toHaveBeenCalled()
})

test.each([
  ['Content-Encoding: gzip', /gzip is not unpacked/],
  ['Content-Encoding: deflate', /deflate is not unpacked/],
  ['content-encoding: br', /br is not unpacked/],
  ['Content-Encoding: identity, gzip', /gzip is not unpacked/],
  ['Transfer-Encoding: gzip, chunked', /gzip, chunked is not unpacked/],
  ['Content-Type: application/json; charset=utf-16', /UTF-8, not utf-16/],
  ['Content-Type: application/json; charset="iso-8859-1"', /UTF-8, not iso-8859-1/],
  ['Content-Type: application/json; charset=utf-8; charset=utf-16', /UTF-8, not utf-16/],
])('a body with %s is a 415 with a sentence, before it is read', async (header, sentence) => {
  const { url } = await startApiAlone()
  const type = /content-type/i.test(header) ? '' : 'Content-Type: application/json\r\n'
  const head = `POST /api/v1/chatbots HTTP/1.1\r\nHost: a\r\n${KEY}${CLOSE}${type}${header}\r\n`
  const body = /transfer/i.test(header) ? `\r\n2\r\n{}\r\n0\r\n\r\n` : 'Content-Length: 2\r\n\r\n{}'
  const { json } = await sendRaw(url, head + body)
  expect(json).toMatchObject({ statusCode: 415, code: 'unsupported_media_type' })
  expect(json.message).toMatch(sentence)
})

test('a body that says it is not packed is taken', async () => {
  const { call } = await startApiAlone()
  const headers = { 'content-encoding': 'identity' }
  const { status } = await call('POST', '/api/v1/chatbots', { body: { name: 'A' }, headers })
  expect(status).toBe(201)
})

test('a rejected 10 MB body is read to its end, so that its sender sees the answer', async () => {
  const { url } = await startApiAlone()
  const body = `"${'x'.repeat(10_000_000)}"`
  const head = `POST /api/v1/chatbots HTTP/1.1\r\nHost: a\r\n${KEY}${CLOSE}Content-Type: application/json\r\n`
  const counted = await sendRaw(url, `${head}Content-Length: ${body.length}\r\n\r\n${body}`)
  expect(counted.json).toMatchObject({ statusCode: 413, code: 'body_too_large' })
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  const chunked = await sendRaw(url, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`)
  expect(chunked.json).toMatchObject({ statusCode: 413, code: 'body_too_large' })
})

test('the method that a path does not have is told those that it has', async () => {
  const { call } = await startApiAlone()
  const put = await call('PUT', '/api/v1/webhooks/wh_01m2fm1cnje309kaq5k1xvenpq')
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, PATCH, DELETE'])
  const stream = await call('POST', '/api/v1/stream')
  expect([stream.status, stream.headers.get('allow')]).toEqual([405, 'GET'])
  expect((await call('GET', '/api/v2/chatbots')).status).toBe(404)
  expect((await call('GET', '/api/v1/chatbots/')).status).toBe(404)
  expect((await call('OPTIONS', '/api/v1/chatbots')).status).toBe(405)
})

test('HEAD answers like GET, without the body', async () => {
  const { call } = await startApiAlone()
  const head = await call('HEAD', '/healthz')
  expect([head.status, head.text, head.headers.get('content-length')]).toEqual([200, '', '15'])
  expect((await call('HEAD', '/api/v1/chatbots', { key: null })).status).toBe(401)
})

test('every answer carries the security headers, also a 404 and a 401', async () => {
  const { call } = await startApiAlone()
  for (const path of ['/healthz', '/nowhere', '/api/v1/chatbots']) {
    const { headers } = await call('GET', path, { key: null })
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test('a store that can not commit is a 503 with Retry-After, also for a lead', async () => {
  const away = () => Promise.reject(new StoreUnavailable('the disk is full'))
  const { call } = await startApiAlone(({ store, ingest }) => ({
    store: { ...store, createChatbot: away },
    ingest: { ...ingest, acceptLead: away },
  }))
  const lead = '/api/v1/chatbots/bot_01m2fm1cgye03v13e1wgzp7b71/leads'
  for (const path of ['/api/v1/chatbots', lead]) {
    const body = path === lead ? { customerName: 'Ann' } : { name: 'A' }
    const { status, json, headers } = await call('POST', path, { body })
    expect([status, json.code]).toEqual([503, 'store_unavailable'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(json.message).not.toContain('disk')
  }
})

test('what breaks is a 500 with a number, and only the log knows why', async () => {
  const error = vi.fn()
  const broken = () => Promise.reject(new Error('secret detail'))
  const { call } = await startApiAlone(({ store }) => ({
    store: withPages(store, broken),
    log: { ...silentLog, error },
  }))
  const { status, json, text } = await call('GET', '/api/v1/chatbots')
  expect([status, json.code]).toEqual([500, 'internal_error'])
  expect(text).not.toContain('secret detail')
  const [fields] = error.mock.calls[0] ?? []
  expect(fields.error).toContain('secret detail')
  expect(json.message).toContain(fields.requestId)
})

test('each request is one log line: with its route, never its URL', async () => {
  const info = vi.fn()
  const debug = vi.fn()
  const { call } = await startApiAlone(() => ({ log: { ...silentLog, info, debug } }))
  await call('GET', '/api/v1/leads?q=ann@example.com')
  await call('GET', '/api/v1/leads?q=ann@example.com&x=1')
  expect(debug.mock.calls).toEqual([
    [expect.objectContaining({ route: '/api/v1/leads', statusCode: 200 }), 'request.answered'],
  ])
  expect(info.mock.calls).toEqual([
    [expect.objectContaining({ statusCode: 400, code: 'invalid_input' }), 'request.answered'],
  ])
  expect(JSON.stringify([info.mock.calls, debug.mock.calls])).not.toContain('ann@')
})

test('what comes in on an open connection while the server stops is turned away', async () => {
  const started = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const { url, app, call } = await startApiAlone(({ store }) => ({
    store: withPages(store, async () => {
      started.resolve()
      await finish.promise
      return { rows: [], more: false }
    }),
  }))
  const { hostname, port } = new URL(url)
  const underWay = call('GET', '/api/v1/chatbots')
  await started.promise
  const accepted = once(app.server, 'connection')
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await accepted
  const closed = app.close()
  socket.write(`GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n`)
  await once(socket, 'close')
  const text = Buffer.concat(chunks).toString()
  expect(text).toMatch(/^HTTP\/1\.1 503 /)
  expect(text).toMatch(/retry-after: \d+\r\n/i)
  expect(text).toContain('"code":"not_ready"')
  finish.resolve()
  const { status, headers } = await underWay
  expect([status, headers.get('connection')]).toEqual([200, 'close'])
  await closed
})

test('a download that is under way is finished, and its connection does not hold up the stop', async () => {
  const started = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const { app, call } = await startApiAlone(({ store }) => ({
    store: withPages(store, async (page) => {
      started.resolve()
      await finish.promise
      return store.readPage('leads', {}, page)
    }),
  }))
  const underWay = call('GET', '/api/v1/leads.csv')
  await started.promise
  const closed = app.close()
  finish.resolve()
  expect((await underWay).text).toMatch(/^customerName,/)
  await closed
})
