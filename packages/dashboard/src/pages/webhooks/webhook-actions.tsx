import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { asFailure } from '../../api/api-failure.ts'
import type { Versioned } from '../../api/request.ts'
import type { Webhook } from '../../api/schema.ts'
import { pauseWebhook, resumeWebhook } from '../../api/webhooks.ts'
import { texts } from '../../texts/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { DeleteWebhookDialog } from './delete-webhook-dialog.tsx'
import { EarlierDialog } from './earlier-dialog.tsx'
import { EditWebhookDialog, isBeingEdited } from './edit-webhook-dialog.tsx'
import { FinishDialog } from './finish-dialog.tsx'
import { RotateDialog } from './rotate-dialog.tsx'

type Asked = 'edit' | 'pause' | 'rotate' | 'finish' | 'delete' | null

const { actions, pause } = texts.webhooks

export function WebhookActions({ webhook }: { webhook: Versioned<Webhook> }) {
  const [asked, setAsked] = useState<Asked>(isBeingEdited(webhook.id) ? 'edit' : null)
  const earlier = useEarlier()
  const done = useDone()
  const resuming = useMutation({
    mutationFn: () => resumeWebhook(webhook.id),
    onSuccess: ({ state }) => done.well(state === 'away' ? actions.resumedAway : actions.resumed),
    onError: done.badly,
  })
  const dialog = (name: Asked) => ({
    open: asked === name,
    onOpenChange: (open: boolean) => setAsked(open ? name : null),
  })
  return (
    <>
      <Button icon="edit" onClick={() => setAsked('edit')}>
        {actions.edit}
      </Button>
      {webhook.state === 'active' || webhook.state === 'away' ? (
        <Button icon="pause" onClick={() => setAsked('pause')}>
          {texts.webhooks.actions.pause}
        </Button>
      ) : (
        <Button
          variant="primary"
          icon="play"
          busy={resuming.isPending}
          onClick={() => resuming.mutate()}
        >
          {actions.resume}
        </Button>
      )}
      <Menu trigger={<IconButton icon="more" label={actions.menu} />}>
        <MenuItem icon="send" onSelect={() => earlier.onOpenChange(true)}>
          {texts.earlier.open}
        </MenuItem>
        {webhook.overlapEndsAt === null ? (
          <MenuItem icon="key" onSelect={() => setAsked('rotate')}>
            {actions.rotate}
          </MenuItem>
        ) : (
          <MenuItem icon="key" onSelect={() => setAsked('finish')}>
            {actions.finish}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon="trash" danger onSelect={() => setAsked('delete')}>
          {actions.delete}
        </MenuItem>
      </Menu>
      <ConfirmDialog
        {...dialog('pause')}
        title={pause.title}
        confirmLabel={pause.confirm}
        onConfirm={() => pauseWebhook(webhook.id).then(() => done.well(actions.paused))}
      >
        <p>{pause.body}</p>
      </ConfirmDialog>
      <EarlierDialog {...earlier} webhook={webhook} />
      <FinishDialog {...dialog('finish')} webhook={webhook} />
      <EditWebhookDialog {...dialog('edit')} webhook={webhook} />
      <RotateDialog {...dialog('rotate')} webhook={webhook} />
      <DeleteWebhookDialog {...dialog('delete')} webhook={webhook} />
    </>
  )
}

/** Others lead here with `?earlier`. */
function useEarlier() {
  const [parameters, setParameters] = useSearchParams()
  return {
    open: parameters.has('earlier'),
    onOpenChange(open: boolean) {
      const change = (before: URLSearchParams) => {
        const next = new URLSearchParams(before)
        if (open) next.set('earlier', '')
        else next.delete('earlier')
        return next
      }
      setParameters(change, { replace: true })
    },
  }
}

function useDone() {
  const client = useQueryClient()
  const { showToast } = useToasts()
  return {
    well(message: string) {
      showToast({ tone: 'good', message })
      return client.invalidateQueries({ queryKey: ['webhooks'] })
    },
    badly: (error: Error) => showToast({ tone: 'bad', message: asFailure(error).message }),
  }
}
