/** Who may call: keys, and links by which owners sign in. */
import { queryOptions } from '@tanstack/react-query'
import { readPages } from './read-pages.ts'
import { request } from './request.ts'
import type { ApiKey, ApiKeyCreate, CreatedApiKey, OwnerLink, OwnerLinkCreate } from './schema.ts'

/** Read at once. */
export const KEYS_MAX = 500

/** Of one chatbot, or (null) all that the caller may see. */
export function apiKeysQuery(chatbotId: string | null) {
  return queryOptions({
    queryKey: ['api-keys', chatbotId],
    queryFn: ({ signal }) =>
      readPages<ApiKey>('/api/v1/api-keys', { query: { chatbotId }, max: KEYS_MAX, signal }),
  })
}

export function createApiKey(body: ApiKeyCreate): Promise<CreatedApiKey> {
  return request.post('/api/v1/api-keys', { body })
}

export function deleteApiKey(id: string): Promise<null> {
  return request.delete(`/api/v1/api-keys/${id}`)
}

export function createOwnerLink(body: OwnerLinkCreate): Promise<OwnerLink> {
  return request.post('/api/v1/owner-links', { body })
}
