import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router'
import { formatDateTime } from '../format/format.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { CHART_DOTS, type ChartProps } from './chart-props.ts'
import { ChartSteps } from './chart-steps.tsx'
import { classNames } from './class-names.ts'
import { Skeleton } from './skeleton.tsx'

/** uPlot is loaded only where a chart is shown. */
const ChartCanvas = lazy(() => import('./chart-canvas.tsx'))

const HEIGHT = 'h-40'
const STRIP = 'h-16'

/** A picture with a sentence that says the same, and the numbers as a table for whoever wants them. */
export function Chart(props: ChartProps) {
  const [asTable, setAsTable] = useState(false)
  if (props.empty) return <p className="text-sm text-soft">{props.empty}</p>
  const { series, times } = props
  const filled = times.flatMap((_at, index) =>
    series.some(({ values }) => values[index]) ? [index] : [],
  )
  // Of one step the figures say more than a bar does: below them a strip shows when it was.
  const only = filled.length === 1 ? filled[0] : undefined
  const height = only === undefined ? HEIGHT : STRIP
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
          {series.map(({ label, color, values }) => (
            <li key={label} className="flex items-center gap-1.5">
              <span
                aria-hidden="true"
                className={classNames('size-2.5 rounded-xs', CHART_DOTS[color])}
              />
              {label}
              {only !== undefined && (
                <span className="text-base font-semibold text-ink tabular">
                  {props.format(values[only] ?? 0)}
                </span>
              )}
            </li>
          ))}
        </ul>
        <Button
          size="sm"
          variant="quiet"
          className="-mx-2.5"
          onClick={() => setAsTable((before) => !before)}
        >
          {asTable ? texts.ui.showChart : texts.ui.showTable}
        </Button>
      </div>
      {asTable ? (
        <ChartTable {...props} />
      ) : (
        <div className={classNames('relative', height)}>
          <div role="img" aria-label={props.summary} className="h-full">
            <Suspense fallback={<Skeleton className={height} />}>
              <ChartCanvas {...props} />
            </Suspense>
          </div>
          <ChartSteps {...props} />
        </div>
      )}
    </div>
  )
}

function ChartTable({ summary, times, series, format, link }: ChartProps) {
  const rows = times.map((at, index) => ({ at, index })).toReversed()
  const told = rows.filter(({ index }) => series.some(({ values }) => values[index]))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region
    <section aria-label={summary} tabIndex={0} className={classNames('overflow-auto', HEIGHT)}>
      <table className="w-full text-sm tabular">
        <thead className="sticky top-0 bg-surface text-left text-xs text-soft">
          <tr>
            <th scope="col" className="py-1.5 pr-4 font-medium">
              {texts.ui.time}
            </th>
            {series.map(({ label }) => (
              <th key={label} scope="col" className="py-1.5 pl-4 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {told.map(({ at, index }) => (
            <tr key={at} className="border-t border-line">
              <td className="py-1.5 pr-4 whitespace-nowrap">
                <AtTime at={at} link={link} />
              </td>
              {series.map(({ label, values }) => (
                <td key={label} className="py-1.5 pl-4 text-right">
                  {values[index] === null || values[index] === undefined
                    ? '–'
                    : format(values[index])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function AtTime({ at, link }: { at: number; link: ChartProps['link'] }) {
  const time = formatDateTime(new Date(at).toISOString())
  return link ? (
    <Link to={link.to(at)} className="underline" aria-label={`${time}: ${link.label}`}>
      {time}
    </Link>
  ) : (
    time
  )
}
