import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import type { Webhook } from '../../api/schema.ts'
import { statsQuery } from '../../api/stats.ts'
import { deleteWebhook, webhookQuery } from '../../api/webhooks.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { withoutReadsOf } from '../../live/going.ts'
import { texts } from '../../texts/texts.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useToasts } from '../../ui/toasts.tsx'

interface DeleteWebhookDialogProps {
  webhook: Webhook
  open: boolean
  onOpenChange(open: boolean): void
}

const HOUR_MS = 3_600_000
const { remove, actions } = texts.webhooks

/** Says how many deliveries would be cancelled before anybody decides. */
export function DeleteWebhookDialog({ webhook, open, onOpenChange }: DeleteWebhookDialogProps) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { showToast } = useToasts()
  const { data: stats } = useQuery({
    ...statsQuery({ webhookId: webhook.id, spanMs: HOUR_MS, step: '1h' }),
    enabled: open,
    staleTime: 0,
  })
  const confirm = async () => {
    await withoutReadsOf(webhook.id, () => deleteWebhook(webhook.id))
    showToast({ tone: 'good', message: actions.deleted })
    await navigate('/webhooks')
    client.removeQueries({ queryKey: webhookQuery(webhook.id).queryKey })
    await client.invalidateQueries({ queryKey: ['webhooks'] })
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={remove.title}
      confirmLabel={remove.confirm}
      danger
      onConfirm={confirm}
    >
      <p className="[overflow-wrap:anywhere]">{remove.body(webhookName(webhook))}</p>
      {stats && <p>{remove.waiting(stats.current.pending, stats.current.parked)}</p>}
      <p>{remove.kept}</p>
    </ConfirmDialog>
  )
}
