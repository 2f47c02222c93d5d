/** uPlot in the app's colors: drawn anew when the theme or the width changes. */
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useColorScheme } from '../app/theme.ts'
import { formatDay, formatTimeOfDay } from '../format/format.ts'
import { CHART_EDGES, type ChartColor, type ChartProps, type ChartSeries } from './chart-props.ts'

const AXIS_FONT = '11px ui-sans-serif, system-ui, sans-serif'
const DAY_SECONDS = 86_400

export default function ChartCanvas({ times, series, kind, format }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null)
  const scheme = useColorScheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `scheme` changes what the colors are
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const plot = new uPlot(
      options(element, { times, series, kind, format }),
      chartData(times, series, kind),
      element,
    )
    const observer = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height: element.clientHeight })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [times, series, kind, format, scheme])
  return <div ref={frame} className="h-full w-full" />
}

function options(
  element: HTMLElement,
  { times, series, kind, format }: Pick<ChartProps, 'times' | 'series' | 'kind' | 'format'>,
): uPlot.Options {
  const color = colorsOf(element)
  // A bar stands on its time: the first and the last would be cut in half.
  const halfStep = ((times[1] ?? 0) - (times[0] ?? 0)) / 2_000
  const axis: uPlot.Axis = {
    stroke: color('soft'),
    font: AXIS_FONT,
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [CHART_EDGES.top, CHART_EDGES.right, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_plot, min, max) => [min - halfStep, max + halfStep] },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: CHART_EDGES.bottom, values: timeLabels },
      {
        ...axis,
        size: CHART_EDGES.left,
        values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? format(tick) : '')),
      },
    ],
    series: [{}, ...series.map((one) => ({ label: one.label, ...drawn(color(one.color), kind) }))],
  }
}

function drawn(color: string, kind: ChartProps['kind']): uPlot.Series {
  // No line leads over steps in which nothing happened; points show what stands alone between them.
  const points = { show: true, size: 5, width: 0, fill: color }
  if (kind === 'lines') return { stroke: color, width: 1.75, points, spanGaps: false }
  const paths = uPlot.paths.bars?.({ size: [0.75, 40], radius: 0 })
  return { fill: color, width: 0, points: { show: false }, ...(paths ? { paths } : {}) }
}

/** Times of day; days where the ticks are days, and where one begins. */
function timeLabels(_plot: uPlot, ticks: number[], ...found: number[]): string[] {
  const stepSeconds = found[2] ?? 0
  return ticks.map((seconds) => {
    const at = new Date(seconds * 1_000)
    const beginsDay = at.getHours() === 0 && at.getMinutes() === 0
    return stepSeconds >= DAY_SECONDS || beginsDay ? formatDay(at) : formatTimeOfDay(at)
  })
}

/** Stacked bars are drawn from the tallest to the lowest: each covers the rest of the one before. */
function chartData(
  times: readonly number[],
  series: readonly ChartSeries[],
  kind: ChartProps['kind'],
): uPlot.AlignedData {
  const seconds = times.map((at) => at / 1_000)
  if (kind === 'lines') return [seconds, ...series.map(({ values }) => [...values])]
  const stacked = series.map((_, first) =>
    times.map((_at, index) =>
      series.slice(first).reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
    ),
  )
  return [seconds, ...stacked]
}

/** The canvas knows no custom properties; a style that was computed does. */
function colorsOf(element: HTMLElement): (name: ChartColor | 'line') => string {
  const before = element.style.color
  const seen = new Map<string, string>()
  for (const name of ['good', 'bad', 'warn', 'accent', 'soft', 'line']) {
    element.style.color = `var(--c-${name})`
    seen.set(name, getComputedStyle(element).color)
  }
  element.style.color = before
  return (name) => seen.get(name) ?? 'gray'
}
