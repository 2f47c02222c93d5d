export type ChartColor = 'good' | 'bad' | 'warn' | 'accent' | 'soft'

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
}
