import { leadIdOf } from '../../../id.ts'
import type { Core } from '../core.ts'

/** Whether nothing is left of an event's payload. A lead that is there is its own event. */
export function isErased(core: Core, eventId: string): boolean {
  const event = core.get<{ erased: number }>(EVENT_ERASED, eventId)
  if (event) return event.erased === 1
  return core.get(LEAD_EXISTS, leadIdOf(eventId)) === undefined
}

const EVENT_ERASED = 'SELECT erased FROM events WHERE id = ?'
const LEAD_EXISTS = 'SELECT 1 FROM leads WHERE id = ?'
