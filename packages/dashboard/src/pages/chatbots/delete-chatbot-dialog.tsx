import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { chatbotsQuery, deleteChatbot, firstChatbotsQuery } from '../../api/chatbots.ts'
import type { Chatbot } from '../../api/schema.ts'
import { statsQuery } from '../../api/stats.ts'
import { webhooksQuery } from '../../api/webhooks.ts'
import { withoutReadsOf } from '../../live/going.ts'
import { texts } from '../../texts/texts.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { LEAVING } from './use-unsaved-guard.ts'

interface DeleteChatbotDialogProps {
  chatbot: Chatbot
  open: boolean
  onOpenChange(open: boolean): void
}

const HOUR_MS = 3_600_000
const { remove } = texts.chatbots

/** Says what goes with it before anybody decides. */
export function DeleteChatbotDialog({ chatbot, open, onOpenChange }: DeleteChatbotDialogProps) {
  const { id, name } = chatbot
  const client = useQueryClient()
  const navigate = useNavigate()
  const { showToast } = useToasts()
  const [isGoing, setIsGoing] = useState(false)
  // The stream tells of webhooks that end: nobody asks again for those of one that is gone.
  const fresh = { enabled: open && !isGoing, staleTime: 0 }
  const { data: webhooks } = useQuery({ ...webhooksQuery(id), ...fresh })
  const { data: stats } = useQuery({
    ...statsQuery({ chatbotId: id, spanMs: HOUR_MS, step: '1h' }),
    ...fresh,
  })
  const waiting = stats ? stats.current.pending + stats.current.parked : 0
  const confirm = async () => {
    setIsGoing(true)
    await withoutReadsOf(id, () => deleteChatbot(id)).catch((error: unknown) => {
      setIsGoing(false)
      throw error
    })
    client.setQueryData(chatbotsQuery.queryKey, (known) => known?.filter((one) => one.id !== id))
    client.setQueryData(
      firstChatbotsQuery.queryKey,
      (known) => known && { ...known, data: known.data.filter((one) => one.id !== id) },
    )
    client.removeQueries({ queryKey: ['chatbots', 'list'] })
    showToast({ tone: 'good', message: remove.deleted(name) })
    await navigate('/chatbots', { state: LEAVING })
    await client.invalidateQueries({ refetchType: 'none' })
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={remove.title}
      confirmLabel={remove.confirm}
      typedName={name}
      danger
      onConfirm={confirm}
    >
      <p>{webhooks ? remove.webhooks(webhooks.length) : remove.itsWebhooks}</p>
      {waiting > 0 && <p>{remove.waiting(waiting)}</p>}
      <p>{remove.leads}</p>
      <p>{remove.keys}</p>
    </ConfirmDialog>
  )
}
