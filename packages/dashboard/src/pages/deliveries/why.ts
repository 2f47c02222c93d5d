import type { Delivery } from '../../api/schema.ts'
import { isDoubtful, isHeldByRest } from '../../format/delivery-words.ts'
import { formatRelative } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'

const { attempts, why } = texts.deliveries

/** Why a webhook has not got it (yet), in a few words, or why that is doubtful. Null: it has. */
export function whyNot(delivery: Delivery, nowMs: number): string | null {
  const { state, stateReason, lastError, nextAttemptAt } = delivery
  switch (state) {
    case 'delivered':
      return isDoubtful(delivery.lastNote) ? attempts.notes[delivery.lastNote] : null
    case 'exhausted':
      return lastError
    case 'parked':
      return why[stateReason ?? 'webhook_paused']
    case 'cancelled':
      return stateReason === null ? lastError : why[stateReason]
    case 'pending': {
      if (isHeldByRest(delivery)) return lastError ?? why.resting
      if (nextAttemptAt === null || Date.parse(nextAttemptAt) <= nowMs) return lastError ?? why.due
      const when = formatRelative(nextAttemptAt, nowMs)
      return lastError === null ? why.waiting(when) : why.failed(lastError.replace(/\.$/, ''), when)
    }
  }
}
