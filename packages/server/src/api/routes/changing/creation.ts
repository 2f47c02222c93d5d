/** POST that creates: with an `Idempotency-Key` it creates once, whatever is sent again. */
import type { FastifyRequest } from 'fastify'
import type { Once, OnceRefusal } from '../../../store/desk.ts'
import { apiError } from '../../shapes/error-answer.ts'
import type { ErrorCode } from '../../shapes/error-codes.ts'
import { idempotencyKey } from '../../shapes/idempotency-key.ts'

export const CREATION_ERRORS = [
  'idempotency_conflict',
  'already_deleted',
] as const satisfies readonly ErrorCode[]

/** `chatbotId`: null where it is no chatbot's. Null: the caller named no key. */
export function onceFor(
  request: FastifyRequest,
  chatbotId: string | null,
  body: unknown,
): Once | null {
  const key = idempotencyKey(request)
  if (key === null) return null
  const { id = '' } = request.params as { id?: string }
  const route = `${request.routeOptions.url} ${id}`.trimEnd()
  return { scope: chatbotId ?? '', route, key, body: oneSpelling(body) }
}

/** Throws for what a repeat can't be answered with. */
export function refuseRepeat<Made>(made: Made): asserts made is Exclude<Made, OnceRefusal> {
  if (made === 'idempotency_conflict') {
    const message = 'This Idempotency-Key was used with another body within the last 24 hours'
    throw apiError('idempotency_conflict', message)
  }
  if (made === 'already_deleted') throw apiError('already_deleted')
}

/** For what shows a secret once: it is there, and can't be shown again. */
export function refuseSecondLook(made: { id: string }, id: string): void {
  if (made.id === id) return
  const message = `This Idempotency-Key made ${made.id}, whose secret was shown once: delete it and make another if the answer was lost`
  throw apiError('already_created', message, { about: { id: made.id } })
}

/** The same text for the same values, in whatever order the names of its objects came. */
function oneSpelling(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
}
