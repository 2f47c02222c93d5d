/** What runtimes hand over: Fetch's `Headers`, or Node's object (any case, values maybe in arrays). */
export type RequestHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The value of a header, or null. A header that came twice is joined as HTTP joins it: then it no
 * longer has the form of a signature, and is refused rather than chosen from.
 */
export function readHeader(headers: RequestHeaders, lowerCaseName: string): string | null {
  if (hasGetter(headers)) return headers.get(lowerCaseName)
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.toLowerCase() !== lowerCaseName) continue
    return typeof value === 'string' ? value : value.join(', ')
  }
  return null
}

function hasGetter(headers: RequestHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function'
}
