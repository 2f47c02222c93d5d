/** Nouns as the API shows them: ISO times, and secrets masked. */
import type { Chatbot } from '../../chatbot.ts'
import { type Cure, type CureContext, cureOf, type Seen } from '../../cure.ts'
import type { Attempt, Delivery } from '../../delivery.ts'
import { DEFAULT_CHANNEL, type Erasure, type ListedLead, worstState } from '../../lead.ts'
import type {
  BulkAction,
  EventDetail,
  LeadGlimpse,
  ListedEvent,
  Recovery,
  WebhookGlimpse,
} from '../../store/desk.ts'
import { liveRest, settingsSince, shownUrl, type Webhook } from '../../webhook.ts'
import { showSettings } from './webhook-settings.ts'

export function isoAt(atMs: number): string
export function isoAt(atMs: number | null): string | null
export function isoAt(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}

export function presentChatbot(chatbot: Chatbot) {
  const { id, name, leadForm, allowedOrigins, createdAt, updatedAt } = chatbot
  return {
    id,
    name,
    leadForm,
    allowedOrigins,
    createdAt: isoAt(createdAt),
    updatedAt: isoAt(updatedAt),
  }
}

export function presentWebhook(webhook: Webhook, nowMs: number, cure: Cure | null = null) {
  const { id, chatbotId, kind, temporary, state, stateReason, health } = webhook
  const rest = liveRest(webhook, nowMs)
  return {
    id,
    chatbotId,
    kind,
    temporary,
    ...showSettings(webhook),
    state,
    stateReason,
    health: {
      failingSince: isoAt(health.failingSince),
      consecutiveFailures: health.consecutiveFailures,
      lastSuccessAt: isoAt(health.lastSuccessAt),
      lastFailureAt: isoAt(health.lastFailureAt),
      lastFailure: health.lastFailure,
      lastFailureBy: health.lastFailureBy,
      lastNote: health.lastNote,
    },
    cure,
    restingUntil: isoAt(rest?.until ?? null),
    restingReason: rest?.reason ?? null,
    overlapEndsAt: isoAt(liveOverlapEnd(webhook, nowMs)),
    createdAt: isoAt(webhook.createdAt),
    updatedAt: isoAt(webhook.updatedAt),
  }
}

/** Null: no rotation is under way. */
export function liveOverlapEnd(webhook: Webhook, nowMs: number): number | null {
  const { previousSecret, overlapEndsAt } = webhook
  return previousSecret !== null && overlapEndsAt !== null && overlapEndsAt > nowMs
    ? overlapEndsAt
    : null
}

export function presentSecret(webhook: Webhook, nowMs: number) {
  const overlapEndsAt = liveOverlapEnd(webhook, nowMs)
  if (overlapEndsAt === null) return { secret: webhook.secret }
  const { secret, previousSecret } = webhook
  return { secret, previousSecret, overlapEndsAt: isoAt(overlapEndsAt) }
}

/** What a delivery is shown with. */
export interface Beside {
  webhooks: ReadonlyMap<string, WebhookGlimpse>
  /** By their events' ids. */
  leads: ReadonlyMap<string, LeadGlimpse>
  /** How many attempts a series has. */
  attemptsMax: number
  nowMs: number
}

export function presentDelivery(
  delivery: Delivery,
  { webhooks, leads, attemptsMax, nowMs }: Beside,
) {
  const { id, eventId, webhookId, chatbotId, eventType, kind, state, stateReason } = delivery
  const seriesMax = kind === 'test' ? 1 : attemptsMax
  return {
    id,
    eventId,
    webhookId,
    webhook: presentGlimpse(webhooks.get(webhookId), nowMs),
    lead: leads.get(eventId) ?? null,
    chatbotId,
    eventType,
    kind,
    state,
    stateReason,
    isUnderWay: state === 'pending' && delivery.claimed,
    attemptCount: delivery.attemptCount,
    attemptsCharged: delivery.seriesAttempts,
    attemptsMax: seriesMax,
    nextAttemptAt: isoAt(delivery.state === 'pending' ? delivery.dueAt : null),
    lastStatus: delivery.lastStatus,
    lastError: delivery.lastError,
    lastNote: delivery.lastNote,
    durationMs: delivery.durationMs,
    createdAt: isoAt(delivery.createdAt),
    finishedAt: isoAt(delivery.finishedAt),
    updatedAt: isoAt(delivery.updatedAt),
  }
}

const UNKNOWN_WEBHOOK: WebhookGlimpse = { url: null, format: 'guide', state: 'deleted', rest: null }

function presentGlimpse(webhook: WebhookGlimpse | undefined, nowMs: number) {
  const { url, format, state, rest } = webhook ?? UNKNOWN_WEBHOOK
  const live = state === 'deleted' ? null : liveRest({ state, rest }, nowMs)
  return {
    url: url === null ? null : shownUrl({ url, format }),
    state,
    restingUntil: isoAt(live?.until ?? null),
  }
}

export function presentAttempt(attempt: Attempt) {
  const { id, number, startedAt, durationMs, result, status, errorCode, error } = attempt
  const { responseHeaders, responseBody, note } = attempt
  return {
    id,
    number,
    startedAt: isoAt(startedAt),
    durationMs,
    result,
    status,
    errorCode,
    error,
    responseHeaders,
    responseBody,
    note,
  }
}

interface CureSubject {
  attempt: (Seen & Pick<Attempt, 'startedAt'>) | undefined
  /** Null: it was deleted. */
  webhook: Pick<Webhook, 'kind' | 'url' | 'version' | 'updatedAt'> | null
  reader: CureContext['reader']
}

export function presentCure({ attempt, webhook, reader }: CureSubject): Cure | null {
  if (attempt === undefined) return null
  return cureOf(attempt, {
    url: webhook === null || webhook.kind === 'listen' ? null : webhook.url,
    wasChanged: webhook !== null && settingsSince(webhook) > attempt.startedAt,
    reader,
  })
}

export function presentLead(lead: ListedLead) {
  const { id, chatbotId, conversationId, eventId } = lead
  const { customerName, customerEmail, customerPhone, deliveries, consent, extras } = lead
  return {
    id,
    chatbotId,
    conversationId,
    eventId,
    customerName,
    customerEmail,
    customerPhone,
    deliveries: { state: worstState(deliveries), ...deliveries },
    consent: consent && { ...consent, at: isoAt(consent.at) },
    channel: extras?.channel ?? DEFAULT_CHANNEL,
    custom: extras?.custom ?? {},
    context: extras?.context ?? null,
    createdAt: isoAt(lead.createdAt),
  }
}

export function presentErasure(erasure: Erasure) {
  const { id, leadId, chatbotId, eventId, reason } = erasure
  return { id, leadId, chatbotId, eventId, reason, erasedAt: isoAt(erasure.erasedAt) }
}

export function presentEvent(event: EventDetail, beside: Beside) {
  const deliveries = event.deliveries.map((delivery) => presentDelivery(delivery, beside))
  return { ...presentListedEvent(event), deliveries, keptBack: event.keptBack }
}

export function presentListedEvent(event: ListedEvent) {
  const { id, chatbotId, eventType, payload, erased, createdAt } = event
  return {
    id,
    chatbotId,
    eventType,
    payload: erased ? null : (JSON.parse(payload) as unknown),
    erased,
    createdAt: isoAt(createdAt),
  }
}

export function presentBulk({ kind, createdAt, finishedAt, ...bulk }: BulkAction) {
  return { ...bulk, action: kind, createdAt: isoAt(createdAt), finishedAt: isoAt(finishedAt) }
}

/** For who was given its id and looks where recoveries are: over, when `done` is `total`. */
export function presentBulkAsRecovery(bulk: BulkAction) {
  const { id, webhookId, done, createdAt, finishedAt } = bulk
  const times = { createdAt: isoAt(createdAt), finishedAt: isoAt(finishedAt) }
  const total = finishedAt === null ? Math.max(bulk.total, done) : done
  return { id, webhookId, since: null, until: null, states: [], total, done, ...times }
}

export function presentRecovery(recovery: Recovery) {
  const { id, webhookId, states, total, done } = recovery
  return {
    id,
    webhookId,
    since: isoAt(recovery.since),
    until: isoAt(recovery.until),
    states,
    total,
    done,
    createdAt: isoAt(recovery.createdAt),
    finishedAt: isoAt(recovery.finishedAt),
  }
}
