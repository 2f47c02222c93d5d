/** How far a recovery is. */
import { useQuery } from '@tanstack/react-query'
import { recoveryQuery } from '../../api/recoveries.ts'
import type { Webhook } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'

const { recover } = texts.webhooks

interface RecoverProgressProps {
  webhook: Pick<Webhook, 'id'>
  open: boolean
  onOpenChange(open: boolean): void
  recoveryId: string
}

export function RecoverProgress({ webhook, recoveryId, open, onOpenChange }: RecoverProgressProps) {
  const { data, error, refetch } = useQuery(recoveryQuery(recoveryId))
  const isDone = data?.finishedAt != null
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={recover.title}
      description={recover.goesOn}
      footer={
        <>
          <ButtonLink
            to={`/deliveries?webhookId=${webhook.id}`}
            onClick={() => onOpenChange(false)}
          >
            {recover.see}
          </ButtonLink>
          <Button variant="primary" onClick={() => onOpenChange(false)}>
            {texts.ui.close}
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <ProgressBar
          label={recover.progress}
          done={data?.done ?? 0}
          // Until it is known, nothing is done; a recovery of none is all done.
          total={isDone ? data.done : (data?.total ?? 1)}
        />
        <p role="status" className="font-medium tabular">
          {data && (isDone ? recover.done(data.done) : recover.going(data.done, data.total))}
        </p>
        {error && (
          <>
            <ErrorState error={error} onRetry={refetch} />
            <p className="text-sm text-soft">{recover.lost}</p>
          </>
        )}
      </div>
    </Dialog>
  )
}
