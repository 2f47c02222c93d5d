/**
 * Who listens to a webhook of kind `listen`. To the store a listener is a node that takes one
 * webhook's deliveries, alone: it claims, records and holds a lease as every node does, and when its
 * lease lapses, what it held goes back in the same way.
 */
import type { Webhook } from '../webhook.ts'
import type { NewAuditEntry } from './access-store.ts'

export interface ListenerStore {
  /**
   * From now on `listenerId` takes this webhook's deliveries; what an earlier one held goes back. An
   * away or disabled webhook becomes active, a paused one stays paused. Null: no such webhook.
   */
  joinListener(listener: ListenerLease, audit?: NewAuditEntry): Promise<Webhook | 'has_url' | null>
  /**
   * Renews its lease and gives back all that it holds: whoever asks for more has nothing in hand, and
   * what an answer that got lost had brought comes again. Null: no such webhook.
   */
  renewListener(listener: ListenerLease): Promise<'renewed' | 'replaced' | 'lapsed' | null>
  /** It goes: what it holds goes back, and the webhook is away. False: it was not the one. */
  leaveListener(listener: Pick<ListenerLease, 'webhookId' | 'listenerId'>): Promise<boolean>
  /**
   * Webhooks whose listener's lease has lapsed become away; temporary ones that were away for
   * `removeAfterMs` are deleted.
   */
  sweepListeners(removeAfterMs: number): Promise<{ away: string[]; removed: string[] }>
}

export interface ListenerLease {
  webhookId: string
  listenerId: string
  leaseMs: number
}
