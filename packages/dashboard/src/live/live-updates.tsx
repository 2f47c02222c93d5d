/**
 * One stream for the whole app. It carries no data into the page, only what went stale: queries that
 * are on screen are read again, at most once in `REFRESH_EVERY_MS`, however much happens.
 */
import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { sessionQuery } from '../api/session.ts'
import { isGoing } from './going.ts'

export type LiveState = 'connecting' | 'live' | 'lost'

const REFRESH_EVERY_MS = 1_000
const RECONNECT_AFTER_MS = 5_000

/** The first word of the query keys that each kind of change makes stale. */
const STALE_AFTER: Record<string, readonly string[]> = {
  'delivery.updated': ['deliveries', 'events', 'leads', 'stats', 'webhooks'],
  'lead.created': ['leads', 'stats'],
  // A delivery is told with its webhook's state and rest.
  'webhook.updated': ['webhooks', 'deliveries', 'events'],
}

const LiveContext = createContext<LiveState>('connecting')

export function useLiveState(): LiveState {
  return useContext(LiveContext)
}

export function LiveUpdates({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => follow(client, setState), [client])
  return <LiveContext value={state}>{children}</LiveContext>
}

/** Returns what ends it. */
function follow(client: QueryClient, onState: (state: LiveState) => void): () => void {
  const refresh = throttledRefresh(client)
  let source: EventSource
  let reconnect: ReturnType<typeof setTimeout> | undefined
  let wasLost = false

  function open() {
    source = new EventSource('/api/v1/stream')
    source.onopen = () => {
      onState('live')
      // What happened meanwhile may be more than the stream can tell again.
      if (wasLost) refresh.everything()
      wasLost = false
    }
    source.onerror = () => {
      onState('lost')
      wasLost = true
      // Closed for good: the session ended, or the server is away. Asking for the session tells.
      if (source.readyState !== EventSource.CLOSED) return
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
      reconnect = setTimeout(open, RECONNECT_AFTER_MS)
    }
    source.addEventListener('stream.gap', refresh.everything)
    for (const [type, roots] of Object.entries(STALE_AFTER)) {
      source.addEventListener(type, () => refresh.roots(roots))
    }
  }

  open()
  return () => {
    clearTimeout(reconnect)
    source.close()
    refresh.stop()
  }
}

const predicate = (query: Query) => !isGoing(query)

function throttledRefresh(client: QueryClient) {
  const stale = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastAt = Number.NEGATIVE_INFINITY

  function flush() {
    timer = undefined
    lastAt = performance.now()
    const roots = [...stale]
    stale.clear()
    for (const root of roots) {
      // A request that is under way is not cut, and may have been read before the change: once more then.
      if (client.isFetching({ queryKey: [root], predicate }) > 0) refreshRoots([root])
      void client.invalidateQueries({ queryKey: [root], predicate }, { cancelRefetch: false })
    }
  }

  function refreshRoots(roots: readonly string[]) {
    for (const root of roots) stale.add(root)
    timer ??= setTimeout(flush, Math.max(0, lastAt + REFRESH_EVERY_MS - performance.now()))
  }

  return {
    roots: refreshRoots,
    everything: () => void client.invalidateQueries({ predicate }),
    stop: () => clearTimeout(timer),
  }
}
