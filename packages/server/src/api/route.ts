/**
 * One route: what it takes, what it answers, who may call it. The server and the OpenAPI document are
 * made from the same list of these, so neither can know a route that the other doesn't.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { AuditAction } from '../audit.ts'
import { assert } from '../errors.ts'
import { type Ids, isId } from '../id.ts'
import { answerInOwnersWords } from '../owner-words.ts'
import type { OwnedKind } from '../store/desk.ts'
import type { Access, Authenticate } from './access/auth.ts'
import { type AuditOf, auditOf } from './access/call-audit.ts'
import { type Caller, readerOf } from './access/caller.ts'
import { held, type Owners, ownerOf, refuseChatbots, refuseForeign } from './access/confine.ts'
import type { Standing } from './access/rate-limit.ts'
import { KEY_BURST_SECONDS, type RequestLimits } from './access/request-limits.ts'
import { inPieces, PIECE_BYTES } from './server/answers/answer-pieces.ts'
import type { AnswerSlots, SlotKind } from './server/answers/answer-slots.ts'
import {
  BODY_BYTES_MAX_DEFAULT,
  LEAD_BODY_BYTES_MAX,
  STRANGER_BODY_BYTES_MAX,
} from './server/bodies/body-budget.ts'
import { BodyParts, type PartsSpec } from './server/bodies/body-parts.ts'
import { type AnswerWatch, observeAnswer } from './server/observe-answer.ts'
import type { OpenConnections } from './server/open-connections.ts'
import { apiError, notFound } from './shapes/error-answer.ts'
import type { ErrorCode } from './shapes/error-codes.ts'
import type { HeaderSpec } from './shapes/idempotency-key.ts'
import { parseInput } from './shapes/input.ts'
import { gatherKeyed } from './shapes/keyed-query.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS'
export type Tag =
  | 'Chatbots'
  | 'Webhooks'
  | 'Listeners'
  | 'Leads'
  | 'Events'
  | 'Received'
  | 'Deliveries'
  | 'Integrations'
  | 'Statistics'
  | 'Access'
  | 'Widget'
  | 'Server'

interface RouteSpec<Query extends z.ZodType, Body extends z.ZodType> {
  method: Method
  /** As OpenAPI spells it; `{id}` is the only parameter. */
  path: string
  operationId: string
  tag: Tag
  summary: string
  description?: string
  access: Access
  /** A key is not enough: it is about the session itself. */
  needsSession?: boolean
  /** Before the body is read: throws for whoever may not come in. Errors carry what it sets. */
  admit?(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** What `{id}` names: anything that isn't such an id is not found. */
  id?: OwnedKind
  /** What it is in the audit log, of a route that changes or shows what is worth a line there. */
  audit?: AuditAction
  query?: Query
  /** Parameters of it whose keys the caller chooses: handed to the schema as `KeyedParts`. */
  keyed?: readonly string[]
  /** Of the parameters that are worth showing. */
  queryExample?: Record<string, string | number>
  body?: BodySpec<Body>
  /** For the document: `handle` reads them itself. */
  headers?: HeaderSpec[]
  answer: AnswerSpec
  /** Besides those that any route can answer. */
  errors?: ErrorCode[]
  /** The answer has no end: a HEAD or a duration means nothing. */
  endless?: boolean
  /** The answer can be large: few of these are made and sent at once (answer-slots.ts). */
  slot?: SlotKind
  /** Of a 201: where what was created is found; `null`: nowhere. `id`: the path's. */
  location?: ((created: Created, id: string) => string) | null
  /** What to answer; or the reply itself, when it was sent already. */
  handle(call: Call<z.output<Query>, z.output<Body>>): unknown
}

/** What an answer that creates something has, of which its place is made. */
interface Created {
  id: string
}

interface BodySpec<Body extends z.ZodType> {
  schema: Body
  example: z.input<Body>
  /** Without a body, `{}` is taken. */
  optional?: boolean
  bytesMax?: number
  /** Of a body that may be large: how it is read item by item. */
  parts?: PartsSpec
}

interface AnswerSpec {
  status: 200 | 201 | 202 | 204 | 302
  /** For the document: `handle` sets them itself. */
  headers?: Record<string, { description: string; schema: Record<string, unknown> }>
  description: string
  /** JSON unless said otherwise. */
  contentType?: string
  schema?: z.ZodType
  example?: unknown
}

interface Call<Query, Body> {
  /** Empty where the path has no `{id}`. */
  id: string
  query: Query
  body: Body
  /** Null on a public route. */
  caller: Caller | null
  /** The entry for the audit log, to be handed to the store with the change that it tells of. */
  audit: AuditOf
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

interface MountOptions extends AnswerWatch {
  authenticate: Authenticate
  owners: Owners
  ids: Ids
  /** While they end, what still comes in on them is turned away. */
  connections: Pick<OpenConnections, 'isEnding' | 'endsWith'>
  limits: Pick<RequestLimits, 'request' | 'standingOf' | 'authFailures'>
  slots: AnswerSlots
}

export function mountRoute(app: FastifyInstance, route: Route, options: MountOptions) {
  assertConfined(route)
  const arrive = arrivalHook(route, options)
  app.route({
    method: route.method,
    url: route.path.replace('{id}', ':id'),
    bodyLimit: bodyLimitOf(route),
    exposeHeadRoute: route.method === 'GET' && !route.endless,
    config: {
      access: route.access,
      operationId: route.operationId,
      ...(route.body?.parts ? { bodyParts: route.body.parts } : {}),
    },
    onRequest: route.admit ? [arrive, route.admit] : arrive,
    onResponse: observeAnswers(route, options),
    handler: (request, reply) => answerAndRelease({ route, request, reply, options }),
  })
}

function bodyLimitOf({ path, access, body }: Route): number {
  if (access !== 'public') return body?.bytesMax ?? BODY_BYTES_MAX_DEFAULT
  const limit = body?.bytesMax ?? STRANGER_BODY_BYTES_MAX
  assert(limit <= LEAD_BODY_BYTES_MAX, `${path} takes small bodies: anybody may send them`)
  return limit
}

/** What a route says of its callers, it must be able to keep. */
function assertConfined({ path, access, id, query, body, slot, answer, location }: Route) {
  const shape = (schema: z.ZodType | undefined) => (schema as z.ZodObject | undefined)?.shape ?? {}
  if ('cursor' in shape(query)) assert(slot, `${path} answers a list, which can be large`)
  assert((answer.status === 201) === (location !== undefined), `${path} says where it is`)
  if (access === 'chatbot-by-id') assert(id, `${path} has an id that leads to a chatbot`)
  if (access === 'chatbot-by-query') assert('chatbotId' in shape(query), `${path} has a chatbotId`)
  if (access === 'chatbot-by-body') {
    assert('chatbotId' in shape(body?.schema), `${path} has a chatbotId in its body`)
  }
}

/** Lets a request in, or not, before anything of it is read. */
function arrivalHook({ access }: Route, { authenticate, connections, limits }: MountOptions) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    const enter = (caller: Caller) => {
      refuseChatbots(access, caller)
      try {
        limits.request(caller.actor)
      } finally {
        tellStanding(reply, limits.standingOf(caller.actor))
      }
      request.caller = caller
    }
    try {
      if (connections.isEnding)
        throw apiError('not_ready', 'The server is stopping', { retryAfterSeconds: 5 })
      if (access === 'public') return done()
      const found = authenticate(request)
      if (found instanceof Promise) {
        found.then(enter).then(() => done(), done)
        return
      }
      enter(found)
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}

/** The three fields that clients know, and the policy (draft-ietf-httpapi-ratelimit-headers-06). */
function tellStanding(reply: FastifyReply, standing: Standing | null) {
  if (standing === null) return
  const { burst, left, fullInMs } = standing
  reply.headers({
    'ratelimit-limit': burst,
    'ratelimit-remaining': left,
    'ratelimit-reset': Math.ceil(fullInMs / 1_000),
    'ratelimit-policy': `${burst};w=${KEY_BURST_SECONDS}`,
  })
}

interface Answering {
  route: Route
  request: FastifyRequest
  reply: FastifyReply
  options: MountOptions
}

/** What is made of a body lives as long as its call, also when its client has gone. */
async function answerAndRelease(answering: Answering): Promise<unknown> {
  const { request } = answering
  const held = request.heldBody
  if (held === null) return answerCall(answering)
  request.heldBody = null
  try {
    return await answerCall(answering)
  } finally {
    request.body = undefined
    held.release()
  }
}

async function answerCall({ route, request, reply, options }: Answering) {
  const { caller } = request
  const id = route.id ? pathId(route.id, request) : ''
  let owner: string | null = null
  if (route.id && needsOwner(route, caller)) {
    owner = await ownerOf(options.owners, { kind: route.id, id })
    if (caller) refuseForeign(caller, route.id, owner)
  }
  const query = route.query ? readQuery(route.query, route.keyed, request.query) : undefined
  const body = route.body ? readBody(route.body, request.body) : undefined
  const asked = caller && route.access === 'chatbot-by-query' ? held(caller, query) : query
  if (route.slot) {
    await options.slots.enter(route.slot, slotOwner(route.slot, caller, asked), { request, reply })
  }
  const answer = await route.handle({
    id,
    query: asked,
    body: caller && route.access === 'chatbot-by-body' ? held(caller, body) : body,
    caller,
    audit: auditOf({ route, request, ids: options.ids, id, chatbotId: owner || null, body }),
    request,
    reply,
  })
  if (answer === reply) return reply
  if (options.connections.endsWith(request.raw)) reply.header('connection', 'close')
  reply.code(route.answer.status)
  if (route.location) reply.header('location', route.location(answer as Created, id))
  const told = readerOf(caller) === 'owner' ? answerInOwnersWords(answer) : answer
  return route.slot ? sendLarge(reply, told) : reply.send(told)
}

/** An export is its chatbot's, whoever asks for it; other answers are their caller's. */
function slotOwner(kind: SlotKind, caller: Caller | null, query: unknown): string {
  const asked = kind === 'export' ? (query as { chatbotId?: string }).chatbotId : undefined
  return asked ?? caller?.chatbotId ?? caller?.actor ?? ''
}

function sendLarge(reply: FastifyReply, answer: unknown): FastifyReply {
  // A reply is thenable: awaited, one that was sent already is undefined.
  if (answer === undefined) return reply
  const text = JSON.stringify(answer)
  reply.header('content-type', 'application/json; charset=utf-8')
  if (text.length <= PIECE_BYTES) return reply.send(text)
  return reply.header('content-length', Buffer.byteLength(text)).send(inPieces([text]))
}

/** An operator's leads and events pass without a question. */
function needsOwner(route: Route, caller: Caller | null): boolean {
  return route.audit !== undefined || (caller !== null && caller.chatbotId !== null)
}

function pathId(kind: OwnedKind, request: FastifyRequest): string {
  const { id } = request.params as { id: string }
  if (!isId(kind, id)) throw notFound(kind)
  return id
}

function readQuery(schema: z.ZodType, keyed: readonly string[] = [], query: unknown): unknown {
  return parseInput(schema, keyed.length === 0 ? query : gatherKeyed(query, keyed))
}

function readBody(spec: BodySpec<z.ZodType>, body: unknown): unknown {
  if (body === undefined && !spec.optional) throw apiError('missing_body')
  if (body instanceof BodyParts) return body.check(spec.schema)
  // Some made clients send `null` for a body that is left out.
  const isLeftOut = body === undefined || (body === null && spec.optional === true)
  return parseInput(spec.schema, isLeftOut ? {} : body)
}

function observeAnswers({ method, path, endless = false }: Route, { metrics, log }: MountOptions) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    observeAnswer({ metrics, log }, { method, route: path, endless, request, reply })
    done()
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    operationId?: string
  }
}
