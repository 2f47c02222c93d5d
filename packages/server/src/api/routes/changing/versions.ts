/**
 * `ETag` and `If-Match` (RFC 9110 sections 8.8.3 and 13.1.1) of what owners edit. A tag stands for the
 * settings alone, so that nobody's change is refused because a delivery failed meanwhile. That is also
 * why no GET answers 304: the answer shows state and health, which the tag knows nothing of.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiError } from '../../../errors.ts'
import type { SettingsChange } from '../../../store/desk.ts'
import type { Caller } from '../../access/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { apiError, invalidInput } from '../../shapes/error-answer.ts'
import type { HeaderSpec } from '../../shapes/idempotency-key.ts'
import { isoAt } from '../../shapes/present.ts'

const PATH = 'If-Match'

export const IF_MATCH: HeaderSpec = {
  name: PATH,
  description:
    'An `ETag` that was read, or several: if the settings are of another version by now, nothing is done, and the answer is a 412 that says who changed them. `*`: whatever they are.',
  schema: { type: 'string', examples: ['"1789378212345"'] },
}

export const ETAG = {
  ETag: {
    description: 'The version of its settings; state and health have no part in it.',
    schema: { type: 'string', examples: ['"1789378212345"'] },
  },
}

interface Versioned {
  id: string
  version: string
}

export function setETag(reply: FastifyReply, { version }: Versioned): void {
  reply.header('etag', `"${version}"`)
}

const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g

/**
 * RFC 9110: a list may have empty places, but not nothing else. Looked at between its tags: one pattern
 * for the whole list tries every way to share its commas out, for half a second in a header's length.
 */
function isList(given: string): boolean {
  const between = given.split(TAG)
  const inner = between.slice(1, -1)
  const isEmpty = between.every((text) => /^[ \t,]*$/.test(text))
  return between.length > 1 && isEmpty && inner.every((text) => text.includes(','))
}

/** The versions that a caller has in mind; undefined: any. What can't be understood is refused. */
export function expectedVersions(request: Pick<FastifyRequest, 'headers'>): string[] | undefined {
  const given = request.headers['if-match']
  if (given === undefined || given === '*') return undefined
  if (!isList(given)) {
    const message = `\`${PATH}\` must be \`*\`, or tags as \`ETag\` has them, in quotes: \`"1789378212345"\``
    throw invalidInput([{ path: PATH, message }])
  }
  const tags = given.match(TAG) ?? []
  // Compared strongly, as RFC 9110 asks: a weak tag is never the one that is there.
  return tags.filter((tag) => tag.startsWith('"')).map((tag) => tag.slice(1, -1))
}

interface Refused {
  request: FastifyRequest
  reply: FastifyReply
  /** As it is now. */
  current: Versioned
}

/** What is answered when it is of another version: who made it so, and when. */
export async function changedMeanwhile(
  { store }: Pick<ApiDeps, 'store'>,
  { request, reply, current }: Refused,
): Promise<ApiError> {
  const change = await store.settingsChange(current)
  const at = isoAt(change?.at ?? null)
  const who = change && whoOf(change, request.caller)
  setETag(reply, current)
  const changed = { at, by: change?.actor ?? null, name: who?.name ?? null, you: who?.you ?? false }
  const told = `It was changed ${who ? `by ${who.words}` : 'meanwhile'}${at === null ? '' : ` at ${at}`}`
  const weak = isOnlyWeak(request)
    ? '. A weak tag (`W/`) never matches; a proxy that compresses may have made it weak'
    : ''
  return apiError('changed_meanwhile', `${told}: read it again, then change it${weak}`, {
    about: { changed },
  })
}

/** A chatbot's caller learns no name of a key that is not its chatbot's. */
function whoOf({ actor, sessionId, key }: SettingsChange, caller: Caller | null) {
  const ofSession = sessionId !== null && sessionId === caller?.session?.id
  const ofKey = sessionId === null && caller?.session === null && actor === caller.actor
  const you = ofSession || ofKey
  const isShown = caller?.chatbotId === null || key?.chatbotId === caller?.chatbotId
  const name = isShown ? (key?.name ?? null) : null
  if (you) return { you, name, words: ofSession ? 'you, in another window' : 'your own key' }
  if (name !== null) return { you, name, words: `the key “${name}”` }
  if (actor === 'root' || key !== null) return { you, name, words: 'an operator' }
  if (actor.startsWith('link_')) return { you, name, words: 'an owner who signed in by a link' }
  return { you, name, words: 'a key that was revoked since' }
}

function isOnlyWeak(request: FastifyRequest): boolean {
  return expectedVersions(request)?.length === 0
}
