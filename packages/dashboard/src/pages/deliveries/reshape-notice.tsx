/** Its webhook sends another form since: the event can be sent in that, too. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { asFailure } from '../../api/api-failure.ts'
import { resendInPresentForm } from '../../api/deliveries.ts'
import type { DeliveryDetail } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useToasts } from '../../ui/toasts.tsx'

const words = texts.wants.reshape

export function ReshapeNotice({ delivery }: { delivery: DeliveryDetail }) {
  const { id, kind, shapeChanged, request } = delivery
  const client = useQueryClient()
  const navigate = useNavigate()
  const { showToast } = useToasts()
  const sending = useMutation({
    mutationFn: () => resendInPresentForm(id),
    onSuccess: (made) => {
      showToast({ tone: 'good', message: words.sent })
      void client.invalidateQueries({ queryKey: ['deliveries'] })
      void navigate(`/deliveries/${made.id}`)
    },
    onError: (error) => showToast({ tone: 'bad', message: asFailure(error).message }),
  })
  if (!shapeChanged || kind === 'test' || request === null) return null
  return (
    <Notice
      tone="info"
      title={words.title}
      actions={
        <Button size="sm" icon="send" busy={sending.isPending} onClick={() => sending.mutate()}>
          {words.send}
        </Button>
      }
    >
      {words.body}
    </Notice>
  )
}
