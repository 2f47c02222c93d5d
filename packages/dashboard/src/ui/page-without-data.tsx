import type { ReactNode } from 'react'
import { Card } from './card.tsx'
import { ErrorState } from './error-state.tsx'
import { PageHeader } from './page-header.tsx'
import { SkeletonRows } from './skeleton.tsx'

interface PageWithoutDataProps {
  title: string
  trail: ReactNode
  /** Null: it is still being read. */
  error: Error | null
  onRetry(): unknown
}

/** A page about one thing, as long as nothing is known of it: it is being read, or could not be. */
export function PageWithoutData({ title, trail, error, onRetry }: PageWithoutDataProps) {
  return (
    <>
      <PageHeader title={title} trail={trail} />
      {error ? (
        <ErrorState error={error} onRetry={onRetry} />
      ) : (
        <Card flush>
          <SkeletonRows />
        </Card>
      )}
    </>
  )
}
