/** Stable: made to be compared with, logged and counted. */
export type SignatureErrorCode =
  /** No signature header, or the modern one without its id or timestamp. */
  | 'missing_header'
  /** A header that we never send in this form. */
  | 'malformed_header'
  /** The signature belongs to another secret or another body. */
  | 'no_match'
  /** Signed right, but longer ago than the tolerance. */
  | 'too_old'
  /** Signed right, but further in the future than the tolerance. */
  | 'too_new'
  /** A parsed body where the bytes as they came are needed. */
  | 'parsed_body'
  /** The secret is missing or can't be a key. */
  | 'bad_secret'
  /** Signed right, but not JSON. */
  | 'not_json'
  /** Signed right, but not `{eventType, chatbotId, payload}`. */
  | 'not_an_event'

/** Why a request was refused: a stable code, and one sentence that says what to change. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
  readonly code: SignatureErrorCode

  constructor(code: SignatureErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  /** Whether this program is set up wrong, rather than the request being refused. */
  get isSetupFault(): boolean {
    return this.code === 'parsed_body' || this.code === 'bad_secret'
  }
}
