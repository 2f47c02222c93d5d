/**
 * What stands in a JSON text, found without building a value of it. Pure. All of it takes a text that
 * `JSON.parse` has taken; of another it says something, in linear time.
 */

const QUOTE = 0x22
const COLON = 0x3a

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

/**
 * How many members its objects have, each key as often as it is written: outside of strings, a colon
 * stands behind a key and nowhere else. 0.3 µs for a lead; of 8 MiB, 5 to 20 ms.
 */
export function countMembers(text: string): number {
  let count = 0
  let at = 0
  while (at < text.length) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) {
      at = stringEnd(text, at)
    } else {
      if (character === COLON) count += 1
      at += 1
    }
  }
  return count
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
