import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isPassing, isUnauthorized } from '../api/api-failure.ts'
import { sessionQuery } from '../api/session.ts'

const RETRIES_MAX = 2

/** A 401 anywhere ends the session: whoever needs one then leads to the sign-in page. */
export function createClient(): QueryClient {
  const onError = (error: unknown) => {
    if (isUnauthorized(error)) client.setQueryData(sessionQuery.queryKey, null)
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // The stream says what changed.
        staleTime: 15_000,
        retry: (failures, error) => failures < RETRIES_MAX && isPassing(error),
      },
      mutations: { retry: false },
    },
  })
  return client
}
