/** Earlier events to one webhook: counted first, then started (`api/bulk.ts` follows it). */
import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Backfill, BulkStarted } from './schema.ts'

/** How many it would send. Asked anew each time: a count of a minute ago is no answer. */
export function countBackfillQuery(webhookId: string, backfill: Backfill) {
  return queryOptions({
    queryKey: ['backfill', webhookId, backfill],
    queryFn: ({ signal }) => {
      const body = { ...backfill, dryRun: true }
      return request.post<BulkStarted>(`/api/v1/webhooks/${webhookId}/backfill`, { body, signal })
    },
    gcTime: 0,
  })
}

export function startBackfill(
  webhookId: string,
  body: Backfill,
  idempotencyKey: string,
): Promise<BulkStarted> {
  return request.post(`/api/v1/webhooks/${webhookId}/backfill`, { body, idempotencyKey })
}
