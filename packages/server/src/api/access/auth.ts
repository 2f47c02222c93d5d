/**
 * Who calls: the root key, a key from the store, or a browser's session. The root key is compared
 * first and without a promise: it is what most traffic comes with.
 */
import { createHmac } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { ROOT_ACTOR } from '../../access.ts'
import { assert } from '../../errors.ts'
import { apiError } from '../shapes/error-answer.ts'
import type { Caller } from './caller.ts'
import type { Credentials } from './credentials.ts'
import { refuseForeignOrigin } from './origin.ts'
import { readSessionCookie } from './session-cookie.ts'
import type { TellFailure } from './sign-in-failures.ts'

/**
 * Who may call a route. An operator may call each of them; a chatbot's key, and a session that is
 * limited to it, only those that say how what they reach is held to that chatbot:
 *
 * - `chatbot-by-id`: what `{id}` names belongs to it, else it is not found;
 * - `chatbot-by-query`: the filter `chatbotId` is its own, whatever was asked for;
 * - `chatbot-by-body`: the same of the body's `chatbotId`;
 * - `signed-in`: there is nothing in it that belongs to anybody but the caller.
 */
export type Access =
  | 'public'
  | 'operator'
  | 'signed-in'
  | 'chatbot-by-id'
  | 'chatbot-by-query'
  | 'chatbot-by-body'

/** Throws a 401 for nobody and a 403 for a foreign page. */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>

/** A key that is given outside of the header: at sign-in. Null: it isn't one. */
export type Recognise = (key: string) => Caller | null | Promise<Caller | null>

/**
 * The root key is compared character by character of the one that was given, whatever differs on the
 * way, and with no branch or index that depends on ours: the time tells nothing of it, not even its
 * length. Comparing digests would do the same, for more than a tenth of the CPU of an accepted lead;
 * copies of one length for `timingSafeEqual` cost 1 µs, this a twentieth of it.
 */
const PADDED_LENGTH = 512

interface AuthOptions {
  adminKey: string
  /** See `rootMarkOf`. */
  rootMark: string
  credentials: Credentials
  tellFailure: TellFailure
  config: { readonly publicUrl: string }
}

export function createAuth(options: AuthOptions): {
  authenticate: Authenticate
  recognise: Recognise
} {
  const { adminKey, rootMark, credentials } = options
  const isRoot = createRootCheck(adminKey)
  const root: Caller = {
    chatbotId: null,
    actor: ROOT_ACTOR,
    mintedBy: rootMark,
    session: null,
    tokenHash: null,
  }
  const recognise: Recognise = (key) => (isRoot(key) ? root : credentials.byKey(key))
  return {
    recognise,
    authenticate(request) {
      const { authorization } = request.headers
      if (authorization === undefined) return bySession(request, options)
      const key = bearerKey(authorization)
      if (key === undefined) throw missingKey()
      const refuse = () => {
        options.tellFailure({ way: 'key', address: request.ip })
        return apiError('invalid_key')
      }
      return known(recognise(key), refuse)
    },
  }
}

/**
 * What stands in the store for the root key: sessions and links that were made with it end when it
 * is another. Sealed with a key of the server's own, so that it helps nobody to guess a short one.
 */
export function rootMarkOf({ adminKey, sealKey }: { adminKey: string; sealKey: Buffer }): string {
  return `root:${createHmac('sha256', sealKey).update(`root key\n${adminKey}`).digest('base64url')}`
}

function createRootCheck(adminKey: string): (key: string) => boolean {
  const keyBytes = Buffer.byteLength(adminKey)
  assert(keyBytes > 0 && keyBytes <= PADDED_LENGTH, 'the operator key has 1 to 512 bytes')
  const expected = new Uint16Array(PADDED_LENGTH)
  for (let at = 0; at < adminKey.length; at++) expected[at] = adminKey.charCodeAt(at)
  return (key) => {
    let difference = key.length ^ adminKey.length
    for (let at = 0; at < key.length; at++) {
      difference |= key.charCodeAt(at) ^ (expected[at % PADDED_LENGTH] ?? 0)
    }
    return difference === 0
  }
}

function bearerKey(authorization: string): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1]
}

function bySession(request: FastifyRequest, options: AuthOptions): Caller | Promise<Caller> {
  const { credentials, tellFailure, config } = options
  const { publicUrl } = config
  const token = readSessionCookie(request, { publicUrl })
  if (token === null) throw missingKey()
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuseForeignOrigin(request, { publicUrl, need: 'stated' })
  }
  return known(credentials.bySession(token), () => {
    tellFailure({ way: 'session', address: request.ip })
    return apiError('invalid_session')
  })
}

function known(
  found: Caller | null | Promise<Caller | null>,
  refuse: () => Error,
): Caller | Promise<Caller> {
  if (found instanceof Promise) {
    return found.then((caller) => {
      if (!caller) throw refuse()
      return caller
    })
  }
  if (!found) throw refuse()
  return found
}

function missingKey() {
  return apiError('missing_key', 'Send the key as `Authorization: Bearer <key>`')
}
