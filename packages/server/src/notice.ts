/**
 * What a webhook's owner is told of it, as an event that other webhooks of the chatbot can subscribe
 * to by its name. Nobody publishes these types, and none is ever told about the webhook that it goes
 * to, nor about the delivery of another: two that watch each other would go on for ever.
 */
import { CURES, type CureCode } from './cure-table.ts'
import { shownUrl, type Webhook } from './webhook.ts'

export const NOTICE_TYPES = [
  'webhook.failing',
  'webhook.resting',
  'webhook.disabled',
  'webhook.recovered',
  'delivery.failed',
] as const
export type NoticeType = (typeof NOTICE_TYPES)[number]

/** Noted when it happened, and told once an hour at most: the first at once, then a sum. */
export interface Notice {
  webhookId: string
  chatbotId: string
  type: NoticeType
  /** So often since it was last told. */
  times: number
  /** When the first of these was. */
  since: number
  /** When this kind was last told of this webhook; null: never. */
  toldAt: number | null
  /** The last of these: its delivery, and what came back. */
  deliveryId: string
  eventId: string
  /** As its webhook spells it. */
  eventType: string
  attempts: number
  status: number | null
  /** A word of the table of cures. */
  cause: string | null
}

interface NoticePayload {
  webhookId: string
  url: string
  state: string
  since: string
  deliveryId?: string
  eventId?: string
  eventType?: string
  explanation: string
  cure: string
  link: string
  count: number
}

/** As it is when it is told. */
interface AboutWebhook extends Pick<Webhook, 'url' | 'state' | 'format'> {
  /** Whether its last attempt failed. */
  isFailing: boolean
}

export function isNotice(eventType: string): boolean {
  return (NOTICE_TYPES as readonly string[]).includes(eventType)
}

/** Whether an event type is kept for what we say of webhooks and deliveries: nobody may publish it. */
export function isReserved(eventType: string): boolean {
  return /^(webhook|delivery)\./i.test(eventType)
}

/** The keys in their order (formats.md). No word of it comes from a visitor or from an endpoint. */
export function noticePayload(
  notice: Notice,
  webhook: AboutWebhook,
  publicUrl: string,
): NoticePayload {
  const { type, webhookId, deliveryId, eventId, eventType, times } = notice
  const isOfDelivery = type === 'delivery.failed'
  const page = isOfDelivery ? `deliveries/${deliveryId}` : `webhooks/${webhookId}`
  return {
    webhookId,
    url: shownUrl(webhook),
    state: webhook.state,
    since: new Date(notice.since).toISOString(),
    ...(isOfDelivery && { deliveryId, eventId, eventType }),
    explanation: explanationOf(notice, webhook),
    cure: curedBy(notice),
    link: `${publicUrl.replace(/\/$/, '')}/${page}`,
    count: times,
  }
}

function explanationOf(notice: Notice, { isFailing }: AboutWebhook): string {
  const { type, times, attempts } = notice
  const since = `since ${new Date(notice.since).toISOString()}`
  const cause = causeOf(notice)
  switch (type) {
    case 'webhook.failing': {
      const told =
        times === 1
          ? `Deliveries to it fail. ${cause}`
          : `It began to fail ${times} times ${since}; the last time: ${cause}`
      return `${told} ${isFailing ? 'What failed is tried again by the schedule.' : 'Its last attempt succeeded.'}`
    }
    case 'webhook.resting': {
      const told =
        times === 1
          ? `Nothing is sent to it for a while. ${cause}`
          : `It was held ${times} times ${since}; the last time: ${cause}`
      return `${told} What waits uses up no attempt: one delivery is sent to see, and the others follow when it is taken.`
    }
    case 'webhook.disabled': {
      const why = notice.status === 410 ? 'at once' : 'after every attempt failed for days'
      const again = times === 1 ? '' : ` This happened ${times} times ${since}.`
      return `It was disabled ${why}. ${cause} What comes in waits until it is resumed.${again}`
    }
    case 'webhook.recovered':
      return times === 1
        ? 'It takes deliveries again.'
        : `It takes deliveries again; it recovered ${times} times ${since}.`
    case 'delivery.failed': {
      const after = attempts === 1 ? 'its only attempt' : `${attempts} attempts`
      return times === 1
        ? `It was given up after ${after}. ${cause}`
        : `${times} deliveries were given up ${since}; the last one after ${after}. ${cause}`
    }
  }
}

function causeOf({ status, cause }: Notice): string {
  const meaning = wordsOf(cause).cause
  return status === null ? meaning : `The endpoint answered ${status}. ${meaning}`
}

/** A newer version may have noted another word. */
function wordsOf(cause: string | null) {
  return CURES[cause !== null && isCureCode(cause) ? cause : 'unknown']
}

function isCureCode(word: string): word is CureCode {
  return Object.hasOwn(CURES, word)
}

function curedBy({ type, cause }: Notice): string {
  const { text } = wordsOf(cause)
  switch (type) {
    case 'webhook.failing':
    case 'webhook.resting':
      return `${text} Then send it a test event.`
    case 'webhook.disabled':
      return `${text} Then resume the webhook: what waits is sent.`
    case 'webhook.recovered':
      return 'Nothing is to be done. What was given up meanwhile can be resent.'
    case 'delivery.failed':
      return `${text} What was given up is sent again when you resend it.`
  }
}
