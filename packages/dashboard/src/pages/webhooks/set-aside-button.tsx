import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Webhook } from '../../api/schema.ts'
import { setAsideGivenUp } from '../../api/webhook-health.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useToasts } from '../../ui/toasts.tsx'

const { setAside: words } = texts.webhooks

interface SetAsideButtonProps {
  webhook: Pick<Webhook, 'id'>
  size?: 'sm' | 'md'
  /** How many, as it stands on the page. */
  shown: string
  /** When the last of those that are shown was given up: what comes after it was not seen. */
  newestAt: string
}

/** For who needs them no more: they are counted no longer, and stay where they are. */
export function SetAsideButton({ webhook, shown, newestAt, size = 'md' }: SetAsideButtonProps) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const [isOpen, setIsOpen] = useState(false)
  const confirm = async () => {
    const until = new Date(Date.parse(newestAt) + 1).toISOString()
    await setAsideGivenUp(webhook.id, until)
    await Promise.all(
      ['deliveries', 'webhooks'].map((root) => client.invalidateQueries({ queryKey: [root] })),
    )
    showToast({ tone: 'good', message: words.done })
  }
  return (
    <>
      <Button size={size} onClick={() => setIsOpen(true)}>
        {words.open}
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={setIsOpen}
        title={words.title(shown)}
        confirmLabel={words.confirm(shown)}
        onConfirm={confirm}
      >
        <p>{words.body}</p>
        <p>{words.kept}</p>
      </ConfirmDialog>
    </>
  )
}
