import { type UseQueryResult, useQueries } from '@tanstack/react-query'
import type { Webhook } from '../api/schema.ts'
import { webhooksQuery } from '../api/webhooks.ts'
import { useChatbot } from './chatbot-choice.tsx'

/** Lists are by chatbot: for more at once, a choice is asked for. */
const CHATBOTS_MAX = 25

export interface WebhooksOfChoice {
  /** Of the chosen chatbot, or of all of them. */
  webhooks: readonly Webhook[]
  isPending: boolean
  error: Error | null
  refetch(): void
  /** There are more chatbots than are asked for at once. */
  isPartial: boolean
}

export function useWebhooks(): WebhooksOfChoice {
  const { chatbotId, chatbots, isLoading } = useChatbot()
  const ids = chatbotId === null ? chatbots.map(({ id }) => id) : [chatbotId]
  const found = useQueries({ queries: ids.slice(0, CHATBOTS_MAX).map(webhooksQuery), combine })
  return {
    ...found,
    isPending: found.isPending || isLoading,
    isPartial: ids.length > CHATBOTS_MAX,
  }
}

function combine(results: UseQueryResult<Webhook[]>[]) {
  return {
    webhooks: results.flatMap(({ data }) => data ?? []),
    isPending: results.some(({ isPending }) => isPending),
    error: results.find(({ error }) => error)?.error ?? null,
    refetch: () => {
      for (const result of results) void result.refetch()
    },
  }
}
