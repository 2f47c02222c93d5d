import { queryOptions } from '@tanstack/react-query'
import { type FileAnswer, request } from './request.ts'
import type { AuditEntry, AuditLog, Lead, LeadList } from './schema.ts'

/** Erasures are rare; one that lies further back in the log is told without its time. */
const ERASURES_MAX = 100

export interface LeadFilter {
  chatbotId?: string | null
  q?: string | null
  from?: string | null
  to?: string | null
}

export function leadsQuery(filter: LeadFilter & { limit?: number; cursor?: string | null }) {
  return queryOptions({
    queryKey: ['leads', 'list', filter],
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

/** An erased lead leaves nothing but a line in the audit log. Null: it was never there, or long ago. */
export function erasureQuery(leadId: string) {
  return queryOptions({
    queryKey: ['leads', leadId, 'erasure'],
    queryFn: async ({ signal }): Promise<AuditEntry | null> => {
      const query = { action: 'lead.erased', limit: ERASURES_MAX }
      const { data } = await request.get<AuditLog>('/api/v1/audit-log', { query, signal })
      return data.find(({ targetId }) => targetId === leadId) ?? null
    },
  })
}

export function exportLeads(filter: LeadFilter): Promise<FileAnswer> {
  return request.file('/api/v1/leads.csv', { query: { ...filter } })
}

export function eraseLead(id: string): Promise<null> {
  return request.delete(`/api/v1/leads/${id}`)
}
