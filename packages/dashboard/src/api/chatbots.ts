import { queryOptions } from '@tanstack/react-query'
import type { Once } from './once.ts'
import { readPages } from './read-pages.ts'
import { request, type Versioned } from './request.ts'
import type { AcceptedEvent, Chatbot, ChatbotChange, NewChatbot, NewEvent } from './schema.ts'

/** More than a menu can show; who has more finds them by name on the Chatbots page. */
const CHATBOTS_MAX = 500

export const chatbotsQuery = queryOptions({
  queryKey: ['chatbots', 'all'],
  queryFn: ({ signal }) => readPages<Chatbot>('/api/v1/chatbots', { max: CHATBOTS_MAX, signal }),
  staleTime: 60_000,
})

export function chatbotQuery(id: string) {
  return queryOptions({
    queryKey: ['chatbots', id],
    queryFn: ({ signal }) => request.get<Versioned<Chatbot>>(`/api/v1/chatbots/${id}`, { signal }),
  })
}

export function createChatbot(body: NewChatbot, once: Once): Promise<Chatbot> {
  return request.post('/api/v1/chatbots', { body, idempotencyKey: once(body) })
}

export function updateChatbot(
  { id, etag }: { id: string; etag: string },
  body: ChatbotChange,
): Promise<Versioned<Chatbot>> {
  return request.patch(`/api/v1/chatbots/${id}`, { body, ifMatch: etag })
}

export function deleteChatbot(id: string): Promise<null> {
  return request.delete(`/api/v1/chatbots/${id}`)
}

export function publishEvent(id: string, body: NewEvent): Promise<AcceptedEvent> {
  return request.post(`/api/v1/chatbots/${id}/events`, { body })
}
