/** A line that comes in pieces: each byte is copied once, however small the pieces are. */

const FIRST_BYTES = 256

export class PartialLine {
  #bytes = Buffer.alloc(0)
  length = 0

  add(chunk: Buffer, from: number, to: number): void {
    const needed = this.length + to - from
    if (needed > this.#bytes.length) this.#grow(needed)
    chunk.copy(this.#bytes, this.length, from, to)
    this.length = needed
  }

  /** All of it as latin1, with what the chunk adds; empty afterwards. */
  take(chunk: Buffer, from: number, to: number): string {
    if (this.length === 0) return chunk.toString('latin1', from, to)
    this.add(chunk, from, to)
    const text = this.text()
    this.length = 0
    return text
  }

  text(): string {
    return this.#bytes.toString('latin1', 0, this.length)
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, needed * 2))
    this.#bytes.copy(grown, 0, 0, this.length)
    this.#bytes = grown
  }
}
