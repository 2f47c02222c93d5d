/**
 * What stands in a JSON text, found without building a value of it. Pure. All of it takes a text that
 * `JSON.parse` has taken; of another it says something, in linear time.
 */

const QUOTE = 0x22
const COLON = 0x3a
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const SMALL_E = 0x65

/** The index after the closing quote of the string that begins at `start`. */
export function stringEnd(text: string, start: number): number {
  let quote = start
  for (;;) {
    quote = text.indexOf('"', quote + 1)
    if (quote === -1) return text.length
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes += 1
    if (backslashes % 2 === 0) return quote + 1
  }
}

interface TextFacts {
  /** How many its objects have, each key as often as it is written. */
  members: number
  /** False: each number survives a double, as any decimal of up to 15 digits does. */
  mayBeInexact: boolean
}

/**
 * All that the common case needs to know, in one pass: outside of strings, a colon stands behind a key
 * and nowhere else, and digits are a number's. 0.1 µs for a lead; of 8 MiB, 5 to 20 ms.
 */
export function lookThrough(text: string): TextFacts {
  let members = 0
  let mayBeInexact = false
  /** How many digits and dots stand before `at`. */
  let digits = 0
  let at = 0
  while (at < text.length) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) {
      at = stringEnd(text, at)
      digits = 0
      continue
    }
    if (character === DOT || (character >= ZERO && character <= NINE)) {
      digits += 1
      if (digits > 15) mayBeInexact = true
    } else {
      if (character === COLON) members += 1
      // Of `true` and `false`, the `e` stands behind a letter.
      else if (digits > 0 && (character | 0x20) === SMALL_E) mayBeInexact = true
      digits = 0
    }
    at += 1
  }
  return { members, mayBeInexact }
}

/** Where the first key that its object has already stands, step by step; null: there is none. */
export function findDoubledKey(text: string): (string | number)[] | null {
  /** Of each object or list that is open: its keys so far, or null; and the step to where we are. */
  const open: { keys: Set<string> | null; step: string | number }[] = []
  let mayBeKey = false
  for (let at = 0; at < text.length; ) {
    const inner = open.at(-1)
    const character = text.charAt(at)
    if (character === '"') {
      const end = stringEnd(text, at)
      if (mayBeKey && inner?.keys) {
        const key = JSON.parse(text.slice(at, end)) as string // a string, as its quotes say
        inner.step = key
        if (inner.keys.has(key)) return open.map(({ step }) => step)
        inner.keys.add(key)
        mayBeKey = false
      }
      at = end
      continue
    }
    if (character === '{' || character === '[') {
      open.push({ keys: character === '{' ? new Set() : null, step: 0 })
      mayBeKey = character === '{'
    } else if (character === '}' || character === ']') {
      open.pop()
      mayBeKey = false
    } else if (character === ',' && inner) {
      if (typeof inner.step === 'number') inner.step += 1
      mayBeKey = inner.keys !== null
    }
    at += 1
  }
  return null
}
