/** What a webhook would send, before anything is sent or stored. */
import { z } from 'zod'
import type { Chatbot } from '../../chatbot.ts'
import { canonicalEventType } from '../../event.ts'
import { eventIdOf, isId, leadIdOf } from '../../id.ts'
import type { ListedEvent, PageRead } from '../../store/desk.ts'
import type { Shaped } from '../../store/road.ts'
import { exampleType, soleType, spellingOf } from '../../subscription.ts'
import { explainFilter } from '../../wants/explain-filter.ts'
import { parseFilter } from '../../wants/filter.ts'
import { see } from '../../wants/see.ts'
import type { JsonValue, SeenEvent } from '../../wants/seen-event.ts'
import { shapeText } from '../../wants/shape.ts'
import { SETTINGS_BY_DEFAULT, type Webhook, type WebhookSettings } from '../../webhook.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { notFound } from '../shapes/error-answer.ts'
import { EXAMPLE_IDS, idField } from '../shapes/schemas.ts'
import { givenSettings } from '../shapes/webhook-settings.ts'
import { refuseUnfitWants } from './webhooks/check-wants.ts'

const LAST_EVENTS_MAX = 100
/** In place of an event's id. */
const EXAMPLE = 'example'
const EXAMPLES_MAX = 5

const previewSchema = z
  .strictObject({
    webhookId: idField('webhook').exactOptional().meta({
      description: 'What is left out below is as this webhook has it.',
    }),
    eventTypes: givenSettings.eventTypes.exactOptional(),
    format: givenSettings.format.exactOptional(),
    template: givenSettings.template.exactOptional(),
    templateType: givenSettings.templateType.exactOptional(),
    filter: givenSettings.filter.exactOptional(),
    include: givenSettings.include.exactOptional(),
    eventId: z
      .string()
      .refine(
        (given) => given === EXAMPLE || isId('event', given),
        'must be an id of an event, or `example`',
      )
      .exactOptional()
      .meta({
        description:
          "Of which event: `example` for one with example values. Default: the chatbot's last event of these types, or else an example.",
        examples: [EXAMPLE_IDS.event],
      }),
    lastEvents: z.int().min(1).max(LAST_EVENTS_MAX).exactOptional().meta({
      description: 'Of so many of the last events, how many would be sent.',
    }),
  })
  .meta({ id: 'Preview' })

const answerSchema = z
  .object({
    sent: z.boolean().meta({ description: 'Whether the filter lets it through.' }),
    why: z.string().meta({ description: 'Why not; empty if it is sent.' }),
    example: z.boolean().meta({ description: 'No event was there: these are example values.' }),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    matched: z.int().exactOptional(),
    of: z.int().exactOptional(),
    examples: z
      .array(z.object({ eventId: idField('event'), sent: z.boolean(), why: z.string() }))
      .exactOptional()
      .meta({ description: 'Of those that would be kept back first.' }),
  })
  .meta({ id: 'PreviewResult' })

type Wanted = Pick<
  WebhookSettings,
  'eventTypes' | 'format' | 'template' | 'templateType' | 'filter' | 'include'
>

export function previewRoutes(deps: ApiDeps): Route[] {
  const { store } = deps
  const route = defineRoute({
    method: 'POST',
    path: '/api/v1/chatbots/{id}/preview',
    operationId: 'previewWebhook',
    tag: 'Webhooks',
    summary: 'Preview what would be sent',
    description:
      'What a webhook of these settings would send of an event. Nothing is stored, and nothing is sent. Signed with its secret only as it is stored: with other settings, and without a webhook, by a secret that is nobody’s.',
    access: 'chatbot-by-id',
    id: 'chatbot',
    body: { schema: previewSchema, example: { format: 'slack' } },
    answer: {
      status: 200,
      description: 'The request, and whether it would be made.',
      schema: answerSchema,
      example: {
        sent: true,
        why: '',
        example: true,
        headers: { 'content-type': 'application/json' },
        body: '{"text":"New lead from Shop"}',
      },
    },
    errors: ['webhook_not_found', 'event_not_found'],
    slot: 'answer',
    async handle({ id: chatbotId, body }) {
      const chatbot = await store.getChatbot(chatbotId)
      if (!chatbot) throw notFound('chatbot')
      const { webhookId, eventId, lastEvents, ...given } = body
      const webhook = webhookId === undefined ? null : await store.getWebhook(webhookId)
      if (webhookId !== undefined && webhook?.chatbotId !== chatbotId) throw notFound('webhook')
      const base = webhook ?? { ...SETTINGS_BY_DEFAULT, eventTypes: ['lead.submit'] }
      const isOld = given.format !== undefined && given.format !== 'template'
      const wanted: Wanted = {
        ...base,
        ...(isOld && { template: null, templateType: 'json' as const }),
        ...given,
      }
      refuseUnfitWants(wanted)
      const event = await eventFor(deps, { chatbot, eventId, eventTypes: wanted.eventTypes })
      const isStored = Object.keys(given).length === 0
      const shown = previewOf(deps, { chatbot, webhook, wanted, event, isStored })
      if (lastEvents === undefined) return shown
      return { ...shown, ...(await countLast(deps, { chatbot, wanted, count: lastEvents })) }
    },
  })
  return [route]
}

interface Told {
  id: string
  eventType: string
  payload: string
  createdAt: number
  lead: Shaped['lead']
  isExample: boolean
}

async function eventFor(
  deps: ApiDeps,
  asked: { chatbot: Chatbot; eventId: string | undefined; eventTypes: string[] },
): Promise<Told> {
  const { chatbot, eventId, eventTypes } = asked
  if (eventId === EXAMPLE) return exampleEvent(deps, eventTypes)
  if (eventId !== undefined) {
    const found = await deps.store.getEvent(eventId)
    if (found?.chatbotId !== chatbot.id || found.erased) throw notFound('event')
    return told(deps, found)
  }
  const [last] = await lastEventsOf(deps, chatbot.id, eventTypes, 1)
  if (last) return told(deps, last)
  return exampleEvent(deps, eventTypes)
}

function exampleEvent(deps: ApiDeps, eventTypes: readonly string[]): Told {
  const eventType = exampleType(eventTypes)
  return {
    // Of a lead, whose id is made of it.
    id: eventIdOf(EXAMPLE_IDS.lead),
    eventType,
    payload: JSON.stringify(deps.examplePayload(eventType)),
    createdAt: deps.clock.now(),
    lead: canonicalEventType(eventType) === 'lead.submit' ? { consent: null, extras: null } : null,
    isExample: true,
  }
}

/** Newest first, of these types, none that is erased. */
async function lastEventsOf(
  { store }: ApiDeps,
  chatbotId: string,
  eventTypes: readonly string[],
  limit: number,
): Promise<ListedEvent[]> {
  const eventType = soleType(eventTypes)
  const filter = { chatbotId, ...(eventType !== null && { eventType }) }
  const found: ListedEvent[] = []
  let after: string | null = null
  // Of several types those of others lie between them, and may be many.
  for (let pages = 0; pages < PAGES_MAX && found.length < limit; pages++) {
    const page = { limit: LAST_EVENTS_MAX, after, bytesMax: PREVIEW_BYTES_MAX }
    const read: PageRead<ListedEvent> = await store.readPage('events', filter, page)
    const { rows, more } = read
    found.push(
      ...rows.filter((row) => !row.erased && spellingOf(row.eventType, eventTypes) !== null),
    )
    after = rows.at(-1)?.id ?? null
    if (!more || after === null) break
  }
  return found.slice(0, limit)
}

const PAGES_MAX = 20

const PREVIEW_BYTES_MAX = 4 * 1024 * 1024

async function told({ store }: ApiDeps, event: Omit<ListedEvent, 'erased'>): Promise<Told> {
  const { id, eventType, payload, createdAt } = event
  const lead = eventType === 'lead.submit' ? await store.getLead(leadIdOf(id)) : null
  return {
    id,
    eventType,
    payload,
    createdAt,
    lead: lead && { consent: lead.consent, extras: lead.extras },
    isExample: false,
  }
}

interface Previewed {
  chatbot: Chatbot
  webhook: Webhook | null
  wanted: Wanted
  event: Told
  /** It is what the webhook has. */
  isStored: boolean
}

function previewOf(deps: ApiDeps, { chatbot, webhook, wanted, event, isStored }: Previewed) {
  const shape = shapeText(wanted, chatbot.name)
  const { createdAt: acceptedAt, lead } = event
  const claim = {
    eventId: event.id,
    chatbotId: chatbot.id,
    eventType: spellingOf(event.eventType, wanted.eventTypes) ?? event.eventType,
    payload: event.payload,
    ...(shape !== null && { shaped: { shape, acceptedAt, lead } }),
  }
  const shown = deps.previewClaim(claim, { webhook, isStored })
  const { sent, why } = judged(wanted, seenOf(chatbot, event))
  return {
    sent: sent && !('unmade' in shown),
    why: 'unmade' in shown ? shown.unmade : why,
    example: event.isExample,
    headers: 'unmade' in shown ? {} : shown.headers,
    body: 'unmade' in shown ? '' : shown.body,
  }
}

async function countLast(
  deps: ApiDeps,
  { chatbot, wanted, count }: { chatbot: Chatbot; wanted: Wanted; count: number },
) {
  const events = await lastEventsOf(deps, chatbot.id, wanted.eventTypes, count)
  const all = await Promise.all(
    events.map(async (event) => {
      const { sent, why } = judged(wanted, seenOf(chatbot, await told(deps, event)))
      return { eventId: event.id, sent, why }
    }),
  )
  const kept = all.filter(({ sent }) => !sent)
  const others = all.filter(({ sent }) => sent)
  return {
    matched: others.length,
    of: all.length,
    examples: [...kept, ...others].slice(0, EXAMPLES_MAX),
  }
}

function seenOf({ id, name }: Chatbot, event: Told): SeenEvent {
  const { id: eventId, eventType, createdAt: acceptedAt, lead } = event
  const payload = JSON.parse(event.payload) as JsonValue
  return see({ eventId, chatbotId: id, chatbotName: name, eventType, payload, acceptedAt, lead })
}

function judged({ filter }: Wanted, event: SeenEvent): { sent: boolean; why: string } {
  const parsed = filter === null ? null : parseFilter(filter)
  if (!parsed?.ok) return { sent: true, why: '' }
  const { matches, why } = explainFilter(parsed.filter, event)
  return { sent: matches, why }
}
