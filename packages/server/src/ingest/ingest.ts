/**
 * Ingest: takes leads and events in. It checks what the wire format demands, fixes the payload's
 * bytes once and for all, and hands the whole to the store in one commit. When it resolves, the
 * event and its deliveries are on disk; when it rejects, nothing is. It never sends anything:
 * what the store leased to this node goes on through `onAccepted`.
 */
import { createHash } from 'node:crypto'
import { ApiError } from '../errors.ts'
import {
  BODY_BYTES_MAX,
  EVENT_TYPE_LENGTH_MAX,
  EVENT_TYPE_PATTERN,
  LEAD_EVENT,
  LEAD_EVENT_SPELLINGS,
} from '../event.ts'
import { type Ids, leadIdOf } from '../id.ts'
import { leadPayloadText } from '../lead.ts'
import type { Metrics } from '../metrics.ts'
import { isReserved } from '../notice.ts'
import type { AcceptInput, Claim, LeaseOffer, NewEvent, Road } from '../store/road.ts'
import { largestBodyBytes, type Told } from '../wants/formats.ts'
import { cleanLead, type LeadInput } from './lead-fields.ts'
import { canonicalPayload } from './payload.ts'

interface IngestOptions {
  store: Pick<Road, 'accept'>
  ids: Ids
  metrics: Pick<Metrics, 'eventsAccepted'>
  backlogMax: number
  /** Who takes what is accepted straight into its lanes. */
  leaseOffer(): LeaseOffer | null
  /** `lease` is the offer that the claims are held under; its node may hold another by now. */
  onAccepted(claims: Claim[], waiting: string[], lease: LeaseOffer | null): void
}

interface LeadAnswer {
  leadId: string
  conversationId: string
  eventId: string
}

interface PublishedEvent {
  eventType: string
  payload: Record<string, unknown>
}

interface EventsOptions {
  /** With the chatbot, the scope of an idempotency key. */
  route: 'events' | 'events/batch'
  idempotencyKey: string | null
}

export interface Ingest {
  acceptLead(
    chatbotId: string,
    input: LeadInput,
    idempotencyKey: string | null,
  ): Promise<LeadAnswer>
  acceptEvents(
    chatbotId: string,
    events: Iterable<PublishedEvent> | AsyncIterable<PublishedEvent>,
    options: EventsOptions,
  ): Promise<{ eventIds: string[] }>
}

export function createIngest(options: IngestOptions): Ingest {
  const { ids } = options

  return {
    async acceptLead(chatbotId, input, idempotencyKey) {
      const cleaned = cleanLead(input, () => ids.next('conversation'))
      if (!cleaned.ok) throw invalid(cleaned.details)
      const { lead } = cleaned
      const eventId = ids.next('event')
      const leadId = leadIdOf(eventId)
      const payload = leadPayloadText(lead)
      const consent = input.consent ?? null
      const extras = input.extras ?? null
      refuseTooLarge({ eventType: LEAD_EVENT, chatbotId, payload, lead: { consent, extras } })
      const answer: LeadAnswer = { leadId, conversationId: lead.conversationId, eventId }
      const event: NewEvent = {
        id: eventId,
        eventType: LEAD_EVENT,
        payload,
        lead: { ...lead, consent, extras },
      }
      const bodyHash = idempotencyKey === null ? '' : hashOf(leadIdentity(input))
      const idempotency = idempotencyOf('leads', idempotencyKey, { bodyHash, answer })
      return acceptOrThrow<LeadAnswer>(options, { chatbotId, events: [event], idempotency, answer })
    },

    async acceptEvents(chatbotId, published, { route, idempotencyKey }) {
      const events: NewEvent[] = []
      const asked = idempotencyKey === null ? null : createHash('sha256').update('[')
      const take = (event: PublishedEvent) => {
        const index = events.length
        const at = route === 'events' ? '' : `events[${index}].`
        events.push(newEvent(chatbotId, event, { id: ids.next('event'), at }))
        asked?.update(`${index > 0 ? ',' : ''}${JSON.stringify(event)}`)
      }
      // One by one: a large batch is read, with turns for others, while it is gone through here.
      if (Array.isArray(published)) for (const event of published) take(event)
      else for await (const event of published) take(event)
      const bodyHash = asked?.update(']').digest('base64') ?? ''
      const answer = { eventIds: events.map((event) => event.id) }
      const idempotency = idempotencyOf(route, idempotencyKey, { bodyHash, answer })
      return acceptOrThrow<typeof answer>(options, { chatbotId, events, idempotency, answer })
    },
  }
}

/** One spelling of what was asked, whatever the order of its keys. */
function leadIdentity(input: LeadInput): (string | boolean | null)[] {
  const { consent, extras } = input
  return [
    input.conversationId ?? null,
    input.customerName ?? null,
    input.customerEmail ?? null,
    input.customerPhone ?? null,
    // Only what was sent: the time is ours, and another at each repeat.
    ...(consent ? [consent.given, consent.page] : []),
    ...(extras ? [JSON.stringify(extras)] : []),
  ]
}

function newEvent(
  chatbotId: string,
  { eventType, payload }: PublishedEvent,
  { id, at }: { id: string; at: string },
): NewEvent {
  if (LEAD_EVENT_SPELLINGS.includes(eventType.toLowerCase())) {
    const message = `\`${eventType}\` comes from leads: POST it to /api/v1/chatbots/${chatbotId}/leads`
    throw new ApiError(400, 'use_leads', message, {
      details: [{ path: `${at}eventType`, message }],
    })
  }
  if (isReserved(eventType)) {
    const message = `\`${eventType}\` can not be published: types that begin with \`webhook.\` or \`delivery.\` are told by this server itself. A test event of that type shows what comes`
    throw new ApiError(400, 'reserved_event_type', message, {
      details: [{ path: `${at}eventType`, message }],
    })
  }
  if (eventType.length > EVENT_TYPE_LENGTH_MAX || !EVENT_TYPE_PATTERN.test(eventType)) {
    const message = `\`${at}eventType\` must look like \`order.created\`: words joined by dots, each of letters, digits, \`_\` and \`-\`, the first with a letter before, up to ${EVENT_TYPE_LENGTH_MAX} characters`
    throw invalid([{ path: `${at}eventType`, message }])
  }
  const canonical = canonicalPayload(payload, `${at}payload`)
  if (!canonical.ok) throw invalid([canonical.refusal])
  refuseTooLarge({ eventType, chatbotId, payload: canonical.text, lead: null }, `${at}payload`)
  return { id, eventType, payload: canonical.text, lead: null }
}

/** A character takes three bytes at most, and what stands around a payload a few hundred. */
const SMALL_PAYLOAD_LENGTH = Math.floor((BODY_BYTES_MAX - 1_024) / 3)

/** At acceptance, not at delivery: a receiver's parser would refuse it every time. */
function refuseTooLarge(event: Omit<Told, 'acceptedAt'>, path?: string) {
  const { payload, lead } = event
  const isPlain = lead === null || (lead.consent === null && lead.extras === null)
  if (isPlain && payload.length <= SMALL_PAYLOAD_LENGTH) return
  const bytes = largestBodyBytes({ ...event, acceptedAt: 0 })
  if (bytes <= BODY_BYTES_MAX) return
  const message = `The delivery's body would have ${bytes} bytes; at most ${BODY_BYTES_MAX} are sent`
  const extra = path === undefined ? {} : { details: [{ path, message }] }
  throw new ApiError(413, 'body_too_large', message, extra)
}

function hashOf(asked: unknown): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64')
}

function idempotencyOf(
  route: string,
  key: string | null,
  { bodyHash, answer }: { bodyHash: string; answer: unknown },
): AcceptInput['idempotency'] {
  if (key === null) return null
  return { route, key, bodyHash, answer: JSON.stringify(answer) }
}

type Accepting<Answer> = Pick<AcceptInput, 'chatbotId' | 'events' | 'idempotency'> & {
  answer: Answer
}

async function acceptOrThrow<Answer>(
  { store, metrics, leaseOffer, onAccepted, backlogMax }: IngestOptions,
  { chatbotId, events, idempotency, answer }: Accepting<Answer>,
): Promise<Answer> {
  const lease = leaseOffer()
  const result = await store.accept({ chatbotId, events, idempotency, lease, backlogMax })
  switch (result.kind) {
    case 'accepted':
      metrics.eventsAccepted(events.length)
      onAccepted(result.claims, result.waiting, lease)
      return answer
    case 'replayed':
      return JSON.parse(result.answer) as Answer // our own text, written by this function
    case 'conflict':
      throw new ApiError(
        409,
        'idempotency_conflict',
        'This Idempotency-Key was used with another body within the last 24 hours',
      )
    case 'erased':
      throw new ApiError(410, 'lead_erased', 'The lead of this Idempotency-Key was erased')
    case 'chatbot_not_found':
      throw new ApiError(404, 'chatbot_not_found', 'There is no such chatbot')
    case 'backlog_full':
      throw new ApiError(
        503,
        'backlog_full',
        'Too many deliveries are waiting (MAX_BACKLOG); try again later',
        { retryAfterSeconds: 30 },
      )
  }
}

function invalid(details: { path: string; message: string }[]): ApiError {
  return new ApiError(400, 'invalid_input', details[0]?.message ?? 'The input is wrong', {
    details,
  })
}
