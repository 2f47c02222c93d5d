/** uPlot in the app's colors: drawn anew when the theme or the width changes. */
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useColorScheme } from '../app/theme.ts'
import type { ChartColor, ChartProps, ChartSeries } from './chart.tsx'

const AXIS_FONT = '11px ui-sans-serif, system-ui, sans-serif'
const AXIS_WIDTH = 52

export default function ChartCanvas({ times, series, kind, format }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null)
  const scheme = useColorScheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `scheme` changes what the colors are
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const plot = new uPlot(
      options(element, { series, kind, format }),
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
  { series, kind, format }: Pick<ChartProps, 'series' | 'kind' | 'format'>,
): uPlot.Options {
  const color = colorsOf(element)
  const axis: uPlot.Axis = {
    stroke: color('soft'),
    font: AXIS_FONT,
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, grid: { show: false } },
      {
        ...axis,
        size: AXIS_WIDTH,
        values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? format(tick) : '')),
      },
    ],
    series: [{}, ...series.map((one) => ({ label: one.label, ...drawn(color(one.color), kind) }))],
  }
}

function drawn(color: string, kind: ChartProps['kind']): uPlot.Series {
  if (kind === 'lines')
    return { stroke: color, width: 1.75, points: { show: false }, spanGaps: true }
  const paths = uPlot.paths.bars?.({ size: [0.75, 40], radius: 0 })
  return { fill: color, width: 0, points: { show: false }, ...(paths ? { paths } : {}) }
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
