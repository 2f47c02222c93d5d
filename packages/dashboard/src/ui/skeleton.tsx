import { texts } from '../texts/texts.ts'
import { classNames } from './class-names.ts'

/** As large as what will stand there, so that nothing jumps. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div
      aria-hidden="true"
      className={classNames('animate-shimmer rounded-md bg-line/70', className)}
    />
  )
}

export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status" className="grid gap-px">
      <span className="sr-only">{texts.ui.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={row} className="flex items-center gap-4 px-4 py-3.5">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-4 w-1/5" />
          <Skeleton className="ml-auto h-4 w-16" />
        </div>
      ))}
    </div>
  )
}
