/**
 * The only place that speaks HTTP. Thin on purpose: paths, JSON, and one class for what goes wrong.
 * The session cookie goes along by itself; answers of our own server are taken at their type's word.
 */
import { texts } from '../texts/texts.ts'
import { ApiFailure } from './api-failure.ts'

/** What can be edited comes with the version of its settings, by which a change is held to it. */
export type Versioned<Answer> = Answer & { etag: string }

export interface RequestOptions {
  /** Only if the settings are of this version still: else a 412. */
  ifMatch?: string
  /** Sent again with the same key, it is made once. */
  idempotencyKey?: string
  body?: unknown
  /** Empty and null values are left out. */
  query?: Record<string, string | number | null | undefined>
  signal?: AbortSignal | undefined
}

export const request = {
  get: <Answer>(path: string, options?: RequestOptions) => send<Answer>('GET', path, options),
  post: <Answer>(path: string, options?: RequestOptions) => send<Answer>('POST', path, options),
  patch: <Answer>(path: string, options?: RequestOptions) => send<Answer>('PATCH', path, options),
  delete: (path: string, options?: RequestOptions) => send<null>('DELETE', path, options),
}

/** Throws an `ApiFailure`; an abort stays what it is. */
async function send<Answer>(
  method: string,
  path: string,
  { body, query, signal, ifMatch, idempotencyKey }: RequestOptions = {},
): Promise<Answer> {
  const init: RequestInit = { method, credentials: 'same-origin', signal: signal ?? null }
  const headers = new Headers()
  if (ifMatch !== undefined) headers.set('if-match', ifMatch)
  if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey)
  init.headers = headers
  if (body !== undefined) {
    headers.set('content-type', 'application/json')
    init.body = JSON.stringify(body)
  }
  return reachable(signal, async () => {
    const response = await fetch(withQuery(path, query), init)
    const text = await response.text()
    if (!response.ok) throw failureOf(response.status, text)
    const answer = (text === '' ? null : JSON.parse(text)) as Answer
    const etag = response.headers.get('etag')
    return etag === null ? answer : { ...answer, etag }
  })
}

/** A connection that fails, before the answer or in the middle of it, is one kind of failure. */
async function reachable<Answer>(
  signal: AbortSignal | undefined,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask()
  } catch (cause) {
    if (signal?.aborted || !(cause instanceof TypeError)) throw cause
    throw new ApiFailure({ statusCode: 0, code: 'unreachable', message: texts.errors.unreachable })
  }
}

export function withQuery(path: string, query: RequestOptions['query'] = {}): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') given.set(name, String(value))
  }
  return given.size === 0 ? path : `${path}?${given}`
}

/** A proxy in between answers in whatever it likes. */
function failureOf(statusCode: number, text: string): ApiFailure {
  const fallback = { statusCode, code: 'unexpected', message: texts.errors.unexpected(statusCode) }
  try {
    return new ApiFailure({ ...fallback, ...JSON.parse(text), statusCode })
  } catch {
    return new ApiFailure(fallback)
  }
}
