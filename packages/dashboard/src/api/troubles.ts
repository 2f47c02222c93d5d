import { queryOptions } from '@tanstack/react-query'
import { readPages } from './read-pages.ts'
import type { Webhook } from './schema.ts'

/** More than anybody sees to at once. */
export const TROUBLED_MAX = 300

/** Of one chatbot or (null) of all: the webhooks that don't get what they should, and these alone. */
export function troubledQuery(chatbotId: string | null) {
  return queryOptions({
    queryKey: ['webhooks', 'troubled', chatbotId],
    queryFn: ({ signal }) =>
      readPages<Webhook>('/api/v1/webhooks', {
        query: { chatbotId, troubled: 'true' },
        max: TROUBLED_MAX,
        signal,
      }),
  })
}
