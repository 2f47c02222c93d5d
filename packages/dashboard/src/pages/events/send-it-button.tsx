import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asFailure } from '../../api/api-failure.ts'
import { sendEvent } from '../../api/events.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { useToasts } from '../../ui/toasts.tsx'

const words = texts.events.sendIt

interface SendItButtonProps {
  eventId: string
  webhookId: string
  /** For those who hear the page: to where. */
  target: string
}

/** Of an event that a webhook did not get: it was made later, or was not subscribed. */
export function SendItButton({ eventId, webhookId, target }: SendItButtonProps) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const sending = useMutation({
    mutationFn: () => sendEvent(eventId, webhookId),
    onSuccess: () => showToast({ tone: 'good', message: words.sent }),
    onError: (error) => showToast({ tone: 'bad', message: asFailure(error).message }),
    // Somebody else may have sent it.
    onSettled: () => client.invalidateQueries({ queryKey: ['events', eventId] }),
  })
  return (
    <Button
      size="sm"
      aria-label={words.label(target)}
      busy={sending.isPending}
      onClick={() => sending.mutate()}
    >
      {words.now}
    </Button>
  )
}
