/**
 * What breaks a rule beyond a list of known places, and what stands in the list without breaking it
 * any more: a list can only become shorter. An entry is the beginning of a sentence.
 */
export function beyondKnown(found: readonly string[], known: Record<string, string>): string[] {
  const places = Object.keys(known)
  const isKnown = (sentence: string) => places.some((place) => sentence.startsWith(place))
  const mended = places.filter((place) => !found.some((sentence) => sentence.startsWith(place)))
  return [
    ...found.filter((sentence) => !isKnown(sentence)),
    ...mended.map((place) => `${place} breaks the rule no more: take it from the list`),
  ]
}
