import { formatCountdown, formatDateTime } from '../../format/format.ts'
import { useSeconds } from '../../format/use-now.ts'
import { texts } from '../../texts/texts.ts'

const { next } = texts.deliveries

/** "in 0:28", second by second. Not read out as it moves: the exact time is its title. */
export function Countdown({ at }: { at: string }) {
  const leftMs = Date.parse(at) - useSeconds()
  return (
    <time
      dateTime={at}
      title={formatDateTime(at)}
      className="font-medium whitespace-nowrap tabular"
    >
      {leftMs > 0 ? next.in(formatCountdown(leftMs)) : next.now}
    </time>
  )
}
