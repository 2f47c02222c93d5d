/** How much of something is done; `label` says of what. */
export function ProgressBar({
  label,
  done,
  total,
}: {
  label: string
  done: number
  total: number
}) {
  const part = total === 0 ? 1 : Math.min(done / total, 1)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
      className="h-2 overflow-hidden rounded-full bg-line"
    >
      <div
        className="h-full origin-left bg-accent-fill transition-transform"
        style={{ transform: `scaleX(${part})` }}
      />
    </div>
  )
}
