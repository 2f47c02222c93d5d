/** Chance that can be had again: the same seed gives the same numbers (mulberry32). */
export function seededRandom(seed: number) {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    fraction,
    /** Whole, from `low` up to and without `high`. */
    between: (low: number, high: number): number => low + Math.floor(fraction() * (high - low)),
  }
}
