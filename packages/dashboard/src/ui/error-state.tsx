import { asFailure } from '../api/api-failure.ts'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

/** Where a query's data would be: what went wrong, what to do next, and the button that does it. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => unknown }) {
  const failure = asFailure(error)
  const { title, retry, whatNext, offlineNext } = texts.errors
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
      <p className="mt-1">{failure.statusCode === 0 ? offlineNext : whatNext}</p>
    </Notice>
  )
}
