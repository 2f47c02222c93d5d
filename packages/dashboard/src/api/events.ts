import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Event } from './schema.ts'

export function eventQuery(id: string) {
  return queryOptions({
    queryKey: ['events', id],
    queryFn: ({ signal }) => request.get<Event>(`/api/v1/events/${id}`, { signal }),
  })
}

/** To one webhook that has no delivery of it. */
export function sendEvent(id: string, webhookId: string): Promise<{ deliveryId: string }> {
  return request.post(`/api/v1/events/${id}/send`, { body: { webhookId } })
}
