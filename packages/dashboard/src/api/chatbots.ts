import { queryOptions } from '@tanstack/react-query'
import { readPages } from './read-pages.ts'
import { request } from './request.ts'
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
    queryFn: ({ signal }) => request.get<Chatbot>(`/api/v1/chatbots/${id}`, { signal }),
  })
}

export function createChatbot(body: NewChatbot): Promise<Chatbot> {
  return request.post('/api/v1/chatbots', { body })
}

export function updateChatbot(id: string, body: ChatbotChange): Promise<Chatbot> {
  return request.patch(`/api/v1/chatbots/${id}`, { body })
}

export function deleteChatbot(id: string): Promise<null> {
  return request.delete(`/api/v1/chatbots/${id}`)
}

export function publishEvent(id: string, body: NewEvent): Promise<AcceptedEvent> {
  return request.post(`/api/v1/chatbots/${id}/events`, { body })
}
