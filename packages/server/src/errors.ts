/** What a caller did wrong, or what we can't do for them now: a stable code and one sentence. */
export interface ErrorDetail {
  /** The field, in dots and brackets: `events[3].payload.amount`. */
  path: string
  message: string
}

interface ErrorAbout {
  /** Of what was created already. */
  id?: string
  /** Who made the settings what they are, and when. */
  changed?: { at: string | null; by: string | null; name: string | null; you: boolean }
}

interface ErrorExtra {
  details?: ErrorDetail[]
  retryAfterSeconds?: number
  about?: ErrorAbout
  cause?: unknown
}

export class ApiError extends Error {
  readonly statusCode: number
  readonly code: string
  readonly details: ErrorDetail[] | undefined
  /** Seconds for the `Retry-After` header. */
  readonly retryAfterSeconds: number | undefined
  /** More for programs, beside the message. */
  readonly about: ErrorAbout | undefined

  constructor(statusCode: number, code: string, message: string, extra: ErrorExtra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause })
    this.name = 'ApiError'
    this.statusCode = statusCode
    this.code = code
    this.details = extra.details
    this.retryAfterSeconds = extra.retryAfterSeconds
    this.about = extra.about
  }
}

/**
 * The store can't commit now: full disk, database away, too busy. Whoever gets it may try the same
 * call again later; nothing of the call was written, unless the connection broke in its very commit.
 */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable'
  /** The same for everybody's eyes: without addresses, names or paths. Null: there is nothing to show. */
  readonly shown: string | null

  constructor(
    message: string,
    { shown = null, cause }: { shown?: string | null; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.shown = shown
  }
}

/** What was written can't be read any more: nothing is written over it until somebody has looked. */
export class StoreDamaged extends StoreUnavailable {
  override readonly name = 'StoreDamaged'
}

/** A setting, a file or a version that stops the start. The message is the whole story. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** Ours: a broken assumption. Ends the task, not the process. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`Broken assumption: ${sentence}`)
}
