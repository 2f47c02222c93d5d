/**
 * What is kept of an answer's body, as its owner reads it: unpacked, and as text. Unpacking has a
 * share of the time, so that endpoints which answer with bombs cost no more than that, be they many:
 * one of brotli takes 8 ms (measured), because its first byte comes with a whole window of 4 MiB.
 */
import type { Clock } from '../clock.ts'
import type { AnswerHeaders } from './answer-head.ts'
import { firstValue } from './answer-headers.ts'
import { type BodyHead, KEPT_BYTES_MAX } from './body-head.ts'
import { decodeBody } from './decode-body.ts'
import { isPacked, type Unpacked, unpack } from './unpack.ts'

/** A tenth of one core; half a second of it may be used at once. */
const SHARE = 0.1
const SAVED_MS_MAX = 500

export class ShownBodies {
  readonly #clock: Clock
  #leftMs = SAVED_MS_MAX
  #countedAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A promise only where there is something to unpack, which is seldom. */
  read(head: BodyHead, headers: AnswerHeaders): string | Promise<string> {
    const { kept } = head
    const contentType = firstValue(headers['content-type']) ?? ''
    const named = headers['content-encoding'] ?? ''
    const codings = typeof named === 'string' ? named : named.join(',')
    if (!isPacked(codings, kept.bytes)) return decodeBody(beginningOf(kept), contentType)
    return this.#unpack(kept, codings).then((unpacked) => decodeBody(unpacked, contentType))
  }

  /** Past its share nothing is shown: packed bytes are no text. */
  async #unpack(packed: Unpacked, codings: string): Promise<Unpacked> {
    const startedAt = this.#clock.monotonic()
    this.#leftMs = Math.min(SAVED_MS_MAX, this.#leftMs + (startedAt - this.#countedAt) * SHARE)
    this.#countedAt = startedAt
    if (this.#leftMs <= 0) return { bytes: Buffer.alloc(0), isCut: true }
    const unpacked = await unpack(packed, codings, KEPT_BYTES_MAX)
    this.#leftMs -= this.#clock.monotonic() - startedAt
    return unpacked
  }
}

/** More of it is kept where its label speaks of a coding that is none. */
function beginningOf({ bytes, isCut }: Unpacked): Unpacked {
  if (bytes.length <= KEPT_BYTES_MAX) return { bytes, isCut }
  return { bytes: bytes.subarray(0, KEPT_BYTES_MAX), isCut: true }
}
