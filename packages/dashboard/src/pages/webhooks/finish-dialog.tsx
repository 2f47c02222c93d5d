import { useQueryClient } from '@tanstack/react-query'
import type { WebhookSecret } from '../../api/schema.ts'
import { finishRotation } from '../../api/webhooks.ts'
import { texts } from '../../texts/texts.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import type { SecretDialogProps } from './rotate-dialog.tsx'

const { finish, actions } = texts.webhooks

/** Ends the overlap of a rotation before its time. */
export function FinishDialog({ webhook, open, onOpenChange, onDone }: SecretDialogProps) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const confirm = async () => {
    const secret: WebhookSecret = await finishRotation(webhook.id)
    await client.invalidateQueries({ queryKey: ['webhooks'] })
    onDone?.(secret)
    showToast({ tone: 'good', message: actions.finished })
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={finish.title}
      confirmLabel={finish.confirm}
      onConfirm={confirm}
    >
      <p>{finish.body}</p>
    </ConfirmDialog>
  )
}
