import { queryOptions } from '@tanstack/react-query'
import { readPages } from './read-pages.ts'
import { request } from './request.ts'
import type { GivenUp, Webhook } from './schema.ts'

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

/** What was given up, and neither resent nor set aside: of all there is, or of one chatbot. */
export function givenUpQuery(chatbotId: string | null) {
  return queryOptions({
    queryKey: ['webhooks', 'given-up', chatbotId],
    queryFn: ({ signal }) =>
      request.get<GivenUp>('/api/v1/given-up', { query: { chatbotId }, signal }),
  })
}
