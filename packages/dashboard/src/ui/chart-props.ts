export type ChartColor = 'good' | 'bad' | 'warn' | 'accent' | 'soft'

export const CHART_DOTS: Record<ChartColor, string> = {
  good: 'bg-good',
  bad: 'bg-bad',
  warn: 'bg-warn',
  accent: 'bg-accent',
  soft: 'bg-soft',
}

/** Around what is plotted, in pixels: the canvas keeps them, and what lies over it. */
export const CHART_EDGES = { top: 6, right: 8, bottom: 24, left: 46 }

export interface ChartSeries {
  label: string
  color: ChartColor
  /** One for each time; null: nothing was measured. */
  values: readonly (number | null)[]
}

export interface ChartProps {
  /** One sentence that says what the chart shows, for those who don't see it. */
  summary: string
  /** Milliseconds since 1970, ascending. */
  times: readonly number[]
  series: readonly ChartSeries[]
  /** Bars are stacked; lines aren't. */
  kind: 'bars' | 'lines'
  format(value: number): string
  /** A sentence in place of a chart that would show nothing. */
  empty?: string | null
  /** Where one gets from a time, and what is there. */
  link?: { label: string; to(at: number): string }
}
