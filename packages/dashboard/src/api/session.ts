import { queryOptions } from '@tanstack/react-query'
import { isUnauthorized } from './api-failure.ts'
import { request } from './request.ts'

export interface Session {
  kind: 'operator' | 'chatbot'
  /** Of an owner: the one chatbot that the key or link is for. */
  chatbotId: string | null
  expiresAt: string
}

/** Null: nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await request.get<Session>('/api/v1/session', { signal })
    } catch (error) {
      if (isUnauthorized(error)) return null
      throw error
    }
  },
  staleTime: 5 * 60_000,
})

export function signIn(credentials: { key: string } | { link: string }): Promise<Session> {
  return request.post('/api/v1/session', { body: credentials })
}

export function signOut(): Promise<null> {
  return request.delete('/api/v1/session')
}
