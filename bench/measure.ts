/**
 * Measure: how a figure comes about. Two things are compared by taking turns in one run, A B A B…,
 * because a machine's speed drifts more between two runs than the difference that we look for. The
 * figure is the median of the pairs' ratios; its spread is printed beside it.
 */
export type Unit = 'ratio' | 'µs' | 'ms' | 's' | 'MB' | '/s' | '%'

export interface Figure {
  what: string
  unit: Unit
  value: number
  /** Lowest and highest of the rounds; null: measured once. */
  spread: { min: number; max: number; rounds: number } | null
  /** Null: told for context, nothing is promised. */
  target: Target | null
  note?: string
}

export interface Target {
  is: 'at least' | 'at most'
  value: number
}

export const atLeast = (value: number): Target => ({ is: 'at least', value })
export const atMost = (value: number): Target => ({ is: 'at most', value })

export function isMet({ value, target }: Figure): boolean | null {
  if (target === null) return null
  return target.is === 'at least' ? value >= target.value : value <= target.value
}

export interface FigureText {
  what: string
  unit: Unit
  target?: Target
  note?: string
}

/** One figure of several rounds: their median. */
export function figureOf(values: readonly number[], { target, ...text }: FigureText): Figure {
  const spread =
    values.length > 1
      ? { min: Math.min(...values), max: Math.max(...values), rounds: values.length }
      : null
  return { ...text, value: median(values), spread, target: target ?? null }
}

export interface Pair<A, B = A> {
  a: A
  b: B
}

/** Runs A and B in turns and changes who goes first, so that neither always finds the warmer disk. */
export async function interleave<A, B>(options: {
  rounds: number
  a(round: number): Promise<A>
  b(round: number): Promise<B>
}): Promise<Pair<A, B>[]> {
  const pairs: Pair<A, B>[] = []
  for (let round = 0; round < options.rounds; round++) {
    if (round % 2 === 0) {
      const a = await options.a(round)
      pairs.push({ a, b: await options.b(round) })
    } else {
      const b = await options.b(round)
      pairs.push({ a: await options.a(round), b })
    }
  }
  return pairs
}

export function ratios(pairs: readonly Pair<number>[]): number[] {
  return pairs.map(({ a, b }) => a / b)
}

/** Of one figure of what the rounds came to. */
export function ratiosOf<Measured>(
  pairs: readonly Pair<Measured>[],
  pick: (measured: Measured) => number,
): number[] {
  return pairs.map(({ a, b }) => pick(a) / pick(b))
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** By linear interpolation between the two nearest; `share` is 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}
