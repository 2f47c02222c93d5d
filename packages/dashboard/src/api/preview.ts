import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Preview, PreviewResult } from './schema.ts'

/** What would be sent: nothing is stored by asking. */
export function previewQuery(chatbotId: string, body: Preview) {
  return queryOptions({
    queryKey: ['preview', chatbotId, body],
    queryFn: ({ signal }) =>
      request.post<PreviewResult>(`/api/v1/chatbots/${chatbotId}/preview`, { body, signal }),
    staleTime: 10_000,
  })
}
