import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { AuditEntry, AuditLog } from './schema.ts'

interface AuditFilter {
  chatbotId: string | null
  action: AuditEntry['action'] | null
  actor: string | null
  from: string | null
  to: string | null
  cursor: string | null
}

const PAGE_SIZE = 50

export function auditLogQuery(filter: AuditFilter) {
  return queryOptions({
    queryKey: ['audit-log', filter],
    queryFn: ({ signal }) =>
      request.get<AuditLog>('/api/v1/audit-log', {
        query: { ...filter, limit: PAGE_SIZE },
        signal,
      }),
    placeholderData: keepPreviousData,
    // What one did a moment ago must be in it.
    staleTime: 0,
  })
}
