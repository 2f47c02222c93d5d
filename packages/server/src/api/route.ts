/**
 * One route: what it takes, what it answers, who may call it. The server and the OpenAPI document are
 * made from the same list of these, so neither can know a route that the other doesn't.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type IdKind, isId } from '../id.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Access, Authenticate } from './auth.ts'
import { apiError, isFindable, notFound } from './error-answer.ts'
import type { ErrorCode } from './error-codes.ts'
import { parseInput } from './input.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
export type Tag =
  | 'Chatbots'
  | 'Webhooks'
  | 'Leads'
  | 'Events'
  | 'Deliveries'
  | 'Statistics'
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
  metrics: Pick<Metrics, 'requestAnswered'>
  log: Log
}

export const BODY_BYTES_MAX_DEFAULT = 256 * 1024

/** On every answer. API answers hold secrets and personal data: no cache keeps them. */
export const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

export function mountRoute(app: FastifyInstance, route: Route, options: MountOptions) {
  const { authenticate, isClosing } = options
  app.route({
    method: route.method,
    url: route.path.replace('{id}', ':id'),
    bodyLimit: route.body?.bytesMax ?? BODY_BYTES_MAX_DEFAULT,
    exposeHeadRoute: route.method === 'GET' && !route.endless,
    config: { access: route.access, operationId: route.operationId },
    onRequest(request, reply, done) {
      reply.headers(COMMON_HEADERS)
      try {
        if (isClosing())
          throw apiError('not_ready', 'The server is stopping', { retryAfterSeconds: 5 })
        if (route.access !== 'public') authenticate(request.headers.authorization)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
    onResponse: observeAnswers(app, route, options),
    handler: (request, reply) => answerCall({ route, request, reply, isClosing }),
  })
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
