/** Sessions: how a browser signs in, with a key or an owner's link, and out again. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { SESSION_IDLE_MS, SESSION_MS_MAX, type Session } from '../../../access.ts'
import type { Recognise } from '../../access/auth.ts'
import type { AuditOf } from '../../access/call-audit.ts'
import type { Credentials } from '../../access/credentials.ts'
import { refuseForeignOrigin } from '../../access/origin.ts'
import { clearSessionCookie, setSessionCookie } from '../../access/session-cookie.ts'
import type { SignInFailure, TellFailure } from '../../access/sign-in-failures.ts'
import { drawToken, hashToken, isToken } from '../../access/token.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { apiError, invalidInput } from '../../shapes/error-answer.ts'
import { isoAt } from '../../shapes/present.ts'
import { EXAMPLE_IDS, idField, isoTime, text } from '../../shapes/schemas.ts'

export interface SessionDeps {
  deps: ApiDeps
  credentials: Credentials
  recognise: Recognise
  /** What links of the root key were made with, now. */
  rootMark: string
  tellFailure: TellFailure
  /** Throws a 429 for an address that too many wrong keys came from. */
  refuseGuesser(address: string): void
}

const signInSchema = z
  .strictObject({
    key: text({ min: 1, max: 1_000 }).exactOptional().meta({ description: 'A key, or …' }),
    link: text({ min: 1, max: 1_000 })
      .exactOptional()
      .meta({ description: '… what an owner link has after `#link=`.' }),
  })
  .meta({ id: 'SignIn', description: 'One of the two.' })

const sessionSchema = z
  .object({
    kind: z.enum(['operator', 'chatbot']),
    chatbotId: idField('chatbot').nullable().meta({ description: 'Null: every chatbot.' }),
    expiresAt: isoTime.meta({ description: 'Unless it is used; to about a minute.' }),
  })
  .meta({ id: 'Session' })

const answer = {
  schema: sessionSchema,
  example: {
    kind: 'chatbot',
    chatbotId: EXAMPLE_IDS.chatbot,
    expiresAt: '2026-09-14T21:30:12.345Z',
  },
}

const path = '/api/v1/session'

export function sessionRoutes(deps: SessionDeps): Route[] {
  return [signInRoute(deps), currentRoute(), signOutRoute(deps)]
}

function signInRoute(parts: SessionDeps): Route {
  const { config } = parts.deps
  return defineRoute({
    method: 'POST',
    path,
    operationId: 'startSession',
    tag: 'Access',
    summary: 'Sign in',
    description:
      'Sets a cookie that every route takes in place of a key. It reaches as far as the key does, and ends with it; unused for 12 hours, or after 7 days. What changes something must then come from a page of this server: `Sec-Fetch-Site` or `Origin` say so.',
    access: 'public',
    audit: 'session.started',
    body: { schema: signInSchema, example: { key: 'czk_uY2V0ZXN0LWtleS1mb3ItZG9jcy1v' } },
    answer: { status: 201, description: 'The session.', ...answer },
    location: () => path,
    errors: ['invalid_key', 'invalid_link', 'cross_site', 'rate_limited'],
    async handle({ body, request, reply, audit }) {
      const { publicUrl } = config
      refuseForeignOrigin(request, { publicUrl, need: 'not-foreign' })
      parts.refuseGuesser(request.ip)
      const { key, link } = body
      if ((key === undefined) === (link === undefined)) throw oneOfTwo()
      const token = drawToken('session', parts.deps.random)
      const start = { token, request, audit }
      const session =
        link === undefined
          ? await startByKey(parts, key ?? '', start)
          : await startByLink(parts, link, start)
      setSessionCookie(reply, { token, lifeMs: SESSION_MS_MAX }, { publicUrl })
      return presentSession(session)
    },
  })
}

interface Start {
  token: string
  request: FastifyRequest
  audit: AuditOf
}

async function startByKey(parts: SessionDeps, key: string, start: Start): Promise<Session> {
  const { store, ids } = parts.deps
  const caller = await parts.recognise(key)
  if (!caller) throw refused(parts, start, 'key')
  const { actor, chatbotId, mintedBy } = caller
  const id = ids.next('session')
  const entry = start.audit({ targetId: id, chatbotId })
  const session = await store.startSession(
    { ...lifeOf(id, start), chatbotId, actor, mintedBy },
    { ...entry, actor, sessionId: id, fields: [] },
  )
  if (!session) throw refused(parts, start, 'key')
  return session
}

async function startByLink(parts: SessionDeps, link: string, start: Start): Promise<Session> {
  const { store, ids } = parts.deps
  const { rootMark } = parts
  if (!isToken('link', link)) throw refused(parts, start, 'link')
  const id = ids.next('session')
  const { actor: _, chatbotId: __, ...entry } = start.audit({ targetId: id })
  const session = await store.startSessionByLink(
    { ...lifeOf(id, start), linkHash: hashToken(link), rootMark },
    { ...entry, sessionId: id, fields: [] },
  )
  if (!session) throw refused(parts, start, 'link')
  return session
}

function lifeOf(id: string, { token }: Start) {
  return { id, hash: hashToken(token), idleMs: SESSION_IDLE_MS, lifeMs: SESSION_MS_MAX }
}

function refused({ tellFailure }: SessionDeps, { request }: Start, way: SignInFailure['way']) {
  tellFailure({ way, address: request.ip })
  return apiError(way === 'link' ? 'invalid_link' : 'invalid_key')
}

function currentRoute(): Route {
  return defineRoute({
    method: 'GET',
    path,
    operationId: 'getSession',
    tag: 'Access',
    summary: 'Who is signed in',
    access: 'signed-in',
    needsSession: true,
    answer: { status: 200, description: 'The session of this request’s cookie.', ...answer },
    handle({ caller }) {
      if (!caller?.session) throw apiError('invalid_session')
      return presentSession(caller.session)
    },
  })
}

function signOutRoute({ deps, credentials }: SessionDeps): Route {
  const { store, config } = deps
  return defineRoute({
    method: 'DELETE',
    path,
    operationId: 'endSession',
    tag: 'Access',
    summary: 'Sign out',
    description: 'The session ends on the server, and the cookie is cleared.',
    access: 'signed-in',
    needsSession: true,
    audit: 'session.ended',
    answer: { status: 204, description: 'Signed out.' },
    async handle({ caller, reply, audit }) {
      if (!caller?.session) throw apiError('invalid_session')
      const { id, chatbotId } = caller.session
      const entry = audit({ targetId: id, chatbotId })
      await store.endSession(id, entry).finally(() => credentials.forget())
      clearSessionCookie(reply, { publicUrl: config.publicUrl })
    },
  })
}

function presentSession({ chatbotId, expiresAt }: Session) {
  const kind = chatbotId === null ? 'operator' : 'chatbot'
  return { kind, chatbotId, expiresAt: isoAt(expiresAt) }
}

function oneOfTwo() {
  return invalidInput([{ path: 'key', message: 'Give either `key` or `link`' }])
}
