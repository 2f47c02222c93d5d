/** What a listener's coming and going makes of its webhook's state: the same in every store. */
import { awayReason, type WebhookState } from '../../webhook.ts'
import type { WebhookRow } from '../reading/rows.ts'

interface StateChange {
  state: WebhookState
  reason: string | null
}

/** Where a change of state leads: what takes a listener and has none is away, and not active. */
export function reachable(
  { state, reason }: StateChange,
  { id, kind, listener_id }: Pick<WebhookRow, 'id' | 'kind' | 'listener_id'>,
): StateChange {
  if (state !== 'active') return { state, reason }
  if (kind === 'http' || listener_id !== null) return { state, reason: null }
  return { state: 'away', reason: awayReason(id) }
}

/** A listener came. Paused is its owner's word, and stays. */
export function whenListened({ state, state_reason }: WebhookRow): StateChange {
  if (state === 'paused') return { state, reason: state_reason }
  return { state: 'active', reason: null }
}

/** The listener went. */
export function whenLeft({ id, state, state_reason }: WebhookRow): StateChange {
  if (state !== 'active') return { state, reason: state_reason }
  return { state: 'away', reason: awayReason(id) }
}
