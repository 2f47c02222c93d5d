/** Resends everything of a webhook that failed: how many it would be, then how far it is. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { recoverableQuery, startRecovery } from '../../api/recoveries.ts'
import type { RecoveryCreate, Webhook } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { webhookCondition } from '../../ui/status-badge.tsx'
import { RecoverFields, useRecoverChoice } from './recover-fields.tsx'
import { RecoverProgress } from './recover-progress.tsx'

interface RecoverDialogProps {
  webhook: Webhook
  open: boolean
  onOpenChange(open: boolean): void
}

const { recover } = texts.webhooks

export function RecoverDialog({ webhook, open, onOpenChange }: RecoverDialogProps) {
  const [recoveryId, setRecoveryId] = useState<string | null>(null)
  const close = (isOpen: boolean) => {
    onOpenChange(isOpen)
    // The next time it begins with the choice again.
    if (!isOpen) setRecoveryId(null)
  }
  if (recoveryId !== null) {
    return (
      <RecoverProgress webhook={webhook} recoveryId={recoveryId} open={open} onOpenChange={close} />
    )
  }
  return <Choice webhook={webhook} open={open} onOpenChange={close} onStarted={setRecoveryId} />
}

interface ChoiceProps extends RecoverDialogProps {
  onStarted(recoveryId: string): void
}

function Choice({ webhook, open, onOpenChange, onStarted }: ChoiceProps) {
  const client = useQueryClient()
  const choice = useRecoverChoice(webhook)
  const { recovery } = choice
  const count = useQuery({
    ...recoverableQuery(webhook.id, recovery ?? { since: '' }),
    enabled: open && recovery !== null,
  })
  const start = useMutation({
    mutationFn: (body: RecoveryCreate) => startRecovery(webhook.id, body),
    onSuccess: ({ recoveryId }) => {
      if (recoveryId !== null) onStarted(recoveryId)
      return client.invalidateQueries({ queryKey: ['deliveries'] })
    },
  })
  const amount = recovery === null ? 0 : (count.data ?? 0)
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={recover.title}
      description={recover.intro}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{texts.ui.cancel}</Button>
          <Button
            variant="primary"
            icon="refresh"
            busy={start.isPending}
            disabled={amount === 0}
            onClick={() => recovery && start.mutate(recovery)}
          >
            {recover.confirm(amount)}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <RecoverFields {...choice} failingSince={webhook.health.failingSince} />
        <div aria-live="polite" className="grid gap-3">
          {recovery !== null && count.error ? (
            <ErrorState error={count.error} onRetry={count.refetch} />
          ) : (
            recovery !== null && (
              <p className="font-medium">{countText(count.data, recovery.states)}</p>
            )
          )}
          {amount > 0 && <Warning webhook={webhook} />}
          {start.error && <ErrorState error={start.error} />}
        </div>
      </div>
    </Dialog>
  )
}

function countText(amount: number | undefined, states: RecoveryCreate['states']): string {
  if (amount === undefined) return recover.counting
  return amount === 0
    ? recover.nothing(states?.includes('cancelled') ?? false)
    : recover.willSend(amount)
}

function Warning({ webhook }: { webhook: Webhook }) {
  const condition = webhookCondition(webhook)
  if (condition === 'active') return null
  if (condition === 'resting') return <Notice tone="info">{recover.resting}</Notice>
  if (condition === 'away') return <Notice tone="info">{recover.away}</Notice>
  if (condition === 'doubtful') return <Notice tone="warn">{recover.doubtful}</Notice>
  return (
    <Notice tone="warn">{condition === 'failing' ? recover.failing : recover.notActive}</Notice>
  )
}
