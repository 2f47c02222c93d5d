import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { LeadStats } from './schema.ts'

/** From an instant up to now. Stale with every lead and every delivery, as charts are. */
export function leadStatsQuery(filter: { chatbotId: string | null; from: string }) {
  return queryOptions({
    queryKey: ['stats', 'leads', filter],
    queryFn: ({ signal }) =>
      request.get<LeadStats>('/api/v1/lead-stats', { query: { ...filter }, signal }),
    placeholderData: keepPreviousData,
  })
}
