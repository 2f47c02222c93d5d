import { type KeyboardEvent, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { formatDateTime } from '../format/format.ts'
import { texts } from '../texts/texts.ts'
import { CHART_DOTS, CHART_EDGES, type ChartProps } from './chart-props.ts'
import { classNames } from './class-names.ts'

const LEADING: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => Math.max(0, at - 1),
  ArrowRight: (at, last) => Math.min(last, at + 1),
  Home: () => 0,
  End: (_, last) => last,
}

/**
 * Over the picture, a place for each of its times: what it shows is told where the mouse is, where the
 * arrow keys lead, and where one taps; a click, Enter or a second tap goes to what is behind it.
 */
export function ChartSteps(props: ChartProps) {
  const { times, summary, link } = props
  const [shown, setShown] = useState<number | null>(null)
  const [reached, setReached] = useState(times.length - 1)
  const tapped = useRef(false)
  const places = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()
  const current = Math.min(reached, times.length - 1)

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') setShown(null)
    const next = LEADING[event.key]?.(current, times.length - 1)
    if (next === undefined) return
    event.preventDefault()
    setReached(next)
    const place = places.current?.children[next]
    if (place instanceof HTMLElement) place.focus()
  }

  function open(index: number) {
    const at = times[index]
    if (tapped.current && shown !== index) return setShown(index)
    if (link && at !== undefined) void navigate(link.to(at))
  }

  return (
    <div
      role="toolbar"
      aria-label={summary}
      ref={places}
      className="absolute flex"
      style={CHART_EDGES}
      onKeyDown={onKeyDown}
      onPointerLeave={() => setShown(null)}
    >
      {times.map((at, index) => (
        <button
          key={at}
          type="button"
          aria-label={told(props, index)}
          tabIndex={index === current ? 0 : -1}
          className={classNames(
            'h-full min-w-0 flex-1 rounded-xs',
            shown === index && 'bg-ink/5 ring-1 ring-line',
          )}
          onPointerDown={({ pointerType }) => {
            tapped.current = pointerType === 'touch'
          }}
          onPointerEnter={({ pointerType }) => pointerType !== 'touch' && setShown(index)}
          onFocus={() => {
            if (tapped.current) return
            setReached(index)
            setShown(index)
          }}
          onBlur={() => setShown(null)}
          onClick={() => open(index)}
        />
      ))}
      {shown !== null && <Tip {...props} index={shown} />}
    </div>
  )
}

/** The same in words, for those who hear it. */
function told({ times, series, format, link }: ChartProps, index: number): string {
  const figures = series.map(({ label, values }) => `${label}: ${figure(values[index], format)}`)
  const time = formatDateTime(new Date(times[index] ?? 0).toISOString())
  return [time, ...figures, ...(link ? [link.label] : [])].join('. ')
}

function figure(value: number | null | undefined, format: ChartProps['format']): string {
  return value === null || value === undefined ? '–' : format(value)
}

/** Beside the place it is about, where there is more room. */
function Tip({ times, series, format, link, index }: ChartProps & { index: number }) {
  const place = (index + 0.5) / times.length
  const side =
    place > 0.5 ? { right: `${(1 - place) * 100 + 2}%` } : { left: `${place * 100 + 2}%` }
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute top-1 z-10 grid gap-1 rounded-card border border-line bg-surface px-3 py-2 text-sm whitespace-nowrap shadow-md"
      style={side}
    >
      <p className="font-medium">{formatDateTime(new Date(times[index] ?? 0).toISOString())}</p>
      {series.map(({ label, color, values }) => (
        <p key={label} className="flex items-center gap-1.5">
          <span className={classNames('size-2.5 rounded-xs', CHART_DOTS[color])} />
          <span className="text-soft">{label}</span>
          <span className="ml-auto pl-3 tabular">{figure(values[index], format)}</span>
        </p>
      ))}
      {link && <p className="text-xs text-soft">{texts.ui.openStep(link.label)}</p>}
    </div>
  )
}
