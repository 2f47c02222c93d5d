/**
 * Bringing forward: an endpoint that is back after a rest is noted by the commit that says so, and what
 * is noted is walked to its end, whatever crashes in between.
 */
import type { Commit, DeliveryLine, Moved, WebhookLine } from './book.ts'
import type { Broken, Operation } from './legal-moves.ts'
import { short } from './trace.ts'

const PROMISE = 'what waits goes when its endpoint is back'

interface Committed {
  moved: Moved[]
  commit: Commit
  deliveries: ReadonlyMap<string, DeliveryLine>
  now: number
}

export class ForwardWatch {
  readonly #broken: Broken
  /** As they were before the commit that is looked at. */
  #before: ReadonlyMap<string, WebhookLine> = new Map()
  /** Of webhooks that are walked: what has moved since, and may have been passed. */
  readonly #moved = new Map<string, Set<string>>()

  constructor(broken: Broken) {
    this.#broken = broken
  }

  committed(webhooks: ReadonlyMap<string, WebhookLine>, committed: Committed): void {
    for (const after of webhooks.values()) {
      const before = this.#before.get(after.id)
      if (before) this.#look(before, after, committed)
    }
    this.#before = webhooks
  }

  #look(before: WebhookLine, after: WebhookLine, committed: Committed): void {
    const moved = committed.moved.filter((each) => each.after.webhook_id === after.id)
    if (before.state === 'active' && after.state === 'active') {
      if (isOnly(committed.commit, 'recordIfLeased')) this.#checkNoted(before, after, moved)
      if (isOnly(committed.commit, 'bringForward')) this.#checkWhole(before, after, committed)
    }
    const begins = after.forwarding !== null && afterOf(after.forwarding) === ''
    if (begins && before.forwarding !== after.forwarding) this.#moved.set(after.id, new Set())
    else for (const each of moved) this.#moved.get(after.id)?.add(each.after.id)
  }

  #checkNoted(before: WebhookLine, after: WebhookLine, moved: Moved[]): void {
    const isEnded = before.resting_until !== null && after.resting_until === null
    const isBack = moved.length === 1 && moved[0]?.after.state === 'delivered'
    if (!isEnded || !isBack || after.forwarding !== null) return
    this.#broken(PROMISE, `${short(after.id)} rests no longer, and nothing is noted`)
  }

  #checkWhole(before: WebhookLine, after: WebhookLine, { deliveries, now }: Committed): void {
    if (before.forwarding === null || after.forwarding !== null) return
    const { byHand } = JSON.parse(before.forwarding) as { byHand: boolean }
    const passed = this.#moved.get(after.id)
    for (const row of deliveries.values()) {
      if (row.webhook_id !== after.id || row.state !== 'pending' || row.claimed_by) continue
      if ((row.due_at ?? 0) <= now || passed?.has(row.id)) continue
      if (!byHand && row.schedule_due_at !== null) continue
      this.#broken(PROMISE, `${short(row.id)} is left behind, due ${row.due_at}`)
    }
  }
}

function isOnly({ operations }: Commit, name: Operation): boolean {
  return operations.size === 1 && operations.has(name)
}

function afterOf(forwarding: string): string {
  return (JSON.parse(forwarding) as { after: string }).after
}
