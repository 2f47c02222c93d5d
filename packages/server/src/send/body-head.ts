/** The beginning of an answer's body: what is kept, shown, and searched for a note. */
import type { Unpacked } from './unpack.ts'

export const KEPT_BYTES_MAX = 2 * 1024
/** Of what is packed: some codings unpack nothing before a whole block of theirs is there. */
const PACKED_BYTES_MAX = 64 * 1024

export class BodyHead {
  #chunks: Buffer[] = []
  #keptBytes = 0
  #keptMax = KEPT_BYTES_MAX
  #readBytes = 0

  /** What is kept of the chunk is copied, so that 2 KiB don't hold all that was read with them. */
  add(chunk: Buffer): void {
    const kept = chunk.subarray(0, this.#keptMax - this.#keptBytes)
    if (kept.length > 0) this.#chunks.push(Buffer.from(kept))
    this.#keptBytes += kept.length
    this.#readBytes += chunk.length
  }

  /** False: what is added from here on is only counted as left out. */
  get wantsMore(): boolean {
    return this.#readBytes <= this.#keptMax
  }

  /** To be told before the first chunk. */
  keepPacked(): void {
    this.#keptMax = PACKED_BYTES_MAX
  }

  get kept(): Unpacked {
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    return { bytes, isCut: this.#readBytes > this.#keptBytes }
  }
}
