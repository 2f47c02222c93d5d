/** A regular expression that goes back and forth over a stranger's text is a way to stop a server. */
import { expect } from 'vitest'

const LENGTH = 100_000
/** What is linear needs a millisecond or two; what is not, seconds. Room for a busy machine. */
const LIMIT_MS = 500

/** 100 KB of each piece again and again, with an end that fits nothing. */
function hostileTexts(pieces: readonly string[]): string[] {
  return pieces.flatMap((piece) => {
    const text = piece.repeat(Math.ceil(LENGTH / piece.length))
    return [text, `${text}\0`, `${text}!`, `x${text}`]
  })
}

export function expectLinear(pieces: readonly string[], read: (text: string) => unknown): void {
  for (const text of hostileTexts(pieces)) {
    const tookMs = leastMs(() => read(text))
    expect(tookMs, `${JSON.stringify(text.slice(0, 12))}… again and again`).toBeLessThan(LIMIT_MS)
  }
}

/** Of three times at most: whoever has the processor for a moment is no fault of the expression's. */
function leastMs(work: () => unknown): number {
  let leastMs = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 3 && leastMs >= LIMIT_MS; tries++) {
    const startedAt = performance.now()
    work()
    leastMs = Math.min(leastMs, performance.now() - startedAt)
  }
  return leastMs
}
