/**
 * Attempts that were brought forward, as the store has them after each commit: one that fails leaves its
 * delivery's count and next time as they were, and by itself a delivery is brought forward once in each
 * wait of its schedule.
 */
import type { SendResult } from '../../packages/server/src/outcome.ts'
import type { Commit, DeliveryLine, Moved, WebhookLine } from './book.ts'
import type { Broken, Operation } from './legal-moves.ts'
import { short } from './trace.ts'

/** What moves a delivery beside the attempt. */
const OTHERS: readonly Operation[] = ['settle', 'resend', 'continueRecoveries', 'bringForward']

export class ExtraWatch {
  readonly #broken: Broken
  /** As they were before the commit that is looked at. */
  #webhooks: ReadonlyMap<string, WebhookLine> = new Map()

  constructor(broken: Broken) {
    this.#broken = broken
  }

  committed(
    webhooks: ReadonlyMap<string, WebhookLine>,
    { moved, commit, resultOf }: Committed,
  ): void {
    const isAlone = !OTHERS.some((name) => commit.operations.has(name))
    for (const { before, after } of moved) {
      if (!before) continue
      if (before.attempt_count < after.attempt_count && isExtra(before) && isAlone) {
        this.#checkAttempt(before, after, resultOf(after))
      }
      const isBrought = before.attempt_count === after.attempt_count && after.state === 'pending'
      if (isBrought && commit.operations.size === 1 && commit.operations.has('bringForward')) {
        this.#checkOnce(before)
      }
    }
    this.#webhooks = webhooks
  }

  #checkAttempt(before: DeliveryLine, row: DeliveryLine, result: SendResult | undefined): void {
    if (before.state !== 'pending' || row.state === 'delivered') return
    const broken = (what: string) =>
      this.#broken('an extra attempt is not charged', `${short(row.id)} ${what}`)
    if (row.series_attempts !== before.series_attempts) broken('is charged for it')
    if (row.state === 'exhausted') broken('is given up by it')
    if (row.state !== 'pending') return
    const asked = result?.kind === 'answered' && (result.retryAfterMs ?? 0) > 0
    const [dueAt, scheduleAt] = [row.due_at ?? 0, before.schedule_due_at ?? 0]
    if (dueAt === scheduleAt || (asked && dueAt > scheduleAt)) return
    broken(`is due at ${dueAt} after it, and was at ${scheduleAt}`)
  }

  #checkOnce(before: DeliveryLine): void {
    const forwarding = this.#webhooks.get(before.webhook_id)?.forwarding ?? null
    if (forwarding === null || before.schedule_due_at === null) return
    if (JSON.parse(forwarding).byHand === true) return
    const sentence = `${short(before.id)} was brought forward in this wait before`
    this.#broken('brought forward once in a wait', sentence)
  }
}

export function isExtra({ due_at, schedule_due_at }: DeliveryLine): boolean {
  return due_at !== null && schedule_due_at !== null && due_at < schedule_due_at
}

interface Committed {
  moved: Moved[]
  commit: Commit
  /** What came back from its last attempt. */
  resultOf(row: DeliveryLine): SendResult | undefined
}
