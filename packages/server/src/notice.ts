/**
 * What a webhook's owner is told of it, as an event that other webhooks of the chatbot can subscribe
 * to by its name. Nobody publishes these types, and none is ever told about the webhook that it goes
 * to, nor about the delivery of another: two that watch each other would go on for ever.
 */
import { assert } from './errors.ts'
import { maskedUrl, type Webhook } from './webhook.ts'

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
  errorCode: string | null
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

export function isNotice(eventType: string): boolean {
  return (NOTICE_TYPES as readonly string[]).includes(eventType)
}

/** The keys in their order (formats.md). No word of it comes from a visitor or from an endpoint. */
export function noticePayload(
  notice: Notice,
  webhook: Pick<Webhook, 'url' | 'state' | 'health'>,
  publicUrl: string,
): NoticePayload {
  const { type, webhookId, deliveryId, eventId, eventType, times } = notice
  const isOfDelivery = type === 'delivery.failed'
  const page = isOfDelivery ? `deliveries/${deliveryId}` : `webhooks/${webhookId}`
  return {
    webhookId,
    url: maskedUrl(webhook.url),
    state: webhook.state,
    since: new Date(notice.since).toISOString(),
    ...(isOfDelivery && { deliveryId, eventId, eventType }),
    explanation: explanationOf(notice, webhook),
    cure: cureOf(notice),
    link: `${publicUrl.replace(/\/$/, '')}/${page}`,
    count: times,
  }
}

function explanationOf(notice: Notice, { health }: Pick<Webhook, 'health'>): string {
  const { type, times, attempts } = notice
  const cause = causeOf(notice)
  const since = new Date(notice.since).toISOString()
  switch (type) {
    case 'webhook.failing': {
      const told =
        times === 1
          ? `Deliveries to it fail: ${cause}.`
          : `It began to fail ${times} times since ${since}; the last time, ${cause}.`
      const works = health.failingSince === null
      return `${told} ${works ? 'Its last attempt succeeded.' : 'What failed is tried again by the schedule.'}`
    }
    case 'webhook.resting': {
      const told =
        times === 1
          ? `Nothing is sent to it for a while: ${cause}.`
          : `It was held ${times} times since ${since}; the last time, ${cause}.`
      return `${told} What waits uses up no attempt; one delivery at a time is sent, to see, and the others follow when it is taken.`
    }
    case 'webhook.disabled': {
      const again = times === 1 ? '' : ` This happened ${times} times since ${since}.`
      return notice.status === 410
        ? `It was disabled: the endpoint answered 410 Gone, which says that it takes no more deliveries.${again}`
        : `It was disabled, because every attempt has failed for days; the last time, ${cause}.${again}`
    }
    case 'webhook.recovered': {
      const again = times === 1 ? '' : ` It recovered ${times} times since ${since}.`
      return `It takes deliveries again.${again}`
    }
    case 'delivery.failed':
      return times === 1
        ? `Given up after ${attempts === 1 ? 'its only attempt' : `${attempts} attempts`}: ${cause}.`
        : `${times} deliveries were given up since ${since}; of the last one, ${cause}.`
  }
}

function causeOf({ status, errorCode }: Pick<Notice, 'status' | 'errorCode'>): string {
  if (status !== null) return `the endpoint answered ${status}`
  return CAUSES[errorCode ?? ''] ?? 'the request failed'
}

const CAUSES: Readonly<Record<string, string>> = {
  dns: 'the name of its host was not found',
  connect: 'no connection to the endpoint could be made',
  tls: 'no secure connection to the endpoint could be made',
  timeout: 'the endpoint did not answer in time',
  reset: 'the endpoint closed the connection before it answered',
  protocol: 'the endpoint answered with what is not HTTP',
  'private-address': 'its host has an address that this server may not send to',
  scheme: 'its URL is neither http nor https',
  port: 'its URL names a port that this server may not send to',
  proxy: 'the way to it was refused',
  our_fault: "a fault of this server's own kept it from being sent",
}

function cureOf({ type }: Notice): string {
  const cure = CURES[type]
  assert(cure, 'every notice has a cure')
  return cure
}

const CURES: Record<NoticeType, string> = {
  'webhook.failing': 'Look at its last attempts, mend the endpoint, then send it a test event.',
  'webhook.resting':
    'Look whether the endpoint runs and takes requests; when it does, a test event ends the rest.',
  'webhook.disabled':
    'Mend the endpoint, or correct the URL, then resume the webhook: what waits is sent then.',
  'webhook.recovered': 'Nothing is to be done; what was given up meanwhile can be resent.',
  'delivery.failed': 'Mend the endpoint, then resend it, or all that was given up.',
}
