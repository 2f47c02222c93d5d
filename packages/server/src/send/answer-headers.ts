/** An answer's headers as they are kept and shown: bounded, because strangers write them. */

const HEADERS_MAX = 50
const BYTES_MAX = 4 * 1024

/** The first ones that fit, names in lower case, repeated ones joined by `, `. */
export function keepHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const kept: [string, string][] = []
  let bytes = 0
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const text = typeof value === 'string' ? value : value.join(', ')
    bytes += name.length + text.length
    if (kept.length === HEADERS_MAX || bytes > BYTES_MAX) break
    kept.push([name, text])
  }
  // Unlike an assignment, this makes `__proto__` a header like any other.
  return Object.fromEntries(kept)
}

export function firstValue(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value
}
