/** The minute roll-ups of a past that is made in the order of time: a minute is written when it ends. */
import type { End, Row } from './row.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** As each commit that gave one up would have noted it. */
export const NOTE_GIVEN_UP = `UPDATE webhooks SET given_up_at = (SELECT max(finished_at) FROM finished
  WHERE state IN ('exhausted', 'cancelled') AND state = 'exhausted' AND webhook_id = webhooks.id)`
export const ROLL_UP_SPAN =
  'SELECT min(minute) AS first, max(minute) + 60000 AS "end" FROM stats_minutes'

/** In parts that are sorted in memory. */
export function daysOf({ first, end }: { first: number; end: number }): [number, number][] {
  const days: [number, number][] = []
  for (let at = first; at < end; at += DAY_MS) days.push([at, Math.min(at + DAY_MS, end)])
  return days
}

interface Minute {
  chatbotId: string
  accepted: number
  delivered: number
  exhausted: number
  cancelled: number
  attempts: number
  failed: number
}

export class StatsMinutes {
  readonly #write: (row: Row) => void
  readonly #webhooks = new Map<string, Minute>()
  #minute = 0

  constructor(write: (row: Row) => void) {
    this.#write = write
  }

  add(delivery: {
    webhookId: string
    chatbotId: string
    at: number
    state: End['state']
    attempts: number
  }): void {
    const { webhookId, chatbotId, at, state, attempts } = delivery
    const minute = at - (at % MINUTE_MS)
    if (minute !== this.#minute) this.flush()
    this.#minute = minute
    let sums = this.#webhooks.get(webhookId)
    if (!sums) {
      const none = { accepted: 0, delivered: 0, exhausted: 0, cancelled: 0, attempts: 0, failed: 0 }
      sums = { chatbotId, ...none }
      this.#webhooks.set(webhookId, sums)
    }
    sums.accepted += 1
    sums[state] += 1
    sums.attempts += attempts
    sums.failed += state === 'delivered' ? attempts - 1 : attempts
  }

  flush(): void {
    for (const [webhookId, sums] of this.#webhooks) {
      const { chatbotId, accepted, delivered, exhausted, cancelled, attempts, failed } = sums
      this.#write([
        webhookId,
        this.#minute,
        chatbotId,
        accepted,
        delivered,
        exhausted,
        cancelled,
        attempts,
        failed,
        attempts - failed,
        failed,
        0,
      ])
    }
    this.#webhooks.clear()
  }
}
