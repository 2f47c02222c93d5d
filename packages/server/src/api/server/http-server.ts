/** Fastify, set up so that whatever a stranger sends, even what is not HTTP, is answered in JSON. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Clock } from '../../clock.ts'
import type { ApiError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Metrics } from '../../metrics.ts'
import { answerInOwnersWords } from '../../owner-words.ts'
import type { Random } from '../../random.ts'
import type { SecurityHeaders } from '../../security-headers.ts'
import { apiError, errorAnswer, toApiError } from '../shapes/error-answer.ts'
import { BODY_BYTES_MAX_DEFAULT } from './bodies/body-budget.ts'
import { dropBody, lastWord, unreadBody } from './bodies/dropped-body.ts'
import { type ConnectionLimits, limitConnections } from './connection-limits.ts'
import { ContinueQuestions } from './expect-continue.ts'
import { OpenConnections } from './open-connections.ts'
import { createRequestIds, REQUEST_ID_HEADER, type RequestIds } from './request-id.ts'

/** How often Node looks for connections whose time is up; its default is half a minute. */
const TIMEOUT_CHECK_MS = 1_000
/** Silence on a connection. Above the longest answer to wait for: a test event's 120 s timeout. */
export const SILENCE_MS_MAX = 180_000
/** Above the usual 60 s of proxies, so that it is they who close an idle connection. */
export const KEEP_ALIVE_MS = 72_000
export const HEADER_BYTES_MAX = 16 * 1024
export const REQUEST_HEADERS_MAX = 100
export const URL_BYTES_MAX = 8 * 1024
/** For the last answer to arrive, before a connection that its sender does not close is cut. */
export const LINGER_MS = 2_000

export interface HttpServer {
  app: FastifyInstance
  continues: ContinueQuestions
  connections: OpenConnections
}

export interface HttpServerOptions {
  trustedProxies: string[]
  connections: ConnectionLimits
  /** On every answer. */
  headers: SecurityHeaders
  metrics: Pick<Metrics, 'requestRefused'>
  clock: Clock
  random: Pick<Random, 'bytes'>
  log: Log
}

/** Routes check what they are sent themselves. Fastify's own compilers are half of its start. */
const NO_SCHEMAS = { buildValidator: refuseSchemas, buildSerializer: refuseSchemas }

function refuseSchemas(): never {
  throw new Error('Broken assumption: no route has a schema of Fastify’s')
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { trustedProxies, connections: limits, headers, log } = options
  const requestIds = createRequestIds(options.random)
  const app = fastify({
    genReqId: (raw) => requestIds.of(raw),
    bodyLimit: BODY_BYTES_MAX_DEFAULT,
    requestTimeout: limits.requestMs,
    connectionTimeout: SILENCE_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // Routes answer this themselves: Fastify's own 503 has another shape.
    return503OnClosing: false,
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    // Any length is "not found": an id's check is the route's.
    routerOptions: { maxParamLength: HEADER_BYTES_MAX },
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      requireHostHeader: false,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, limits.headersMs),
    },
    logger: false,
    schemaController: { compilersFactory: NO_SCHEMAS },
    frameworkErrors: (error, request, reply) => {
      answerError({ error, request, reply, ...answering })
    },
    clientErrorHandler: (error, socket) =>
      answerOnSocket(error, socket, { ...options, requestIds }),
  })
  app.decorateReply('errorCode', '')
  app.decorateRequest('caller', null)
  // Node's own limit drops the headers past it without a word, be it the Idempotency-Key.
  app.server.maxHeadersCount = 0
  const connections = new OpenConnections({ ...options, server: app.server })
  limitConnections({ ...options, server: app.server, limits })
  const continues = new ContinueQuestions(app.server)
  const answering = { headers, log, clock: options.clock, connections, continues }
  app.addHook('onRequest', (request, reply, done) => {
    if (request.raw.socket.destroyed) return void reply.hijack()
    reply.headers(headers).header(REQUEST_ID_HEADER, request.id)
    const fault = oversizeFault(request.raw) ?? hostFault(request.raw)
    if (fault) return void done(fault)
    // No route reads the body of a GET; what comes after the answer resets it away.
    if (request.method !== 'GET' || unreadBody(request, continues) !== 'some') done()
    else void dropBody(request.raw).then(() => done())
  })
  app.setErrorHandler((error, request, reply) => {
    answerError({ error, request, reply, ...answering })
  })
  app.addHook('preClose', (done) => {
    connections.end()
    done()
  })
  app.server.on('checkExpectation', (request, response) => {
    const id = requestIds.of(request)
    const answer = answerByHand(apiError('expectation_failed'), { headers, id })
    response.writeHead(answer.statusCode, answer.headers).end(answer.body)
  })
  return { app, connections, continues }
}

function oversizeFault({ url = '', rawHeaders }: IncomingMessage): ApiError | null {
  if (url.length > URL_BYTES_MAX) {
    return apiError('url_too_long', `A URL has at most ${URL_BYTES_MAX} characters`)
  }
  if (rawHeaders.length > 2 * REQUEST_HEADERS_MAX) {
    return apiError('headers_too_large', `A request has at most ${REQUEST_HEADERS_MAX} headers`)
  }
  return null
}

/** A host and a port, or nothing where the target has no host (RFC 9110 section 7.2). */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\da-f:.]+\])(?::\d*)?$/i

/**
 * RFC 9112 section 3.2: without exactly one `Host`, two that stand between us and a client may take
 * the same request for two. Node's own check answers without a word, and takes two.
 */
function hostFault({ rawHeaders, headers, httpVersion }: IncomingMessage): ApiError | null {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  if (hosts === 0) {
    return httpVersion === '1.0' ? null : apiError('bad_request', 'A request needs a Host header')
  }
  if (hosts > 1) return apiError('bad_request', 'A request has one Host header, not several')
  if (HOST.test(headers.host ?? '')) return null
  return apiError('bad_request', 'The Host header is no host')
}

const JSON_TYPE = 'application/json; charset=utf-8'

interface Failure {
  error: unknown
  request: FastifyRequest
  reply: FastifyReply
  headers: SecurityHeaders
  log: Log
  clock: Clock
  connections: OpenConnections
  continues: ContinueQuestions
}

function answerError(failure: Failure) {
  const { error, request, reply, headers, log, clock, connections, continues } = failure
  const known = toApiError(error) ?? internalError(error, { request, log })
  reply.errorCode = known.code
  // Also of what failed before its route was known.
  reply.headers(headers).header(REQUEST_ID_HEADER, request.id)
  if (known.statusCode === 401) reply.header('www-authenticate', 'Bearer')
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', known.retryAfterSeconds)
  if (connections.endsWith(request.raw)) reply.header('connection', 'close')
  const answer = errorAnswer(known, request.id)
  const isOperator = request.caller?.chatbotId === null
  const body = JSON.stringify(isOperator ? answer : answerInOwnersWords(answer))
  reply.code(known.statusCode).header('content-type', JSON_TYPE)
  switch (unreadBody(request, continues)) {
    case 'none':
      return void reply.send(body)
    case 'some':
      // What there is no room for is not waited for either.
      if (known.code !== 'busy') return void dropBody(request.raw).then(() => reply.send(body))
      reply.header('content-length', Buffer.byteLength(body)).header('connection', 'close')
      return void reply.send(lastWord(body, { raw: request.raw, clock, lingerMs: LINGER_MS }))
    case 'too-much':
    case 'not-sent':
      return void reply.header('connection', 'close').send(body)
  }
}

/** What went wrong is in the log, under the request's number; the caller gets only the number. */
function internalError(
  error: unknown,
  { request, log }: Pick<Failure, 'request' | 'log'>,
): ApiError {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log.error({ requestId: request.id, error: told }, 'request.broke')
  return apiError('internal_error', `Something broke on our side; it is logged as ${request.id}`)
}

/** What never became a request: the answer is written by hand, and the connection ends. */
function answerOnSocket(
  error: Error,
  socket: Socket,
  {
    headers: shared,
    clock,
    requestIds,
  }: Pick<HttpServerOptions, 'headers' | 'clock'> & { requestIds: RequestIds },
) {
  if (socket.destroyed || !socket.writable) return
  const known = toApiError(error)
  const isOurs = known !== null && known.code !== 'bad_request'
  const { statusCode, reason, headers, body } = answerByHand(
    isOurs ? known : apiError('bad_request', 'The request is not valid HTTP/1.1'),
    { headers: shared, id: requestIds.next() },
  )
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${statusCode} ${reason}\r\n${head.join('')}\r\n${body}`)
  // To cut it at once could lose the answer; to wait for the sender would let it stay for good.
  const cancel = clock.setTimer(LINGER_MS, () => socket.destroy())
  socket.once('close', cancel)
}

function answerByHand(
  error: ApiError,
  { headers: shared, id }: { headers: SecurityHeaders; id: string },
) {
  const answer = errorAnswer(error, id)
  const body = JSON.stringify(answer)
  const headers = {
    ...shared,
    [REQUEST_ID_HEADER]: id,
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  return { statusCode: answer.statusCode, reason: answer.error, headers, body }
}
