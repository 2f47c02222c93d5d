/** Every adapter, in every place it may be mounted in, answers the same requests in the same way. */
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import express from 'express'
import express4 from 'express-4'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { LEAD_BODIES } from '../test/formats.ts'
import {
  guideHeaders,
  LEAD_BODY,
  modernHeaders,
  OTHER_BODY,
  SECRET,
  signedHeaders,
} from '../test/sign-request.ts'
import type { LeadSubmitEvent } from './event.ts'
import { createHandler as createExpressHandler } from './express.ts'
import { createHandler as createFastifyHandler } from './fastify.ts'
import { createHandler as createFetchHandler } from './fetch.ts'
import type { EventContext, HandlerOptions } from './handler.ts'
import { createHandler as createHonoHandler } from './hono.ts'
import { createPagesHandler, createRouteHandler } from './next.ts'
import { createHandler as createNodeHandler } from './node.ts'

type Send = (init: RequestInit) => Promise<Response>
type Mount = (options: HandlerOptions) => Promise<Send>

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const onExpress =
  (prepare: (app: express.Express) => void, version = express): Mount =>
  (options) => {
    const app = version()
    prepare(app)
    app.all('/hook', createExpressHandler(options))
    // What comes after must not matter to us, nor we to it.
    app.use(express.json())
    return listen(app)
  }

const MOUNTS: Record<string, Mount> = {
  'node:http': (options) => listen(createNodeHandler(options)),
  'Express before express.json': onExpress(() => {}),
  'Express 4 before express.json': onExpress(() => {}, express4),
  'Express 4 after a parser that leaves {} for what it passed over': onExpress((app) => {
    app.use(express4.json({ type: 'application/x-other' }))
  }, express4),
  'Express 4 after express.raw': onExpress((app) => {
    app.use(express4.raw({ type: 'application/json', limit: '1mb' }))
  }, express4),
  'Express 4 after express.json': onExpress((app) => {
    app.use(express4.json({ limit: '1mb' }))
  }, express4),
  'Express after express.raw': onExpress((app) => {
    app.use(express.raw({ type: 'application/json', limit: '1mb' }))
  }),
  'Express after express.text': onExpress((app) => {
    app.use(express.text({ type: 'application/json', limit: '1mb' }))
  }),
  'Express after express.json that keeps rawBody': onExpress((app) => {
    const verify = (request: express.Request, _response: unknown, raw: Buffer) => {
      Object.assign(request, { rawBody: raw })
    }
    app.use(express.json({ verify, limit: '1mb' }))
  }),
  'Express after express.json': onExpress((app) => {
    app.use(express.json({ limit: '1mb' }))
  }),
  Hono: (options) => {
    const app = new Hono().all('/hook', createHonoHandler(options))
    return Promise.resolve(async (init) => app.request('/hook', init))
  },
  'Hono after hono.json': (options) => {
    const app = new Hono()
    app.use(async (context, next) => {
      await context.req.json().catch(() => null)
      await next()
    })
    app.all('/hook', createHonoHandler(options))
    return Promise.resolve(async (init) => app.request('/hook', init))
  },
  'Next.js Pages Router, parser off': (options) => listen(createPagesHandler(options)),
  'Next.js Pages Router, parser on': (options) => {
    const handle = createPagesHandler(options)
    return listen(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined
      await handle(Object.assign(request, { body }), response)
    })
  },
  'Next.js App Router': async (options) => {
    const POST = createRouteHandler(options)
    return (init) => POST(new Request('http://localhost/hook', init))
  },
  Fastify: async (options) => {
    const app = fastify()
    app.register(createFastifyHandler(options), { prefix: '/hook' })
    closers.push(() => app.close())
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return (init) => fetch(`${url}/hook`, init)
  },
  Fetch: async (options) => {
    const handle = createFetchHandler(options)
    return (init) => handle(new Request('http://localhost/hook', init))
  },
}

describe.each(Object.entries(MOUNTS))('%s', (name, mount) => {
  test('hands a lead over, typed, with what was signed about it', async () => {
    const { send, received } = await setup(mount)
    const answer = await send({ headers: signedHeaders(LEAD_BODY), body: LEAD_BODY })
    expect(answer.status).toBe(200)
    // Fastify adds a charset of its own.
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/)
    expect(await answer.text()).toBe('{"received":true}')
    expect(received).toEqual([
      {
        event: JSON.parse(LEAD_BODY),
        context: {
          signedBy: 'modern',
          format: 'guide',
          hashed: /after (express|hono)\.json$|parser on/.test(name) ? 'reserialized' : 'raw',
          id: 'evt_1',
          timestampSeconds: expect.any(Number),
          headers: expect.anything(),
        },
      },
    ])
  })

  test('hands over the other spelling of the lead event, and what only one header vouches for', async () => {
    const { send, received } = await setup(mount)
    const body = LEAD_BODY.replace('lead.', 'leads.')
    expect((await send({ headers: guideHeaders(body), body })).status).toBe(400)
    expect((await send({ headers: modernHeaders(body), body })).status).toBe(200)
    const byChoice = await setup(mount, { require: 'either' })
    expect((await byChoice.send({ headers: guideHeaders(body), body })).status).toBe(200)
    const all = [...received, ...byChoice.received]
    expect(all.map(({ event }) => event.eventType)).toEqual(['leads.submit', 'leads.submit'])
  })

  test('hands over each format, by either header', async () => {
    const { send, received } = await setup(mount)
    const byGuide = await setup(mount, { require: 'guide' })
    for (const body of Object.values(LEAD_BODIES)) {
      const headers = signedHeaders(body)
      const request = { headers, body }
      expect((await send(request)).status).toBe(200)
      expect((await byGuide.send(request)).status).toBe(200)
    }
    const upper = signedHeaders(LEAD_BODIES.event)['x-chatzuri-signature']?.toUpperCase() ?? ''
    const forged = { headers: { 'x-chatzuri-signature': upper }, body: LEAD_BODIES.event }
    expect((await byGuide.send(forged)).status).toBe(400)
    for (const each of [received, byGuide.received]) {
      expect(each.map(({ context }) => context.format)).toEqual(['guide', 'agent', 'event'])
      expect(each.map(({ event }) => JSON.stringify(event))).toEqual(Object.values(LEAD_BODIES))
    }
  })

  test('accepts any text', async () => {
    const { send, received } = await setup(mount)
    const customerName = `"'\\/</script>&\u2028\u2029 عربي 😀 \u0001 ${'é'.repeat(10_000)}`
    const lead: LeadSubmitEvent = JSON.parse(LEAD_BODY)
    const body = JSON.stringify({ ...lead, payload: { ...lead.payload, customerName } })
    expect((await send({ headers: signedHeaders(body), body })).status).toBe(200)
    expect(received[0]?.event.payload).toMatchObject({ customerName })
  })

  test('acknowledges an event that nobody handles', async () => {
    const { send, received } = await setup(mount)
    const answer = await send({ headers: signedHeaders(OTHER_BODY), body: OTHER_BODY })
    expect([answer.status, await answer.text()]).toEqual([200, '{"received":true,"ignored":true}'])
    expect(received).toEqual([])
  })

  test('refuses a wrong signature, none, and one that is too old', async () => {
    const { send, received, errors } = await setup(mount)
    const ofAnother = signedHeaders(OTHER_BODY)
    const malformed = { ...signedHeaders(LEAD_BODY), 'webhook-signature': 'x' }
    for (const headers of [ofAnother, {}, malformed]) {
      const answer = await send({
        headers: { 'content-type': 'application/json', ...headers },
        body: LEAD_BODY,
      })
      expect(answer.status).toBe(400)
      expect(await answer.text()).toBe(`{"message":"Signature didn't match"}`)
    }
    const old = modernHeaders(LEAD_BODY, { timestampSeconds: 1_000_000_000 })
    expect((await send({ headers: old, body: LEAD_BODY })).status).toBe(400)
    expect(errors).toMatchObject(
      ['no_match', 'missing_header', 'malformed_header', 'too_old'].map((code) => ({ code })),
    )
    expect(received).toEqual([])
  })

  test('refuses other methods, and says which one it takes', async () => {
    const { send } = await setup(mount)
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await send({ method })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    }
  })

  test('answers 500 without details when the handler fails, and goes on', async () => {
    const { send, received, errors } = await setup(mount)
    const failure = new Error('the CRM is away')
    received.failNext = failure
    const failed = await send({ headers: signedHeaders(LEAD_BODY), body: LEAD_BODY })
    expect([failed.status, await failed.text()]).toEqual([
      500,
      `{"message":"The event couldn't be handled"}`,
    ])
    expect(errors).toEqual([failure])
    const again = await send({ headers: signedHeaders(LEAD_BODY), body: LEAD_BODY })
    expect(again.status).toBe(200)
  })
})

// Where a parser came first, it has answered these already, in its own words.
const UNPARSED = Object.entries(MOUNTS).filter(
  ([name]) => !/after (express|hono)\.json|parser on/.test(name),
)

describe.each(UNPARSED)('%s, which sees the bytes first,', (_, mount) => {
  test('refuses what is signed but not JSON', async () => {
    const { send, errors } = await setup(mount)
    for (const body of ['{', '']) {
      expect((await send({ headers: signedHeaders(body), body })).status).toBe(400)
      // An empty body leaves a parser with nothing to hand on.
      expect(errors.at(-1)).toMatchObject({ code: 'not_json' })
    }
  })

  test('refuses a body over the limit, however it is sent', async () => {
    const { send, received } = await setup(mount, { bodyBytesMax: 1000 })
    const body = JSON.stringify({
      eventType: 'a.b',
      chatbotId: 'b',
      payload: { x: 'x'.repeat(5e5) },
    })
    const headers = signedHeaders(body)
    expect((await send({ headers, body })).status).toBe(413)
    const stream: RequestInit = { headers, body: new Blob([body]).stream(), duplex: 'half' }
    expect((await send(stream)).status).toBe(413)
    expect(received).toEqual([])
    expect((await send({ headers: signedHeaders(LEAD_BODY), body: LEAD_BODY })).status).toBe(200)
  })
})

test('a Request that somebody has read is a fault of the set-up, which says what to do', async () => {
  const errors: unknown[] = []
  const handle = createFetchHandler({ secret: SECRET, on: {}, onError: (e) => errors.push(e) })
  const headers = signedHeaders(LEAD_BODY)
  const request = new Request('http://localhost', { method: 'POST', headers, body: LEAD_BODY })
  await request.json()
  expect((await handle(request)).status).toBe(500)
  expect(errors).toMatchObject([
    { code: 'parsed_body', message: expect.stringContaining('request.text()') },
  ])
})

test('Fastify goes on parsing what is not ours', async () => {
  const app = fastify()
  app.register(createFastifyHandler({ secret: SECRET, on: {} }), { prefix: '/hook' })
  app.post('/own', (request) => request.body)
  const answer = await app.inject({ method: 'POST', url: '/own', payload: { a: 1 } })
  expect(answer.json()).toEqual({ a: 1 })
})

test('a sender that goes away in the middle of its body is no event and no crash', async () => {
  const errors = Promise.withResolvers<unknown>()
  const server = http.createServer(
    createNodeHandler({ secret: SECRET, on: {}, onError: errors.resolve }),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => closeServer(server))
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\nhalf')
  await once(server, 'request')
  socket.destroy()
  expect(await errors.promise).toBeInstanceOf(Error)
})

async function setup(mount: Mount, options: Partial<HandlerOptions> = {}) {
  const received: { event: LeadSubmitEvent; context: EventContext }[] & { failNext?: Error } = []
  const errors: unknown[] = []
  const post = await mount({
    secret: SECRET,
    on: {
      'lead.submit': async (event, context) => {
        const { failNext } = received
        delete received.failNext
        if (failNext) throw failNext
        received.push({ event, context })
      },
    },
    onError: (error) => errors.push(error),
    ...options,
  })
  const send: Send = (init) => {
    const headers = { 'content-type': 'application/json', ...init.headers }
    return post({ method: 'POST', ...init, headers })
  }
  return { send, received, errors }
}

async function listen(handle: http.RequestListener): Promise<Send> {
  const server = http.createServer(handle)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => closeServer(server))
  const { port } = server.address() as AddressInfo
  return (init) => fetch(`http://127.0.0.1:${port}/hook`, init)
}

async function closeServer(server: http.Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
