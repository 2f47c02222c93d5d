import { asFailure } from '../api/api-failure.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

interface ErrorStateProps {
  error: unknown
  /** What could not be done; default: that this could not be loaded. */
  title?: string
  onRetry?: () => unknown
}

/** Where a query's data would be: what went wrong, what to do next, and the button that does it. */
export function ErrorState({ error, title = texts.errors.title, onRetry }: ErrorStateProps) {
  const failure = asFailure(error)
  const { retry, whatNext, offlineNext } = texts.errors
  return (
    <Notice
      tone="bad"
      title={title}
      actions={
        onRetry && (
          <Button size="sm" icon="refresh" onClick={() => void onRetry()}>
            {retry}
          </Button>
        )
      }
    >
      <p>{failure.message}</p>
      {!isRefusal(failure.statusCode) && (
        <p className="mt-1">{failure.statusCode === 0 ? offlineNext : whatNext}</p>
      )}
    </Notice>
  )
}

/** The server said what is wrong with what it was given: the same again would not help. */
function isRefusal(statusCode: number): boolean {
  return statusCode >= 400 && statusCode < 500
}
