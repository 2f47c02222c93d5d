/**
 * Parameters whose keys a caller chose: `metadata.env=production`, and `metadata[env]=production`, which
 * is how clients that are made from the document write an object.
 */

/** As they came, in their order: a key may come twice, and a value be a list of several. */
export type KeyedParts = [key: string, value: unknown][]

/** The query with the parts of each of these in one place. */
export function gatherKeyed(query: unknown, names: readonly string[]): unknown {
  const gathered = new Map<string, KeyedParts>()
  const others: [string, unknown][] = []
  for (const [name, value] of Object.entries(query ?? {})) {
    const found = partOf(name, names)
    if (found === null) others.push([name, value])
    else gathered.set(found.name, [...(gathered.get(found.name) ?? []), [found.key, value]])
  }
  return gathered.size === 0 ? query : Object.fromEntries([...others, ...gathered])
}

function partOf(given: string, names: readonly string[]): { name: string; key: string } | null {
  for (const name of names) {
    if (given.startsWith(`${name}.`)) return { name, key: given.slice(name.length + 1) }
    if (given.startsWith(`${name}[`) && given.endsWith(']')) {
      return { name, key: given.slice(name.length + 1, -1) }
    }
  }
  return null
}
