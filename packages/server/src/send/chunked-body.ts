/**
 * Chunked body: finds a body in its chunks (RFC 9112, 7.1), byte by byte where they are small, so
 * that the smallest chunks cost no more than a few steps each, and nothing is kept.
 *
 * `isExact` as in `answer-head.ts`: extensions and trailers are read, and such a connection is not
 * used again.
 */

type State =
  | 'size'
  | 'size-end'
  | 'extension'
  | 'data'
  | 'data-end'
  | 'data-lf'
  | 'trailer'
  | 'trailer-end'
  | 'trailer-line'
  | 'ended'
  /** No chunk can be made out from here on, or there are too many. */
  | 'broken'

const CR = 13
const LF = 10
const SIZE_DIGITS_MAX = 8
/** Chunks and trailers: each costs the same however short it is. */
export const CHUNKS_MAX = 1_000
/** Semicolon, space, tab. */
const SIZE_ENDS = [0x3b, 0x20, 0x09]

export class ChunkedBody {
  state: State = 'size'
  isExact = true
  /** Of the size that is being read, then what is left of its data. */
  #left = 0
  #digits = 0
  #lines = 0

  /** Up to `end` at most, or to the body's own end; where it stopped. */
  read(
    chunk: Buffer,
    from: number,
    end: number,
    onData: (from: number, to: number) => void,
  ): number {
    let at = from
    while (at < end && this.state !== 'ended' && this.state !== 'broken') {
      if (this.state === 'data') {
        const to = Math.min(end, at + this.#left)
        onData(at, to)
        this.#left -= to - at
        if (this.#left === 0) this.state = 'data-end'
        at = to
      } else if (this.state === 'extension' || this.state === 'trailer-line') {
        const lf = chunk.indexOf(LF, at)
        if (lf < 0 || lf >= end) return end
        if (this.state === 'extension') this.#endSize()
        else if (++this.#lines > CHUNKS_MAX) this.state = 'broken'
        else this.state = 'trailer'
        at = lf + 1
      } else {
        this.#step(chunk[at] ?? 0)
        at += 1
      }
    }
    return at
  }

  #step(byte: number): void {
    switch (this.state) {
      case 'size':
        this.#stepSize(byte)
        break
      case 'size-end':
        if (byte === LF) this.#endSize()
        else this.state = 'broken'
        break
      case 'data-end':
        if (byte === CR) this.state = 'data-lf'
        else this.#goSloppily(byte === LF ? 'size' : 'broken')
        break
      case 'data-lf':
        this.state = byte === LF ? 'size' : 'broken'
        break
      case 'trailer':
        if (byte === CR) this.state = 'trailer-end'
        else this.#goSloppily(byte === LF ? 'ended' : 'trailer-line')
        break
      case 'trailer-end':
        this.state = byte === LF ? 'ended' : 'broken'
        break
      default:
        throw new Error(`Broken assumption: no single byte is read in ${this.state}`)
    }
  }

  #stepSize(byte: number): void {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      this.#digits += 1
      this.#left = this.#left * 16 + digit
      if (this.#digits > SIZE_DIGITS_MAX) this.state = 'broken'
    } else if (this.#digits === 0) this.state = 'broken'
    else if (byte === CR) this.state = 'size-end'
    else if (byte === LF) {
      this.isExact = false
      this.#endSize()
    } else this.#goSloppily(SIZE_ENDS.includes(byte) ? 'extension' : 'broken')
  }

  #endSize(): void {
    this.#digits = 0
    if (++this.#lines > CHUNKS_MAX) this.state = 'broken'
    else this.state = this.#left === 0 ? 'trailer' : 'data'
  }

  #goSloppily(state: State): void {
    this.isExact = false
    this.state = state
  }
}

/** -1: none. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
