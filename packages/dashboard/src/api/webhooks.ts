import { queryOptions } from '@tanstack/react-query'
import type { Once } from './once.ts'
import { readPages } from './read-pages.ts'
import { request, type Versioned } from './request.ts'
import type {
  CreatedWebhook,
  EventType,
  EventTypeList,
  SecretRotation,
  WaitingSent,
  Webhook,
  WebhookChange,
  WebhookCreate,
  WebhookList,
  WebhookSecret,
  WebhookTestResult,
} from './schema.ts'

/** More than anybody reads at once; a chatbot has at most 50. */
export const WEBHOOKS_MAX = 500
/** Webhooks of one page of their list. */
export const WEBHOOKS_PAGE = 50

/** Of one chatbot or (null) of all, as far as they are read at once. */
export function webhooksQuery(chatbotId: string | null) {
  return queryOptions({
    queryKey: ['webhooks', 'of', chatbotId],
    queryFn: ({ signal }) =>
      readPages<Webhook>('/api/v1/webhooks', { query: { chatbotId }, max: WEBHOOKS_MAX, signal }),
  })
}

/** The same, page by page. */
export function webhookListQuery(filter: { chatbotId: string | null; cursor: string | null }) {
  return queryOptions({
    queryKey: ['webhooks', 'list', filter],
    queryFn: ({ signal }) =>
      request.get<WebhookList>('/api/v1/webhooks', {
        query: { ...filter, limit: WEBHOOKS_PAGE },
        signal,
      }),
  })
}

export function webhookQuery(id: string) {
  return queryOptions({
    queryKey: ['webhooks', id],
    queryFn: ({ signal }) => request.get<Versioned<Webhook>>(`/api/v1/webhooks/${id}`, { signal }),
  })
}

/** No query, which would read it again by itself: each look is a line in the audit log. */
export function lookAtSecret(id: string): Promise<WebhookSecret> {
  return request.get(`/api/v1/webhooks/${id}/secret`)
}

export const eventTypesQuery = queryOptions({
  queryKey: ['event-types'],
  queryFn: async ({ signal }): Promise<EventType[]> =>
    (await request.get<EventTypeList>('/api/v1/event-types', { signal })).data,
  staleTime: 10 * 60_000,
})

export function createWebhook(
  chatbotId: string,
  body: WebhookCreate,
  once: Once,
): Promise<CreatedWebhook> {
  const idempotencyKey = once([chatbotId, body])
  return request.post(`/api/v1/chatbots/${chatbotId}/webhooks`, { body, idempotencyKey })
}

export function updateWebhook(
  { id, etag }: { id: string; etag: string },
  body: WebhookChange,
): Promise<Versioned<Webhook>> {
  return request.patch(`/api/v1/webhooks/${id}`, { body, ifMatch: etag })
}

export function deleteWebhook(id: string): Promise<null> {
  return request.delete(`/api/v1/webhooks/${id}`)
}

/** Without a type: the first that the webhook subscribed to. */
export function testWebhook(id: string, eventType?: string): Promise<WebhookTestResult> {
  return request.post(`/api/v1/webhooks/${id}/test`, {
    body: eventType === undefined ? {} : { eventType },
  })
}

export function pauseWebhook(id: string): Promise<Webhook> {
  return request.post(`/api/v1/webhooks/${id}/pause`)
}

/** What waits for its next attempt; of what fails, the next one comes as before. */
export function sendWaiting(id: string): Promise<WaitingSent> {
  return request.post(`/api/v1/webhooks/${id}/send-waiting`)
}

/** Brings back a disabled one too. */
export function resumeWebhook(id: string): Promise<Webhook> {
  return request.post(`/api/v1/webhooks/${id}/resume`)
}

export function rotateSecret(id: string, body: SecretRotation): Promise<WebhookSecret> {
  return request.post(`/api/v1/webhooks/${id}/rotate-secret`, { body })
}

export function finishRotation(id: string): Promise<WebhookSecret> {
  return request.post(`/api/v1/webhooks/${id}/rotate-secret/finish`)
}
