/** Fastify, set up so that whatever a stranger sends, even what is not HTTP, is answered in JSON. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { ApiError } from '../errors.ts'
import type { Log } from '../log.ts'
import { apiError, errorAnswer, toApiError } from './error-answer.ts'
import { BODY_BYTES_MAX_DEFAULT, COMMON_HEADERS } from './route.ts'

/** Until a request is there as a whole. */
const REQUEST_TIMEOUT_MS = 30_000
/** Silence on a connection. Above the longest answer to wait for: a test event's 120 s timeout. */
const SILENCE_MS_MAX = 180_000
/** Above the usual 60 s of proxies, so that it is they who close an idle connection. */
const KEEP_ALIVE_MS = 72_000
const HEADER_BYTES_MAX = 16 * 1024
/** How much of a rejected body is still read. */
const DRAINED_BYTES_MAX = 64 * 1024 * 1024

export interface HttpServer {
  app: FastifyInstance
  /** True from the moment in which `close` begins. */
  isClosing(): boolean
}

export function createHttpServer(options: { trustedProxies: string[]; log: Log }): HttpServer {
  const { trustedProxies, log } = options
  let closing = false
  const isClosing = () => closing
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX_DEFAULT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENCE_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // Routes answer this themselves: Fastify's own 503 has another shape.
    return503OnClosing: false,
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    // Any length is "not found": an id's check is the route's.
    routerOptions: { maxParamLength: HEADER_BYTES_MAX },
    http: { maxHeaderSize: HEADER_BYTES_MAX, requireHostHeader: false },
    logger: false,
    frameworkErrors: (error, request, reply) => {
      answerError({ error, request, reply, log, isClosing })
    },
    clientErrorHandler: (error, socket) => answerOnSocket(error, socket),
  })
  app.decorateReply('errorCode', '')
  app.decorateRequest('caller', null)
  app.setErrorHandler((error, request, reply) => {
    answerError({ error, request, reply, log, isClosing })
  })
  app.addHook('onRequest', (request, _reply, done) => {
    // No route reads the body of a GET; what comes after the answer resets it away.
    if (request.method !== 'GET' || unreadBody(request) !== 'some') done()
    else void dropBody(request.raw).then(() => done())
  })
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.server.on('checkExpectation', (_request, response) => {
    const { statusCode, headers, body } = answerByHand(apiError('expectation_failed'))
    response.writeHead(statusCode, headers).end(body)
  })
  return { app, isClosing }
}

const JSON_TYPE = 'application/json; charset=utf-8'

interface Failure {
  error: unknown
  request: FastifyRequest
  reply: FastifyReply
  log: Log
  isClosing(): boolean
}

function answerError({ error, request, reply, log, isClosing }: Failure) {
  const known = toApiError(error) ?? internalError(error, { request, log })
  reply.errorCode = known.code
  // Also of what failed before its route was known.
  reply.headers(COMMON_HEADERS)
  if (known.statusCode === 401) reply.header('www-authenticate', 'Bearer')
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', known.retryAfterSeconds)
  if (isClosing()) reply.header('connection', 'close')
  const body = JSON.stringify(errorAnswer(known))
  reply.code(known.statusCode).header('content-type', JSON_TYPE)
  const unread = unreadBody(request)
  if (unread === 'none') {
    void reply.send(body)
  } else if (unread === 'too-much') {
    void reply.header('connection', 'close').send(body)
  } else {
    void dropBody(request.raw).then(() => reply.send(body))
  }
}

/** Whether something of a body may still be coming. */
function unreadBody({ headers, raw }: FastifyRequest): 'none' | 'some' | 'too-much' {
  if (raw.readableEnded || raw.destroyed) return 'none'
  if (headers['transfer-encoding'] !== undefined) return 'some'
  const length = Number(headers['content-length'] ?? 0)
  if (length > DRAINED_BYTES_MAX) return 'too-much'
  return length > 0 ? 'some' : 'none'
}

/**
 * Reads what is left and drops it. Who sends a large body reads no answer before its end; to answer
 * and close earlier resets the connection, and the answer is lost with it.
 */
function dropBody(raw: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let leftBytes = DRAINED_BYTES_MAX
    raw.on('data', (chunk: Buffer) => {
      leftBytes -= chunk.length
      if (leftBytes < 0) resolve()
    })
    raw.once('end', resolve)
    raw.once('close', resolve)
    raw.resume()
  })
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
function answerOnSocket(error: Error, socket: Socket) {
  if (socket.destroyed || !socket.writable) return
  const known = toApiError(error)
  const isOurs = known !== null && known.code !== 'bad_request'
  const { statusCode, reason, headers, body } = answerByHand(
    isOurs ? known : apiError('bad_request', 'The request is not valid HTTP/1.1'),
  )
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${statusCode} ${reason}\r\n${head.join('')}\r\n${body}`)
}

function answerByHand(error: ApiError) {
  const answer = errorAnswer(error)
  const body = JSON.stringify(answer)
  const headers = {
    ...COMMON_HEADERS,
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  return { statusCode: answer.statusCode, reason: answer.error, headers, body }
}
