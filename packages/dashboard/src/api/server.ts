/** What the server says of itself to everybody: in its API's document, and to whoever watches it. */
import { queryOptions } from '@tanstack/react-query'
import { asFailure } from './api-failure.ts'
import { request } from './request.ts'
import type { Status } from './schema.ts'

interface Server {
  version: string
  /** Where others reach it: `PUBLIC_URL`. */
  publicUrl: string
}

interface ApiDocument {
  info: { version: string }
  servers: { url: string }[]
}

export const serverQuery = queryOptions({
  queryKey: ['server'],
  queryFn: async ({ signal }): Promise<Server> => {
    const { info, servers } = await request.get<ApiDocument>('/openapi.json', { signal })
    return { version: info.version, publicUrl: servers[0]?.url ?? location.origin }
  },
  staleTime: Number.POSITIVE_INFINITY,
})

/** Null: it is ready; else the sentence that says why not. */
export const readinessQuery = queryOptions({
  queryKey: ['readiness'],
  queryFn: async ({ signal }): Promise<string | null> => {
    try {
      await request.get<Status>('/readyz', { signal })
      return null
    } catch (error) {
      if (signal.aborted) throw error
      return asFailure(error).message
    }
  },
  staleTime: 0,
})
