/** What webhooks are told of other webhooks, as it is documented. */
import { NOTICE_TYPES, type Notice, type NoticeType, noticePayload } from '../../notice.ts'
import { EXAMPLE_IDS } from '../shapes/schemas.ts'

const ONCE_AN_HOUR =
  'At once for the first, then once an hour for each webhook, with how often it was. Never about the webhook that it goes to, nor about the delivery of such an event; nobody can publish it.'

const DESCRIPTIONS: Record<NoticeType, string> = {
  'webhook.failing':
    'Another webhook of the chatbot fails: two attempts in a row, or a quarter of its last 20.',
  'webhook.resting':
    'Another webhook of the chatbot gets nothing for a while, because its endpoint asked to wait, or could not be had.',
  'webhook.disabled':
    'Another webhook of the chatbot was disabled: its endpoint answered 410 Gone, or failed for days. What comes in waits until it is resumed.',
  'webhook.recovered':
    'Another webhook of the chatbot, which failed, rested or was disabled, takes deliveries again.',
  'delivery.failed':
    'A delivery to another webhook of the chatbot was given up: it is sent again only if somebody resends it.',
}

const text = (description: string) => ({ type: 'string', description })

const OF_WEBHOOK = {
  webhookId: text('The webhook that it is about.'),
  url: text('Its URL, with credentials masked.'),
  state: {
    type: 'string',
    enum: ['active', 'paused', 'disabled'],
    description: 'As it was when this was told.',
  },
  since: {
    type: 'string',
    format: 'date-time',
    description: 'When it began; of several, the first.',
  },
}

const OF_DELIVERY = {
  deliveryId: text('The delivery that was given up; of several, the last.'),
  eventId: text('Its event.'),
  eventType: text("Its event's type, as the webhook spells it."),
}

const OF_BOTH = {
  explanation: text('What is the matter, in a sentence or two, for people.'),
  cure: text('What can be done about it, for people.'),
  link: text('The page of the webhook, or of the delivery.'),
  count: {
    type: 'integer',
    minimum: 1,
    description: 'How often, since it was told last.',
  },
}

export const NOTICE_EVENT_TYPES = NOTICE_TYPES.map((name) => {
  const properties = {
    ...OF_WEBHOOK,
    ...(name === 'delivery.failed' && OF_DELIVERY),
    ...OF_BOTH,
  }
  return {
    name,
    description: `${DESCRIPTIONS[name]} ${ONCE_AN_HOUR}`,
    schema: { type: 'object', properties, required: Object.keys(properties) },
    example: exampleOf(name),
  }
})

function exampleOf(type: NoticeType): Record<string, unknown> {
  const notice: Notice = {
    webhookId: EXAMPLE_IDS.webhook,
    chatbotId: EXAMPLE_IDS.chatbot,
    type,
    times: 1,
    since: Date.parse('2026-09-14T09:30:12.345Z'),
    toldAt: null,
    deliveryId: EXAMPLE_IDS.delivery,
    eventId: EXAMPLE_IDS.event,
    eventType: 'lead.submit',
    attempts: 10,
    status: type === 'webhook.disabled' ? 410 : 503,
    cause: type === 'webhook.disabled' ? 'gone' : 'unavailable',
  }
  const webhook = {
    url: 'https://shop.example/hooks/leads',
    format: 'guide' as const,
    state: type === 'webhook.disabled' ? ('disabled' as const) : ('active' as const),
    isFailing: type !== 'webhook.recovered',
  }
  return { ...noticePayload(notice, webhook, 'https://chatzuri.example') }
}
