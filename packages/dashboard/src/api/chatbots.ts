import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Once } from './once.ts'
import { readPages } from './read-pages.ts'
import { request, type Versioned } from './request.ts'
import type {
  AcceptedEvent,
  Chatbot,
  ChatbotChange,
  ChatbotCreate,
  ChatbotList,
  EventCreate,
} from './schema.ts'

/** All whose names are known by heart; beyond it a name is its id, and the search still finds it. */
const CHATBOTS_MAX = 5_000
const PAGE_SIZE = 50
/** What is asked for first, and most servers have in all. */
const FIRST_PAGE_SIZE = 100

/** The newest: nothing waits for the names of a thousand. */
export const firstChatbotsQuery = queryOptions({
  queryKey: ['chatbots', 'first'],
  queryFn: ({ signal }) =>
    request.get<ChatbotList>('/api/v1/chatbots', { query: { limit: FIRST_PAGE_SIZE }, signal }),
  staleTime: 60_000,
})

export const chatbotsQuery = queryOptions({
  queryKey: ['chatbots', 'all'],
  queryFn: ({ signal }) => readPages<Chatbot>('/api/v1/chatbots', { max: CHATBOTS_MAX, signal }),
  staleTime: 60_000,
})

/** Those with a part of it in their name; null: all. */
export function chatbotListQuery(filter: { q: string | null; cursor: string | null }) {
  return queryOptions({
    queryKey: ['chatbots', 'list', filter],
    queryFn: ({ signal }) =>
      request.get<ChatbotList>('/api/v1/chatbots', {
        query: { ...filter, limit: PAGE_SIZE },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
}

export function chatbotQuery(id: string) {
  return queryOptions({
    queryKey: ['chatbots', id],
    queryFn: ({ signal }) => request.get<Versioned<Chatbot>>(`/api/v1/chatbots/${id}`, { signal }),
  })
}

export function createChatbot(body: ChatbotCreate, once: Once): Promise<Chatbot> {
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

export function publishEvent(id: string, body: EventCreate): Promise<AcceptedEvent> {
  return request.post(`/api/v1/chatbots/${id}/events`, { body })
}
