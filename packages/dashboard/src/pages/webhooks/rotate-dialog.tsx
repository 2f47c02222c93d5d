import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Webhook, WebhookSecret } from '../../api/schema.ts'
import { rotateSecret } from '../../api/webhooks.ts'
import { texts } from '../../texts/texts.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useToasts } from '../../ui/toasts.tsx'

export interface SecretDialogProps {
  webhook: Webhook
  open: boolean
  onOpenChange(open: boolean): void
  /** The answer has the secret: nobody needs to look at it again. */
  onDone?(secret: WebhookSecret): void
}

const OVERLAP_HOURS = [24, 1, 72, 168, 0]

const { rotate, actions } = texts.webhooks

export function RotateDialog({ webhook, open, onOpenChange, onDone }: SecretDialogProps) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const [overlapHours, setOverlapHours] = useState(24)
  const confirm = async () => {
    const secret = await rotateSecret(webhook.id, { overlapHours })
    onDone?.(secret)
    showToast({ tone: 'good', message: overlapHours === 0 ? actions.finished : actions.rotated })
    await client.invalidateQueries({ queryKey: ['webhooks'] })
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={rotate.title}
      confirmLabel={rotate.confirm}
      onConfirm={confirm}
    >
      <p>{rotate.body}</p>
      <div className="text-ink">
        <SelectField
          label={rotate.overlap}
          value={overlapHours}
          onChange={(event) => setOverlapHours(Number(event.target.value))}
        >
          {OVERLAP_HOURS.map((hours) => (
            <option key={hours} value={hours}>
              {rotate.hours(hours)}
            </option>
          ))}
        </SelectField>
      </div>
      {overlapHours === 0 && <Notice tone="warn">{rotate.noneWarning}</Notice>}
    </ConfirmDialog>
  )
}
