/** Stable: made to be compared with, logged and counted. */
export type SignatureErrorCode =
  /** No signature header, or the modern one without its id or timestamp. */
  | 'missing_header'
  /** A header that we never send in this form, and that none of the next four describes. */
  | 'malformed_header'
  /** The guide's signature, or its `sha256=`, in upper case. */
  | 'upper_case_signature'
  /** The guide's signature, cut short. */
  | 'truncated_signature'
  /** The guide's signature behind `sha1=` or the like. */
  | 'prefixed_signature'
  /** As long as a digest of SHA-256, without the `sha256=` that we write before it. */
  | 'other_hash'
  /** The signature belongs to another secret or another body. */
  | 'no_match'
  /** Right for the body as we send it: it was parsed and written again, in another spelling. */
  | 'reserialized_body'
  /** Right for the body as we send it: its letters were decoded as something else than UTF-8. */
  | 'wrong_encoding'
  /** The payload alone was passed: signed is the whole body. */
  | 'payload_only'
  /** No body was passed: something had read it before. */
  | 'empty_body'
  /** Right for this secret with `whsec_` before it. */
  | 'incomplete_secret'
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
  /** Signed right, but in none of the three formats. */
  | 'not_an_event'

/** Why a request was refused: a stable code, and one sentence that says what to change. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
  readonly code: SignatureErrorCode

  constructor(code: SignatureErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  /** Whether this program is set up wrong for certain, rather than the request being refused. */
  get isSetupFault(): boolean {
    return this.code === 'parsed_body' || this.code === 'bad_secret'
  }
}
