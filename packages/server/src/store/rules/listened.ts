/** What a listener's coming and going makes of its webhook's state: the same in every store. */
import { awayReason, type WebhookKind, type WebhookState } from '../../webhook.ts'

interface StateChange {
  state: WebhookState
  reason: string | null
}

/** What its row says of a webhook. */
interface Listened {
  id: string
  kind: WebhookKind
  listener_id: string | null
  state: WebhookState
  state_reason: string | null
}

/** Where a change of state leads: what takes a listener and has none is away, and not active. */
export function reachable(
  { state, reason }: StateChange,
  { id, kind, listener_id }: Pick<Listened, 'id' | 'kind' | 'listener_id'>,
): StateChange {
  if (state !== 'active') return { state, reason }
  if (kind === 'http' || listener_id !== null) return { state, reason: null }
  return { state: 'away', reason: awayReason(id) }
}

/** A listener came. Paused is its owner's word, and stays. */
export function whenListened({ state, state_reason }: Listened): StateChange {
  if (state === 'paused') return { state, reason: state_reason }
  return { state: 'active', reason: null }
}

/** The listener went. */
export function whenLeft({ id, state, state_reason }: Listened): StateChange {
  if (state !== 'active') return { state, reason: state_reason }
  return { state: 'away', reason: awayReason(id) }
}
