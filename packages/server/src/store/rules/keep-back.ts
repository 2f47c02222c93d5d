/** Which events a webhook's filter keeps back: judged in the commit that accepts them. */

import type { Lead, LeadPayload } from '../../lead.ts'
import { explainFilter } from '../../wants/explain-filter.ts'
import { compileFilter, EVERYTHING, type Filter, parseFilter } from '../../wants/filter.ts'
import { see } from '../../wants/see.ts'
import type { JsonValue, SeenEvent } from '../../wants/seen-event.ts'

/** What of an event filters look at. */
interface Judged {
  id: string
  chatbotId: string
  eventType: string
  /** Of a lead it is made of its fields: on its way between threads it is not there. */
  payload: string
  at: number
  lead: (LeadPayload & Pick<Lead, 'consent' | 'extras'>) | null
}

/** Of the column, where it is not `null`. */
type FilterText = string | null

interface Compiled {
  filter: Filter
  matches: (event: SeenEvent) => boolean
}

const COMPILED_MAX = 5_000
const compiled = new Map<string, Compiled>()

/** One for each event: it is read once, however many filters look at it, and not at all without one. */
export class FilterJudge {
  readonly #judged: Judged
  #seen: SeenEvent | undefined

  constructor(judged: Judged) {
    this.#judged = judged
  }

  /** Null: it is sent. Else why not, without a word of the event: it is kept beside it. */
  reasonAgainst(filter: FilterText): string | null {
    if (filter === null) return null
    const { matches, filter: parsed } = compiledOf(filter)
    this.#seen ??= seenOf(this.#judged)
    return matches(this.#seen) ? null : explainFilter(parsed, this.#seen).reason
  }
}

function seenOf({ id, chatbotId, eventType, payload, at, lead }: Judged): SeenEvent {
  return see({
    eventId: id,
    chatbotId,
    // No filter asks for it.
    chatbotName: '',
    eventType,
    payload: lead === null ? (JSON.parse(payload) as JsonValue) : payloadOf(lead),
    acceptedAt: at,
    lead,
  })
}

function payloadOf(lead: LeadPayload): JsonValue {
  const { conversationId, customerEmail, customerName, customerPhone } = lead
  return { conversationId, customerEmail, customerName, customerPhone }
}

function compiledOf(text: string): Compiled {
  let found = compiled.get(text)
  if (!found) {
    const parsed = parseFilter(JSON.parse(text) as JsonValue)
    // It was checked when it was saved; should a later version know less of it, nothing is kept back.
    found = parsed.ok
      ? { filter: parsed.filter, matches: compileFilter(parsed.filter) }
      : { filter: EVERYTHING, matches: () => true }
    if (compiled.size >= COMPILED_MAX) compiled.clear()
    compiled.set(text, found)
  }
  return found
}
