/** The beginning of an answer's body: how much of it is read, how much of that is kept. */
import type { Unpacked } from './unpack.ts'

/** Reading stops here, and the connection is closed. */
const READ_BYTES_MAX = 64 * 1024
/** Kept, shown, and searched for a note. */
export const KEPT_BYTES_MAX = 2 * 1024
/** Of what is packed: some codings unpack nothing before a whole block of theirs is there. */
const PACKED_BYTES_MAX = 64 * 1024

export class BodyHead {
  #chunks: Buffer[] = []
  #keptBytes = 0
  #keptMax = KEPT_BYTES_MAX
  #readBytes = 0

  /** The chunk is copied: undici hands out a view of a buffer that it uses again. */
  add(chunk: Buffer): void {
    const kept = chunk.subarray(0, this.#keptMax - this.#keptBytes)
    if (kept.length > 0) this.#chunks.push(Buffer.from(kept))
    this.#keptBytes += kept.length
    this.#readBytes += chunk.length
  }

  /** To be told before the first chunk. */
  keepPacked(): void {
    this.#keptMax = PACKED_BYTES_MAX
  }

  get isFull(): boolean {
    return this.#readBytes >= READ_BYTES_MAX
  }

  get kept(): Unpacked {
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    return { bytes, isCut: this.#readBytes > this.#keptBytes }
  }
}
