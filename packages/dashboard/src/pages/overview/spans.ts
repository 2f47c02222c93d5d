import type { Step } from '../../api/stats.ts'

const HOUR_MS = 3_600_000

/** The steps make 30 to 60 bars: as many as a phone shows apart. */
export const SPANS = {
  hour: { spanMs: HOUR_MS, step: '1m' },
  day: { spanMs: 24 * HOUR_MS, step: '1h' },
  week: { spanMs: 7 * 24 * HOUR_MS, step: '6h' },
  month: { spanMs: 30 * 24 * HOUR_MS, step: '1d' },
} as const satisfies Record<string, { spanMs: number; step: Step }>

export type SpanName = keyof typeof SPANS

export const DEFAULT_SPAN: SpanName = 'day'

export const STEP_MS: Record<Step, number> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '1d': 24 * HOUR_MS,
}

export function isSpan(given: string): given is SpanName {
  return Object.hasOwn(SPANS, given)
}
