import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { chatbotQuery, deleteChatbot } from '../../api/chatbots.ts'
import type { Chatbot } from '../../api/schema.ts'
import { statsQuery } from '../../api/stats.ts'
import { webhooksQuery } from '../../api/webhooks.ts'
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
  const fresh = { enabled: open, staleTime: 0 }
  const { data: webhooks } = useQuery({ ...webhooksQuery(id), ...fresh })
  const { data: stats } = useQuery({
    ...statsQuery({ chatbotId: id, spanMs: HOUR_MS, step: '1h' }),
    ...fresh,
  })
  const waiting = stats ? stats.current.pending + stats.current.parked : 0
  const confirm = async () => {
    await deleteChatbot(id)
    showToast({ tone: 'good', message: remove.deleted(name) })
    await navigate('/chatbots', { state: LEAVING })
    client.removeQueries({ queryKey: chatbotQuery(id).queryKey })
    await client.invalidateQueries()
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
      {webhooks && <p>{remove.webhooks(webhooks.length)}</p>}
      {waiting > 0 && <p>{remove.waiting(waiting)}</p>}
      <p>{remove.leads}</p>
      <p>{remove.keys}</p>
    </ConfirmDialog>
  )
}
