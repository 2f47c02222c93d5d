import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { SetAsideDone, WebhookHealthDetail, WebhookStatsList } from './schema.ts'

export type HealthSpan = '1h' | '24h' | '7d' | '30d'

export function webhookHealthQuery(id: string, span: HealthSpan) {
  return queryOptions({
    queryKey: ['webhooks', id, 'health', span],
    queryFn: ({ signal }) =>
      request.get<WebhookHealthDetail>(`/api/v1/webhooks/${id}/health`, {
        query: { span },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
}

/** Of the page of the list that is asked for in the same way (webhooks.ts). */
export function webhookStatsQuery(filter: {
  chatbotId: string | null
  cursor: string | null
  limit: number
}) {
  return queryOptions({
    queryKey: ['webhooks', 'stats', filter],
    queryFn: ({ signal }) =>
      request.get<WebhookStatsList>('/api/v1/stats/webhooks', { query: filter, signal }),
  })
}

/** What was given up before this instant: as far as somebody has looked. */
export function setAsideGivenUp(id: string, until: string): Promise<SetAsideDone> {
  return request.post(`/api/v1/webhooks/${id}/set-aside`, { body: { until } })
}
