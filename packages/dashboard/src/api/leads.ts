import { type QueryKey, queryOptions } from '@tanstack/react-query'
import { idTime } from './id-time.ts'
import { request, withQuery } from './request.ts'
import type { Erasure, ErasureList, Lead, LeadList } from './schema.ts'

const ERASURES_PAGE_SIZE = 100
const ERASURE_PAGES_MAX = 20
/** Of the servers that made the id and that noted the erasure. */
const CLOCKS_APART_MS = 600_000

export interface LeadFilter {
  chatbotId?: string | null
  q?: string | null
  /** As it stands in the address: the server says what is wrong with it. */
  deliveryState?: string | null
  from?: string | null
  to?: string | null
}

export function leadsQuery(filter: LeadFilter & { limit?: number; cursor?: string | null }) {
  return queryOptions({
    queryKey: ['leads', 'list', filter] as QueryKey,
    queryFn: ({ signal }) =>
      request.get<LeadList>('/api/v1/leads', { query: { ...filter }, signal }),
  })
}

export function leadQuery(id: string) {
  return queryOptions({
    queryKey: ['leads', id],
    queryFn: ({ signal }) => request.get<Lead>(`/api/v1/leads/${id}`, { signal }),
  })
}

/** Null: the event is of no lead, or the lead was erased. */
export function leadOfEventQuery(eventId: string) {
  return queryOptions({
    queryKey: ['leads', 'of', eventId],
    queryFn: async ({ signal }): Promise<Lead | null> => {
      const query = { q: eventId, limit: 1 }
      const { data } = await request.get<LeadList>('/api/v1/leads', { query, signal })
      return data[0] ?? null
    },
    staleTime: 60_000,
  })
}

/**
 * What is left of an erased lead. Null: it was never there. `too_many` were erased since: it wasn't
 * looked for any further. Nothing is erased before it was left, which its id tells.
 */
export function erasureQuery(leadId: string) {
  return queryOptions({
    queryKey: ['leads', leadId, 'erasure'],
    queryFn: async ({ signal }): Promise<Erasure | 'too_many' | null> => {
      let cursor: string | null = null
      const from = new Date((idTime(leadId) ?? 0) - CLOCKS_APART_MS).toISOString()
      for (let page = 0; page < ERASURE_PAGES_MAX; page++) {
        const query = { from, limit: ERASURES_PAGE_SIZE, cursor }
        const list: ErasureList = await request.get('/api/v1/erasures', { query, signal })
        const found = list.data.find((erasure) => erasure.leadId === leadId)
        if (found || list.nextCursor === null) return found ?? null
        cursor = list.nextCursor
      }
      return 'too_many'
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Whether there is anything to export, and whoever asks may; the browser then saves what comes. */
export async function leadsExportPath(filter: LeadFilter): Promise<string> {
  await request.get<LeadList>('/api/v1/leads', { query: { ...filter, limit: 1 } })
  return withQuery('/api/v1/leads.csv', { ...filter })
}

export function eraseLead(id: string): Promise<null> {
  return request.delete(`/api/v1/leads/${id}`)
}
