/** What stands where a list's rows would be. */
import { asFailure } from '../api/api-failure.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'
import { ErrorState } from './error-state.tsx'
import { Notice } from './notice.tsx'

interface ListErrorProps {
  error: unknown
  onRetry(): unknown
  /** Filters that the API refuses are no reason to try again. */
  onClear(): void
}

export function ListError({ error, onRetry, onClear }: ListErrorProps) {
  const { statusCode, message } = asFailure(error)
  return (
    <div className="p-4">
      {statusCode === 400 ? (
        <Notice
          tone="bad"
          title={texts.ui.wrongFilters}
          actions={
            <Button size="sm" icon="cross" onClick={onClear}>
              {texts.ui.clearFilters}
            </Button>
          }
        >
          {message.replaceAll('`', '')}
        </Notice>
      ) : (
        <ErrorState error={error} onRetry={onRetry} />
      )}
    </div>
  )
}

export function NothingMatches({ onClear }: { onClear(): void }) {
  return (
    <EmptyState
      icon="search"
      title={texts.ui.matchesNothing}
      action={
        <Button icon="cross" onClick={onClear}>
          {texts.ui.clearFilters}
        </Button>
      }
    >
      {texts.ui.matchesNothingNext}
    </EmptyState>
  )
}
