/** What was probably meant by a word that isn't known; null: nothing is near enough to offer it. */
export function nearest(word: string, known: readonly string[]): string | null {
  // One slip in three letters; a beginning is near, however much of it is missing.
  const slipsMax = Math.max(1, Math.floor(word.length / 3))
  const found = known
    .map((name) => ({
      name,
      slips: word.length > 2 && name.startsWith(word) ? 0 : slips(word, name),
    }))
    .filter((each) => each.slips <= slipsMax)
    .sort((a, b) => a.slips - b.slips)
  return found[0]?.name ?? null
}

/** Letters to add, drop, replace or swap with the next one (Damerau's distance, adjacent swaps only). */
function slips(from: string, to: string): number {
  let [before, row] = [[] as number[], [...Array(to.length + 1).keys()]]
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, row] = [row, next]
  }
  return row[to.length] ?? 0
}
