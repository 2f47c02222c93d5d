/** For whoever knows that the endpoint takes deliveries again: ends a webhook's rest. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asFailure } from '../../api/api-failure.ts'
import type { Webhook } from '../../api/schema.ts'
import { resumeWebhook } from '../../api/webhooks.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { useToasts } from '../../ui/toasts.tsx'

export function EndRestButton({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient()
  const { showToast } = useToasts()
  const ending = useMutation({
    mutationFn: () => resumeWebhook(webhook.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
    onError: (error) => showToast({ tone: 'bad', message: asFailure(error).message }),
  })
  return (
    <Button size="sm" icon="play" busy={ending.isPending} onClick={() => ending.mutate()}>
      {texts.webhooks.detail.sendNow}
    </Button>
  )
}
