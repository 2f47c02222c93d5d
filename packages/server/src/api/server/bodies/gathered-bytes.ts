const NOTHING = Buffer.alloc(0)

/**
 * A body as it comes, in as many bytes as it has. Kept chunk by chunk, one that is sent byte by byte
 * costs some three hundred bytes for each of its own: 8 MiB of it are a gigabyte and more.
 */
export class GatheredBytes {
  readonly #announced: number
  readonly #bytesMax: number
  /** The only chunk as it is, or a buffer with room for more. */
  #buffer: Buffer = NOTHING
  #length = 0

  /** `length`: how many bytes were announced; null: not known. */
  constructor({ length, bytesMax }: { length: number | null; bytesMax: number }) {
    this.#announced = length ?? 0
    this.#bytesMax = bytesMax
  }

  get length(): number {
    return this.#length
  }

  /** All together at most `bytesMax`. */
  add(chunk: Buffer): void {
    const length = this.#length + chunk.length
    if (this.#length === 0) {
      this.#buffer = chunk
    } else {
      if (length > this.#buffer.length) this.#growTo(length)
      chunk.copy(this.#buffer, this.#length)
    }
    this.#length = length
  }

  /** What there is by now. */
  bytes(): Buffer {
    if (this.#length === this.#buffer.length) return this.#buffer
    return this.#buffer.subarray(0, this.#length)
  }

  #growTo(length: number): void {
    // What was announced is asked for at once; the machine gives it as it is written.
    const wanted = Math.max(length, this.#announced || Math.min(2 * length, this.#bytesMax))
    const grown = Buffer.allocUnsafeSlow(wanted)
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
