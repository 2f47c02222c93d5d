/** The beginning of an answer's body: what is kept, shown, and searched for a note. */

const KEPT_BYTES_MAX = 2 * 1024

export class BodyHead {
  #chunks: Buffer[] = []
  #keptBytes = 0
  #readBytes = 0

  /** What is kept of the chunk is copied, so that 2 KiB don't hold all that was read with them. */
  add(chunk: Buffer): void {
    const kept = chunk.subarray(0, KEPT_BYTES_MAX - this.#keptBytes)
    if (kept.length > 0) this.#chunks.push(Buffer.from(kept))
    this.#keptBytes += kept.length
    this.#readBytes += chunk.length
  }

  /** False: what is added from here on is only counted as left out. */
  get wantsMore(): boolean {
    return this.#readBytes <= KEPT_BYTES_MAX
  }

  /** UTF-8, with U+FFFD for what is none; a character that the limit would split is left out. */
  text(): string {
    if (this.#keptBytes === 0) return ''
    const [first] = this.#chunks
    const kept = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    return (this.#readBytes > this.#keptBytes ? withoutSplitCharacter(kept) : kept).toString('utf8')
  }
}

/** Drops a last character that has begun and not ended: at most three bytes. */
function withoutSplitCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0b1100_0000) === 0b1000_0000) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}
