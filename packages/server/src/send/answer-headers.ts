/** An answer's headers as they are kept and shown: bounded, because strangers write them. */

const HEADERS_MAX = 50
const BYTES_MAX = 4 * 1024

/** The first ones that fit, names in lower case, repeated ones joined by `, `. */
export function keepHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const kept: Record<string, string> = {}
  let count = 0
  let bytes = 0
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === undefined) continue
    const text = typeof value === 'string' ? value : value.join(', ')
    bytes += name.length + text.length
    count += 1
    if (count > HEADERS_MAX || bytes > BYTES_MAX) break
    // An assignment of it would be none: it is a header like any other.
    if (name === '__proto__') Object.defineProperty(kept, name, { ...PLAIN, value: text })
    else kept[name] = text
  }
  return kept
}

const PLAIN = { enumerable: true, writable: true, configurable: true }

export function firstValue(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value
}
