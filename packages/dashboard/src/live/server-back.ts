/**
 * A page that failed while the server was away is read again when it is back. The stream can't tell:
 * it may not be open yet, or may have been open all the time while a database was away.
 */
import type { Query, QueryClient } from '@tanstack/react-query'
import { isPassing } from '../api/api-failure.ts'

const ASK_EVERY_MS = 3_000

const isFailed = (query: Query) => query.isActive() && isPassing(query.state.error)

/** For as long as the app is open. */
export function readAgainWhenBack(client: QueryClient): void {
  const cache = client.getQueryCache()
  let isAsking = false
  const ask = async () => {
    if (isAsking) return
    isAsking = true
    await serverBack()
    isAsking = false
    await client.refetchQueries({ predicate: isFailed })
  }
  cache.subscribe(({ query }) => {
    if (isFailed(query) && query.state.fetchStatus === 'idle') void ask()
  })
}

/** Resolves when the server takes requests again: asked now and then, and when the browser is online. */
export async function serverBack(): Promise<void> {
  for (;;) {
    await pause()
    const isReady = await fetch('/readyz', { cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      window.removeEventListener('online', end)
      resolve()
    }
    const timer = setTimeout(end, ASK_EVERY_MS)
    window.addEventListener('online', end)
  })
}
