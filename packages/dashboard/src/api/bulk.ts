/** What is done with many deliveries at once: counted first, started, followed, stopped. */
import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { BulkAction, BulkActionList, BulkStarted, ChosenDeliveries } from './schema.ts'

export type ManyAction = 'resend' | 'cancel'

const LOOK_EVERY_MS = 1_000
/** Of what others begin: nobody waits for it here. */
const LOOK_FOR_OTHERS_EVERY_MS = 5_000
const RUNNING_SHOWN = 20

/** How many it would be about. Asked anew each time: a count of a minute ago is no answer. */
export function countManyQuery(action: ManyAction, chosen: ChosenDeliveries) {
  return queryOptions({
    queryKey: ['many', action, chosen],
    queryFn: ({ signal }) => {
      const body = { ...chosen, dryRun: true }
      return request.post<BulkStarted>(`/api/v1/deliveries/${action}`, { body, signal })
    },
    gcTime: 0,
  })
}

export function startMany(
  action: ManyAction,
  body: ChosenDeliveries,
  idempotencyKey: string,
): Promise<BulkStarted> {
  return request.post(`/api/v1/deliveries/${action}`, { body, idempotencyKey })
}

/** Looked at until it is over. */
export function bulkQuery(id: string) {
  return queryOptions({
    queryKey: ['bulk-actions', id],
    queryFn: ({ signal }) => request.get<BulkAction>(`/api/v1/bulk-actions/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.finishedAt ? false : LOOK_EVERY_MS),
  })
}

/** All that run and that one may see, whoever began them. */
export const runningBulksQuery = queryOptions({
  queryKey: ['bulk-actions', 'running'],
  queryFn: ({ signal }) => {
    const query = { running: 'true', limit: RUNNING_SHOWN }
    return request.get<BulkActionList>('/api/v1/bulk-actions', { query, signal })
  },
  refetchInterval: LOOK_FOR_OTHERS_EVERY_MS,
})

export function stopBulk(id: string): Promise<BulkAction> {
  return request.post(`/api/v1/bulk-actions/${id}/stop`)
}
