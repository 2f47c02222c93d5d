import { formatDateTime, formatRelative, formatUtc } from '../format/format.ts'
import { useNow } from '../format/use-now.ts'
import { texts } from '../texts/texts.ts'

/** How long ago; the exact time in the reader's zone and in UTC shows when the pointer rests on it. */
export function TimeAgo({ at }: { at: string | null }) {
  const nowMs = useNow()
  if (at === null) return <span className="text-soft">{texts.ui.never}</span>
  return (
    <time dateTime={at} title={exactTime(at)} className="whitespace-nowrap">
      {/* The time moves on in steps: what has happened since the last is not in the future. */}
      {formatRelative(at, Math.max(nowMs, Date.parse(at)))}
    </time>
  )
}

/** The exact time in the reader's zone; UTC when the pointer rests on it. */
export function ExactTime({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatUtc(at)} className="tabular">
      {formatDateTime(at)}
    </time>
  )
}

function exactTime(at: string): string {
  return `${formatDateTime(at)}\n${formatUtc(at)}`
}
