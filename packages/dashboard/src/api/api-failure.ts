import type { Error as ErrorAnswer } from './schema.ts'

/** What is used of an answer; some are made here, of what never reached the API. */
type Told = Omit<ErrorAnswer, 'error' | 'requestId'>

/** What the API said was wrong, or that it could not be reached (`statusCode` 0). */
export class ApiFailure extends Error {
  readonly statusCode: number
  readonly code: string
  readonly details: readonly { path: string; message: string }[]
  /** Of a 412: who made the settings what they are. */
  readonly changed: ErrorAnswer['changed']

  constructor({ statusCode, code, message, details = [], changed }: Told) {
    super(message)
    this.name = 'ApiFailure'
    this.statusCode = statusCode
    this.code = code
    this.details = details
    this.changed = changed
  }

  /** The sentence about one field of a form; its own path first, then whatever lies in it. */
  about(path: string): string | null {
    const own = this.details.find((detail) => detail.path === path)
    const inner = this.details.find(
      (detail) => detail.path.startsWith(path) && /^[.[]/.test(detail.path.slice(path.length)),
    )
    const found = own ?? inner
    return found ? asSentence(found.message) : null
  }

  /** The sentence about one member of such a field, by its name: `headers.X-Api-Key`, `metadata["a b"]`. */
  aboutMember(path: string, name: string): string | null {
    const paths = [`${path}.${name}`, `${path}[${JSON.stringify(name)}]`]
    const found = this.details.find((detail) => paths.includes(detail.path))
    return found ? asSentence(found.message) : null
  }
}

export function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiFailure && error.statusCode === 401
}

/** The server, or something before it, is away for now: the same again may succeed later. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiFailure && (error.statusCode === 0 || error.statusCode >= 502)
}

export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ApiFailure({ statusCode: 0, code: 'unexpected', message })
}

/** "`url` must not be empty" reads well under a field that is called URL, without the code marks. */
function asSentence(message: string): string {
  return message.replaceAll('`', '')
}
