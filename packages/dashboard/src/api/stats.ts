import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Stats } from './schema.ts'

export type Step = Stats['step']

interface StatsFilter {
  chatbotId?: string | null
  webhookId?: string | null
  /** How far back from now: the query's identity stays the same while time goes on. */
  spanMs: number
  step: Step
}

export function statsQuery({ spanMs, ...filter }: StatsFilter) {
  return queryOptions({
    queryKey: ['stats', { ...filter, spanMs }],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - spanMs).toISOString()
      return request.get<Stats>('/api/v1/stats', { query: { ...filter, from }, signal })
    },
    placeholderData: keepPreviousData,
  })
}
