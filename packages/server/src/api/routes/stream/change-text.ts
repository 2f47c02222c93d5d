/** What changed, as the stream writes it: ids and states, never personal data. */

import { inOwnersWords } from '../../../owner-words.ts'
import type { Change } from '../../../store/road.ts'
import { isoAt } from '../../shapes/present.ts'

export function changeText(change: Change): string {
  return `id: ${change.at}\nevent: ${change.type}\ndata: ${JSON.stringify(changeData(change))}\n\n`
}

/** Some of what happened can't be sent any more: the client should read its lists again. */
export function gapText(sinceMs: number, untilMs: number): string {
  const data = JSON.stringify({ from: isoAt(sinceMs), to: isoAt(untilMs) })
  return `event: stream.gap\ndata: ${data}\n\n`
}

/** Field by field: what a store adds to a change one day isn't published by accident. */
function changeData(change: Change): Record<string, unknown> {
  const common = { at: isoAt(change.at), chatbotId: change.chatbotId }
  switch (change.type) {
    case 'delivery.updated': {
      const { id, eventId, webhookId, eventType, state } = change.delivery
      const { attemptCount, lastStatus } = change.delivery
      // One text for all who watch.
      const lastError = change.delivery.lastError && inOwnersWords(change.delivery.lastError)
      return {
        ...common,
        delivery: { id, eventId, webhookId, eventType, state, attemptCount, lastStatus, lastError },
      }
    }
    case 'lead.created':
      return { ...common, leadId: change.leadId, eventId: change.eventId }
    case 'webhook.updated':
      return { ...common, webhookId: change.webhookId, aspect: change.aspect }
  }
}
