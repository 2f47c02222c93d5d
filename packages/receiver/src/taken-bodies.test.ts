/** Bodies that somebody else has touched before us: begun, paused, decoded, kept in part, or used up. */
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import net, { type AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import fastify, { type FastifyInstance } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { LEAD_BODY, modernHeaders, SECRET } from '../test/sign-request.ts'
import { createHandler as createFastifyHandler } from './fastify.ts'
import { createHandler as createFetchHandler } from './fetch.ts'
import type { HandlerOptions } from './handler.ts'
import { createHandler, type ParsedRequest } from './node.ts'

const BODY = LEAD_BODY.replace('Ann', 'Zoë 😀 漢字')
const BYTES = Buffer.from(BODY)
/** In the middle of the ë, so that no half is UTF-8. */
const SPLIT_AT = BYTES.indexOf(Buffer.from('ë')) + 1
const ENCODINGS = ['utf8', 'latin1', 'binary', 'hex', 'base64', 'base64url'] as const

/** What comes before our handler: done when it hands the request on. */
type Before = (request: ParsedRequest) => unknown

const keepText: Before = (request) => {
  request.rawBody = ''
  request.on('data', (chunk) => {
    request.rawBody = `${request.rawBody}${chunk}`
  })
}
const keepBytes = (request: ParsedRequest) => {
  request.rawBody = Buffer.alloc(0)
  request.on('data', (chunk: Buffer) => {
    request.rawBody = Buffer.concat([request.rawBody as Buffer, chunk])
  })
}

const TAKEN: Record<string, Before> = {
  ...Object.fromEntries(
    ENCODINGS.map((encoding) => [
      `decoded as ${encoding}`,
      (request: IncomingMessage) => request.setEncoding(encoding),
    ]),
  ),
  'is paused': (request) => request.pause(),
  'is paused and decoded': (request) => request.setEncoding('utf8').pause(),
  'has a reader that never reads': (request) => request.on('readable', () => {}),
  'flows into another stream': (request) => request.pipe(new PassThrough()).resume(),
  'flows into a stream that nobody reads': (request) =>
    request.pipe(new PassThrough({ highWaterMark: 1 })),
  'is being kept as text': (request) => keepText(request.setEncoding('utf8')),
  'is being kept as Latin-1': (request) => keepText(request.setEncoding('latin1')),
  'is being kept as bytes': keepBytes,
  'was begun, and is being kept as bytes': async (request) => {
    keepBytes(request)
    await once(request, 'data')
  },
  'was begun, and is being kept as text': async (request) => {
    keepText(request.setEncoding('utf8'))
    await once(request, 'data')
  },
  'was begun, kept and paused': async (request) => {
    keepBytes(request)
    await once(request, 'data')
    request.pause()
  },
  'was kept as bytes': async (request) => {
    keepBytes(request)
    await once(request, 'end')
  },
  'was kept as text': async (request) => {
    keepText(request.setEncoding('utf8'))
    await once(request, 'end')
  },
  'was kept as a body': async (request) => {
    keepBytes(request)
    await once(request, 'end')
    Object.assign(request, { body: request.rawBody, rawBody: undefined })
  },
  'was parsed': async (request) => {
    keepBytes(request)
    await once(request, 'end')
    Object.assign(request, { body: JSON.parse(String(request.rawBody)), rawBody: undefined })
  },
  'was read to its end by a loop that left it on the request': async (request) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    request.rawBody = Buffer.concat(chunks)
  },
}

test.each(Object.entries(TAKEN))('a body that %s is taken', async (_, before) => {
  const { send, errors, names } = await setup(before)
  expect([await send(), errors]).toEqual([200, []])
  expect(names).toEqual(['Zoë 😀 漢字'])
})

test.each([BODY, BYTES])('beside an empty stream what was kept is taken', async (rawBody) => {
  const statuses: number[] = []
  const handle = createHandler({ secret: SECRET, on: { 'lead.submit': () => {} } })
  const head = { method: 'POST', headers: modernHeaders(BODY), rawBody }
  const response = { writeHead: (status: number) => ({ end: () => statuses.push(status) }) }
  await handle(
    Object.assign(Readable.from([]), head) as unknown as ParsedRequest,
    response as unknown as http.ServerResponse,
  )
  expect(statuses).toEqual([200])
})

const LOST: Record<string, Before> = {
  'used up': async (request) => {
    request.resume()
    await once(request, 'end')
  },
  'used up while it came': async (request) => {
    request.resume()
    await once(request, 'data')
  },
  'begun and left': async (request) => {
    await once(request, 'data')
    request.removeAllListeners('data').pause()
  },
  'decoded as ASCII': (request) => request.setEncoding('ascii'),
  'decoded as UTF-16': (request) => request.setEncoding('utf16le'),
  'decoded as UCS-2, and kept': (request) => keepText(request.setEncoding('ucs2')),
}

test.each(Object.entries(LOST))('a body that was %s is said to be lost', async (_, before) => {
  const { send, errors, names } = await setup(before)
  expect(await send()).toBe(500)
  expect(errors).toMatchObject([{ code: 'parsed_body' }])
  expect(names).toEqual([])
})

test('an empty body that is signed is no event, whoever read it', async () => {
  const { send, errors } = await setup(async (request) => {
    request.resume()
    await once(request, 'end')
    request.rawBody = ''
  })
  expect(await send([Buffer.alloc(0)])).toBe(400)
  expect(errors).toMatchObject([{ code: 'not_json' }])
})

test.each([
  ['paused', (request: IncomingMessage) => request.pause()],
  ['decoded', (request: IncomingMessage) => request.setEncoding('utf8')],
  ['being kept', keepBytes],
])('a body over the limit that is %s is answered 413', async (_, before) => {
  const { send } = await setup(before, { bodyBytesMax: 200 })
  expect(await send([BYTES, Buffer.alloc(100_000, 'x')])).toBe(413)
})

test.each([
  ['nobody reads', () => {}],
  ['somebody keeps', keepBytes],
  ['is paused', (request: IncomingMessage) => request.pause()],
  ['somebody destroyed', (request: IncomingMessage) => request.destroy()],
])('a request that breaks off and that %s is an error, and no crash', async (_, before) => {
  const failed = Promise.withResolvers<unknown>()
  const { server, port, names } = await setup(before, { onError: failed.resolve })
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {}) // It may be we who reset it.
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${BYTES.length}\r\n\r\n`)
  await once(server, 'request')
  socket.write(BYTES.subarray(0, 10), () => socket.destroy())
  expect(await failed.promise).toBeInstanceOf(Error)
  expect(names).toEqual([])
})

test('a request that was answered meanwhile is not answered again', async () => {
  const answered = await setup(() => {}, {
    on: { '*': () => answered.responses[0]?.writeHead(503).end() },
  })
  expect(await answered.send()).toBe(503)
  expect(answered.rejections).toEqual([])
})

test('what only looks like a request is taken by what it holds', async () => {
  const handle = createHandler({ secret: SECRET, on: {} })
  for (const body of [BODY, BYTES, JSON.parse(BODY)]) {
    const statuses: number[] = []
    const response = {
      writeHead(status: number) {
        statuses.push(status)
        return { end() {} }
      },
    }
    const request = { method: 'POST', headers: modernHeaders(BODY), body }
    await handle(request as never, response as never)
    expect(statuses).toEqual([200])
  }
})

test.each([
  ['as it comes', () => {}, 200],
  ['paused and decoded', (request: ParsedRequest) => request.setEncoding('utf8').pause(), 200],
  ['used up', TAKEN['was kept as bytes'], 200],
  ['lost', LOST['used up'], 500],
])('over HTTP/2 a body is answered like any other: %s', async (_, before = () => {}, status) => {
  const handle = createHandler({ secret: SECRET, on: {}, bodyBytesMax: 1000, onError() {} })
  const server = http2.createServer(async (request, response) => {
    await before(request as never)
    await handle(request as never, response as never)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const session = http2.connect(`http://127.0.0.1:${port}`)
  onTestFinished(() => {
    session.destroy()
    server.close()
  })
  const post = async (body: string) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/',
      ...modernHeaders(body),
    })
    stream.on('error', () => {}).end(body)
    const [headers] = await once(stream, 'response')
    stream.resume()
    return headers[':status']
  }
  expect(await post(BODY)).toBe(status)
  if (status === 200) expect(await post('x'.repeat(100_000))).toBe(413)
})

const PLUGINS: Record<string, (app: FastifyInstance) => void> = {
  'parsers of the application’s own': (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_r, _body, done) =>
      done(null, 'mine'),
    )
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_r, _body, done) => done(null, {}))
  },
  'a hook that puts another stream in its place, of text and bytes': (app) => {
    app.addHook('preParsing', async (_request, _reply, payload) => {
      const chunks: Buffer[] = []
      for await (const chunk of payload) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      return Readable.from([bytes.subarray(0, 40).toString(), bytes.subarray(40)]) as never
    })
  },
  'a hook that keeps the bytes and uses them up': (app) => {
    app.decorateRequest('rawBody')
    app.addHook('preParsing', async (request, _reply, payload) => {
      const chunks: Buffer[] = []
      for await (const chunk of payload) chunks.push(chunk)
      Object.assign(request, { rawBody: Buffer.concat(chunks) })
    })
  },
}

test.each(Object.entries(PLUGINS))('Fastify with %s', async (_, prepare) => {
  const names: string[] = []
  const app = fastify()
  onTestFinished(() => app.close())
  prepare(app)
  const on = { '*': ({ payload }: { payload: object }) => names.push(nameIn(payload)) }
  app.register(createFastifyHandler({ secret: SECRET, on }), { prefix: '/hook' })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const headers = { 'content-type': 'application/json', ...modernHeaders(BODY) }
  const answer = await fetch(`${url}/hook`, { method: 'POST', headers, body: BODY })
  expect([answer.status, names]).toEqual([200, ['Zoë 😀 漢字']])
})

test('a Request that somebody is reading is a fault of the set-up', async () => {
  const errors: unknown[] = []
  const handle = createFetchHandler({ secret: SECRET, on: {}, onError: (e) => errors.push(e) })
  const headers = modernHeaders(BODY)
  const request = new Request('http://localhost', { method: 'POST', headers, body: BODY })
  request.body?.getReader()
  expect((await handle(request)).status).toBe(500)
  expect(errors).toMatchObject([{ code: 'parsed_body' }])
})

function nameIn(payload: object): string {
  return String((payload as { customerName?: unknown }).customerName)
}

async function setup(before: Before, options: Partial<HandlerOptions> = {}) {
  const names: string[] = []
  const errors: unknown[] = []
  const rejections: unknown[] = []
  const responses: http.ServerResponse[] = []
  const handle = createHandler({
    secret: SECRET,
    on: { '*': ({ payload }) => names.push(nameIn(payload)) },
    onError: (error) => errors.push(error),
    ...options,
  })
  const server = http.createServer(async (request, response) => {
    responses.push(response)
    const isDone = before(request)
    // Else a turn would pass in which what flows is lost.
    if (isDone instanceof Promise) await isDone
    await handle(request, response).catch((error: unknown) => rejections.push(error))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  /** In two pieces, the second when the first has been seen to arrive. */
  const send = async (pieces = [BYTES.subarray(0, SPLIT_AT), BYTES.subarray(SPLIT_AT)]) => {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const headers = { ...modernHeaders(String(Buffer.concat(pieces))), 'content-length': length }
    const request = http.request({ port, method: 'POST', headers, agent: false })
    const answered = once(request, 'response')
    request.on('error', () => {}) // Past the limit it may be cut.
    const [first, ...rest] = pieces
    const arrived = once(server, 'request')
    request.write(first)
    await arrived
    await new Promise(setImmediate)
    for (const piece of rest) request.write(piece)
    request.end()
    const [response] = await answered
    response.resume()
    return response.statusCode
  }
  return { send, server, port, names, errors, rejections, responses }
}
