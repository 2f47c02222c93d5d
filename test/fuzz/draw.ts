/** Chance of one request: everything about it is drawn from one seed, by fast-check's arbitraries. */
import fc from 'fast-check'

export type Draw = fc.GeneratorValue

/** The same two numbers give the same draws. */
export function drawFor(seed: number, turn: number): Draw {
  // Neighbouring turns must not be alike: a multiplication mixes them (Knuth's golden ratio).
  const mixed = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(turn + 1, 0x85ebca6b)) | 0
  const [draw] = fc.sample(fc.gen(), { seed: mixed, numRuns: 1 })
  if (!draw) throw new Error('Broken assumption: one run gives one sample')
  return draw
}

export function pick<Item>(draw: Draw, items: readonly [Item, ...Item[]]): Item
export function pick<Item>(draw: Draw, items: readonly Item[]): Item | undefined
export function pick<Item>(draw: Draw, items: readonly Item[]): Item | undefined {
  return items.length === 0 ? undefined : items[draw(evenly, items.length - 1)]
}

/** True once in so many times. */
export function onceIn(draw: Draw, times: number): boolean {
  return draw(evenly, times - 1) === 0
}

/** fast-check likes the ends of a range; a choice wants none. */
function evenly(max: number): fc.Arbitrary<number> {
  return fc.noBias(fc.nat({ max }))
}
