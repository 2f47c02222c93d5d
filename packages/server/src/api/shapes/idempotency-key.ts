import type { FastifyRequest } from 'fastify'
import { invalidInput } from './error-answer.ts'

/** A header that a route reads, as the OpenAPI document shows it. */
export interface HeaderSpec {
  name: string
  description: string
  schema: Record<string, unknown>
}

const PATH = 'Idempotency-Key'
const SCHEMA = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' }

export const IDEMPOTENCY_KEY: HeaderSpec = {
  name: PATH,
  description:
    'For 24 hours the same key with the same body, on the same chatbot and route, answers as the first time and creates nothing.',
  schema: SCHEMA,
}

/** Of what is made to be kept. */
export const CREATION_KEY: HeaderSpec = {
  name: PATH,
  description:
    'For 24 hours the same key with the same body, on the same route and of the same chatbot (or, where there is none, on the server), creates nothing: the answer is what was created, as it is now. We keep its id only, so a secret that is shown once is not shown again.',
  schema: SCHEMA,
}

/** The header's value; null: none was sent. Two of them, or one that logs can't show, are refused. */
export function idempotencyKey(request: FastifyRequest): string | null {
  const given = request.headers['idempotency-key']
  if (given === undefined) return null
  // Node joins repeated headers with a comma, which is a legal character of one.
  const values = request.raw.headersDistinct['idempotency-key'] ?? []
  const [key = ''] = values
  if (values.length === 1 && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  const message =
    values.length > 1
      ? `\`${PATH}\` was sent ${values.length} times: send one`
      : `\`${PATH}\` must be 1 to 255 visible ASCII characters`
  throw invalidInput([{ path: PATH, message }])
}
