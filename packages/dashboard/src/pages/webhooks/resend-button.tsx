/** Resends what was given up, at once. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asFailure } from '../../api/api-failure.ts'
import { startRecovery } from '../../api/recoveries.ts'
import type { RecoveryCreate } from '../../api/schema.ts'
import { Button } from '../../ui/button.tsx'
import { useToasts } from '../../ui/toasts.tsx'

interface ResendButtonProps {
  webhookId: string
  recovery: RecoveryCreate
  label: string
  size: 'sm' | 'md'
  /** It may be gone with what it resends: whoever shows it shows how far that is. */
  onStarted(recoveryId: string | null): void
}

export function ResendButton({ webhookId, recovery, label, size, onStarted }: ResendButtonProps) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const start = useMutation({
    mutationFn: () => startRecovery(webhookId, recovery),
    onSuccess: ({ recoveryId }) => {
      onStarted(recoveryId)
      return Promise.all(
        ['deliveries', 'webhooks'].map((root) => client.invalidateQueries({ queryKey: [root] })),
      )
    },
    onError: (error) => showToast({ tone: 'bad', message: asFailure(error).message }),
  })
  return (
    <Button size={size} icon="refresh" busy={start.isPending} onClick={() => start.mutate()}>
      {label}
    </Button>
  )
}
