/** The list that a delivery was opened from: in its address, so that one goes on from one to the next. */
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { deliveriesQuery } from '../../api/deliveries.ts'
import type { Delivery } from '../../api/schema.ts'

const OF_LIST = 'in'
const KEPT = [
  'q',
  'chatbotId',
  'webhookId',
  'eventType',
  'state',
  'givenUp',
  'status',
  'error',
  'from',
  'to',
  'cursor',
] as const

/** Of what stands in the list's address. */
export function deliveryPath(id: string, list: URLSearchParams): string {
  return `/deliveries/${id}?${OF_LIST}=${encodeURIComponent(list.toString())}`
}

interface Neighbours {
  /** The list, as it was. */
  listPath: string
  newer: string | null
  older: string | null
}

/** Null: it was opened by itself. */
export function useNeighbours({
  id,
  createdAt,
}: Pick<Delivery, 'id' | 'createdAt'>): Neighbours | null {
  const [parameters] = useSearchParams()
  const text = parameters.get(OF_LIST)
  const list = new URLSearchParams(text ?? '')
  const filter = Object.fromEntries(KEPT.map((name) => [name, list.get(name)]))
  if (filter.webhookId) filter.chatbotId = null
  const page = useQuery({ ...deliveriesQuery(filter), enabled: text !== null })
  const at = page.data?.data.findIndex((each) => each.id === id) ?? -1
  const isElsewhere = page.data !== undefined && at < 0
  // What came meanwhile has moved it on: those behind it are found by its time.
  const to = new Date(Date.parse(createdAt) + 1).toISOString()
  const behind = useQuery({
    ...deliveriesQuery({ ...filter, cursor: null, to }),
    enabled: text !== null && isElsewhere,
  })
  if (text === null) return null
  const rows = isElsewhere ? (behind.data?.data ?? []) : (page.data?.data ?? [])
  const here = rows.findIndex((each) => each.id === id)
  const pathAt = (index: number) => {
    const found = index < 0 ? undefined : rows[index]
    return found ? deliveryPath(found.id, list) : null
  }
  return {
    listPath: `/deliveries${text === '' ? '' : `?${text}`}`,
    newer: here < 0 ? null : pathAt(here - 1),
    older: here < 0 ? null : pathAt(here + 1),
  }
}
