import { useQuery } from '@tanstack/react-query'
import type { Webhook } from '../api/schema.ts'
import { WEBHOOKS_MAX, webhooksQuery } from '../api/webhooks.ts'
import { useChatbot } from './chatbot-choice.tsx'

interface WebhooksOfChoice {
  /** Of the chosen chatbot, or of all of them; newest first. */
  webhooks: readonly Webhook[]
  isPending: boolean
  error: Error | null
  refetch(): void
  /** There are more than are read at once: whoever counts on all of them has to say so. */
  isPartial: boolean
}

export function useWebhooks(): WebhooksOfChoice {
  const { chatbotId, isLoading } = useChatbot()
  const found = useQuery({ ...webhooksQuery(chatbotId), enabled: !isLoading })
  const webhooks = found.data ?? []
  return {
    webhooks,
    isPending: found.isPending,
    error: found.error,
    refetch: () => void found.refetch(),
    isPartial: webhooks.length >= WEBHOOKS_MAX,
  }
}
