import { texts } from '../texts/texts.ts'
import { SelectField } from './field.tsx'
import { InstantField } from './instant-field.tsx'

const HOUR_MS = 3_600_000

const BACK_MS = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
  month: 30 * 24 * HOUR_MS,
} as const

const { span } = texts.ui

interface SpanFieldsProps {
  label: string
  from: string | null
  to: string | null
  onChange(part: { from?: string | null; to?: string | null }): void
}

/**
 * A span of time. What is chosen becomes a fixed moment at once: pages of a list belong to one
 * filter, and a link that says "since 14:30" shows the same tomorrow.
 */
export function SpanFields({ label, from, to, onChange }: SpanFieldsProps) {
  const isOpen = from !== null || to !== null
  const isBackwards = from !== null && to !== null && from >= to
  const choose = (value: string) => {
    if (value === 'any') return onChange({ from: null, to: null })
    const backMs = Object.entries(BACK_MS).find(([name]) => name === value)?.[1]
    if (backMs === undefined) return
    const at = Math.floor((Date.now() - backMs) / 60_000) * 60_000
    onChange({ from: new Date(at).toISOString(), to: null })
  }
  return (
    <>
      <SelectField
        label={label}
        value={isOpen ? 'given' : 'any'}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="any">{span.any}</option>
        <option value="hour">{span.hour}</option>
        <option value="day">{span.day}</option>
        <option value="week">{span.week}</option>
        <option value="month">{span.month}</option>
        {isOpen && <option value="given">{span.given}</option>}
      </SelectField>
      {isOpen && (
        <>
          <InstantField
            label={span.from}
            value={from}
            onChange={(value) => onChange({ from: value })}
          />
          <InstantField
            label={span.to}
            value={to}
            error={isBackwards ? span.backwards : null}
            onChange={(value) => onChange({ to: value })}
          />
        </>
      )}
    </>
  )
}
