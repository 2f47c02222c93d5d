/**
 * One route: what it takes, what it answers, who may call it. The server and the OpenAPI document are
 * made from the same list of these, so neither can know a route that the other doesn't.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { ApiError } from '../errors.ts'
import { type IdKind, isId } from '../id.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Access, Authenticate } from './auth.ts'
import { apiError, isFindable, notFound } from './error-answer.ts'
import type { ErrorCode } from './error-codes.ts'
import { parseInput } from './input.ts'
import type { RequestLimits } from './request-limits.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS'
export type Tag =
  | 'Chatbots'
  | 'Webhooks'
  | 'Leads'
  | 'Events'
  | 'Deliveries'
  | 'Statistics'
  | 'Widget'
  | 'Server'

export interface RouteSpec<Query extends z.ZodType, Body extends z.ZodType> {
  method: Method
  /** As OpenAPI spells it; `{id}` is the only parameter. */
  path: string
  operationId: string
  tag: Tag
  summary: string
  description?: string
  access: Access
  /** Before the body is read: throws for whoever may not come in. Errors carry what it sets. */
  admit?(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** What `{id}` names: anything that isn't such an id is not found. */
  id?: IdKind
  query?: Query
  body?: BodySpec<Body>
  /** For the document: `handle` reads them itself. */
  headers?: HeaderSpec[]
  answer: AnswerSpec
  /** Besides those that any route can answer. */
  errors?: ErrorCode[]
  /** The answer has no end: a HEAD or a duration means nothing. */
  endless?: boolean
  /** What to answer; or the reply itself, when it was sent already. */
  handle(call: Call<z.output<Query>, z.output<Body>>): unknown
}

export interface HeaderSpec {
  name: string
  description: string
  schema: Record<string, unknown>
}

export interface BodySpec<Body extends z.ZodType> {
  schema: Body
  example: z.input<Body>
  /** Without a body, `{}` is taken. */
  optional?: boolean
  bytesMax?: number
}

export interface AnswerSpec {
  status: 200 | 201 | 202 | 204 | 302
  description: string
  /** JSON unless said otherwise. */
  contentType?: string
  schema?: z.ZodType
  example?: unknown
}

export interface Call<Query, Body> {
  /** Empty where the path has no `{id}`. */
  id: string
  query: Query
  body: Body
  request: FastifyRequest
  reply: FastifyReply
}

export type Route = RouteSpec<z.ZodType, z.ZodType>

/** Infers what `handle` gets from the schemas beside it. */
export function defineRoute<Query extends z.ZodType, Body extends z.ZodType>(
  spec: RouteSpec<Query, Body>,
): Route {
  return spec as unknown as Route // the schemas and their handler stay together: nobody mixes them
}

export interface MountOptions {
  authenticate: Authenticate
  /** True while the server stops: what still comes in on open connections is turned away. */
  isClosing(): boolean
  limits: Pick<RequestLimits, 'request' | 'authFailures'>
  metrics: Pick<Metrics, 'requestAnswered'>
  log: Log
}

export const BODY_BYTES_MAX_DEFAULT = 256 * 1024

export function mountRoute(app: FastifyInstance, route: Route, options: MountOptions) {
  const { isClosing } = options
  const arrive = arrivalHook(route, options)
  app.route({
    method: route.method,
    url: route.path.replace('{id}', ':id'),
    bodyLimit: route.body?.bytesMax ?? BODY_BYTES_MAX_DEFAULT,
    exposeHeadRoute: route.method === 'GET' && !route.endless,
    config: { access: route.access, operationId: route.operationId },
    onRequest: route.admit ? [arrive, route.admit] : arrive,
    onResponse: observeAnswers(app, route, options),
    handler: (request, reply) => answerCall({ route, request, reply, isClosing }),
  })
}

/** Before anything is read. */
function arrivalHook({ access }: Route, { authenticate, isClosing, limits }: MountOptions) {
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => {
    try {
      if (isClosing()) {
        throw apiError('not_ready', 'The server is stopping', { retryAfterSeconds: 5 })
      }
      if (access !== 'public') {
        authenticateOrTell(request, authenticate, limits)
        limits.request('operator')
      }
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}

/** A genuine key is never refused for others' wrong ones: behind one proxy all have one address. */
function authenticateOrTell(
  request: FastifyRequest,
  authenticate: Authenticate,
  { authFailures }: MountOptions['limits'],
) {
  try {
    authenticate(request.headers.authorization)
  } catch (error) {
    // Without a key nothing is guessed.
    if (error instanceof ApiError && error.code === 'invalid_key') authFailures.tell(request.ip)
    throw error
  }
}

interface Answering {
  route: Route
  request: FastifyRequest
  reply: FastifyReply
  isClosing(): boolean
}

async function answerCall({ route, request, reply, isClosing }: Answering) {
  const id = route.id ? pathId(route.id, request) : ''
  const query = route.query ? parseInput(route.query, request.query) : undefined
  const body = route.body ? readBody(route.body, request.body) : undefined
  const answer = await route.handle({ id, query, body, request, reply })
  if (answer === reply) return reply
  if (isClosing()) reply.header('connection', 'close')
  return reply.code(route.answer.status).send(answer)
}

function pathId(kind: IdKind, request: FastifyRequest): string {
  const { id } = request.params as { id: string }
  if (!isId(kind, id)) throw isFindable(kind) ? notFound(kind) : apiError('not_found')
  return id
}

function readBody(spec: BodySpec<z.ZodType>, body: unknown): unknown {
  if (body === undefined && !spec.optional) throw apiError('missing_body')
  return parseInput(spec.schema, body ?? (body === null ? null : {}))
}

/** One wide line for each request: the route's pattern, never its URL, which may hold a name. */
function observeAnswers(
  app: FastifyInstance,
  route: Route,
  { metrics, log, isClosing }: MountOptions,
) {
  const { method, path } = route
  return (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const { statusCode } = reply
    if (!route.endless) {
      metrics.requestAnswered({ method, route: path, statusCode }, reply.elapsedTime / 1000)
    }
    const level = statusCode >= 400 ? 'info' : 'debug'
    log[level](
      {
        method: request.method,
        route: path,
        statusCode,
        code: reply.errorCode || undefined,
        durationMs: Math.round(reply.elapsedTime * 100) / 100,
      },
      'request.answered',
    )
    // Node waits for connections that were busy when it began to close, though they are idle now.
    if (isClosing()) setImmediate(() => app.server.closeIdleConnections())
    done()
  }
}

declare module 'fastify' {
  interface FastifyReply {
    /** The code of the error that was answered; empty: none. */
    errorCode: string
  }
  interface FastifyContextConfig {
    access?: Access
    operationId?: string
  }
}
