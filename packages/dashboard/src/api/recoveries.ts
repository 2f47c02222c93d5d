import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Recovery, RecoveryCreate, RecoveryStarted } from './schema.ts'

const LOOK_EVERY_MS = 1_000

/** How many a recovery would send again. */
export function recoverableQuery(webhookId: string, recovery: RecoveryCreate) {
  return queryOptions({
    queryKey: ['recoverable', webhookId, recovery],
    queryFn: async ({ signal }) => {
      const body = { ...recovery, dryRun: true }
      const path = `/api/v1/webhooks/${webhookId}/recover`
      return (await request.post<RecoveryStarted>(path, { body, signal })).count
    },
  })
}

export function startRecovery(webhookId: string, body: RecoveryCreate): Promise<RecoveryStarted> {
  return request.post(`/api/v1/webhooks/${webhookId}/recover`, { body })
}

/** Looked at until it is done. */
export function recoveryQuery(id: string) {
  return queryOptions({
    queryKey: ['recoveries', id],
    queryFn: ({ signal }) => request.get<Recovery>(`/api/v1/recoveries/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.finishedAt ? false : LOOK_EVERY_MS),
  })
}
