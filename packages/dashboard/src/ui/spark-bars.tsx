import { classNames } from './class-names.ts'

interface SparkBar {
  key: string
  good: number
  bad: number
}

interface SparkBarsProps {
  /** What it shows, in a sentence: nobody has to see it. */
  label: string
  bars: readonly SparkBar[]
  className?: string
}

const HEIGHT = 24
/** What is there is seen, however little beside the most. */
const SEEN_MIN = 1.5

/** Attempts over time in little space: what went well, and what failed on top of it. */
export function SparkBars({ label, bars, className }: SparkBarsProps) {
  const most = Math.max(1, ...bars.map(({ good, bad }) => good + bad))
  const tall = (value: number) =>
    value === 0 ? 0 : Math.max(SEEN_MIN, (value / most) * (HEIGHT - SEEN_MIN))
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${bars.length * 4} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={classNames('block', className)}
    >
      <rect y={HEIGHT - 0.5} width={bars.length * 4} height={0.5} className="fill-line" />
      {bars.map(({ key, good, bad }, at) => (
        <g key={key}>
          <rect
            x={at * 4 + 0.5}
            y={HEIGHT - tall(good)}
            width={3}
            height={tall(good)}
            className="fill-good"
          />
          <rect
            x={at * 4 + 0.5}
            y={Math.max(0, HEIGHT - tall(good) - tall(bad))}
            width={3}
            height={tall(bad)}
            className="fill-bad"
          />
        </g>
      ))}
    </svg>
  )
}
