import { type QueryKey, queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Delivery, DeliveryDetail, DeliveryList } from './schema.ts'

interface DeliveryFilter {
  chatbotId?: string | null
  webhookId?: string | null
  eventId?: string | null
  eventType?: string | null
  /** As it stands in the address: the server says what is wrong with it. */
  state?: string | null
  givenUp?: string | null
  status?: string | null
  error?: string | null
  from?: string | null
  to?: string | null
  q?: string | null
  limit?: number
  cursor?: string | null
}

export function deliveriesQuery(filter: DeliveryFilter) {
  return queryOptions({
    queryKey: ['deliveries', 'list', filter] as QueryKey,
    queryFn: ({ signal }) =>
      request.get<DeliveryList>('/api/v1/deliveries', { query: { ...filter }, signal }),
  })
}

export function deliveryQuery(id: string) {
  return queryOptions({
    queryKey: ['deliveries', id],
    queryFn: ({ signal }) => request.get<DeliveryDetail>(`/api/v1/deliveries/${id}`, { signal }),
  })
}

export function resendDelivery(id: string): Promise<Delivery> {
  return request.post(`/api/v1/deliveries/${id}/resend`)
}

/** Another delivery of its event, in the form that its webhook has now. */
export function resendInPresentForm(id: string): Promise<Delivery> {
  return request.post(`/api/v1/deliveries/${id}/resend`, { body: { shape: 'current' } })
}

export function cancelDelivery(id: string): Promise<Delivery> {
  return request.post(`/api/v1/deliveries/${id}/cancel`)
}
