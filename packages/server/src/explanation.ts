/** Why a delivery is in its state and what happens next, in one plain sentence. */

import type { Attempt, Delivery } from './delivery.ts'
import { isOfEndpoint } from './outcome.ts'
import type { WebhookRest, WebhookState } from './webhook.ts'

export interface ExplainInput {
  delivery: Delivery
  /** Null: it was deleted. */
  webhookState: WebhookState | null
  /** Null: it does not rest. Where its time is over, one delivery is being sent to see. */
  webhookRest: WebhookRest | null
  /** Of its webhook; null: without one. */
  ratePerSecond: number | null
  /** The newest attempt, if any. */
  lastAttempt: Attempt | undefined
  /** How many attempts a series has. */
  attemptsMax: number
  nowMs: number
}

export function explain(input: ExplainInput): string {
  const { delivery } = input
  switch (delivery.state) {
    case 'delivered':
      return explainDelivered(input)
    case 'exhausted':
      return explainExhausted(input)
    case 'pending':
      return explainPending(input)
    case 'parked':
      return explainParked(input)
    case 'cancelled':
      return explainCancelled(delivery)
  }
}

function explainDelivered({ delivery, lastAttempt }: ExplainInput): string {
  if (!lastAttempt) return 'Delivered.'
  const { status, durationMs, number } = lastAttempt
  const told = `Delivered: the endpoint answered ${status} in ${durationText(durationMs)} on attempt ${number}`
  const test = delivery.kind === 'test' ? ' (a test event)' : ''
  switch (lastAttempt.note) {
    case 'acknowledged':
      return `${told} and acknowledged it${test}.`
    case 'not_processed':
      return `${told} and acknowledged it, but says that it did not process it${test}.`
    case 'body_says_failed':
      return `${told}, but its body says that it failed: have a look at the endpoint's own log${test}.`
    case 'web_page':
      return `${told}${test}, but with a web page: is this the right URL?`
    case null:
      return `${told}${test}.`
  }
}

function explainExhausted({ delivery, lastAttempt }: ExplainInput): string {
  const failure = failureText(lastAttempt)
  const { attemptCount } = delivery
  if (delivery.kind === 'event' && lastAttempt?.errorCode === 'our_fault') {
    return `Given up after ${counted(attemptCount, 'attempt')}: the last ones failed by a fault of this server's own, and not the endpoint's (${failure}), for too long. Resend it, or recover all of its webhook, when that is mended.`
  }
  if (lastAttempt?.errorCode === 'unmade') {
    return `Given up at once, nothing was sent: ${lastAttempt.error ?? 'no body could be made of it'}. Change the template or the format of its webhook, then resend it in the present one.`
  }
  if (delivery.kind === 'event' && lastAttempt?.status === 429) {
    return `Given up after ${counted(attemptCount, 'attempt')}: the endpoint has asked to be sent less for too long (${failure}). Resend it, or recover all of its webhook, when it takes deliveries again.`
  }
  if (delivery.kind === 'test') {
    return `The test event was not delivered (${failure}) and is not retried: mend the endpoint and send another.`
  }
  const attempts = Math.max(delivery.seriesAttempts, 1)
  const told = attempts === 1 ? 'its only attempt' : `${attempts} attempts, of which the last`
  return `Given up after ${told} failed (${failure}): mend the endpoint, then resend it.`
}

function explainPending(input: ExplainInput): string {
  const { delivery, attemptsMax } = input
  if (delivery.kind === 'test') return 'The test event is being sent now.'
  const which = `attempt ${delivery.seriesAttempts + 1} of ${attemptsMax}`
  if (isExtra(delivery)) return explainExtra(input, which)
  const held = explainHeld(input)
  if (held !== null) return held
  return capitalized(`${failedText(input)}${nextStepText(input, which)}.`)
}

/** The attempt to come was brought forward (store/rules/extra.ts). */
function isExtra({ dueAt, scheduleDueAt }: Delivery): boolean {
  return dueAt !== null && scheduleDueAt !== null && dueAt < scheduleDueAt
}

function explainExtra(input: ExplainInput, which: string): string {
  const { delivery, webhookRest, nowMs } = input
  const { id, claimed, scheduleDueAt } = delivery
  const isToCome = scheduleDueAt !== null && scheduleDueAt > nowMs
  const when = isToCome ? `at ${new Date(scheduleDueAt).toISOString()}` : 'in its turn'
  const after = `if it fails, it is not counted, and ${which} still comes ${when}`
  const before = failedText(input)
  if (claimed) {
    const now = "an extra attempt is being made now or is next in its webhook's line"
    return capitalized(`${before}${now}; ${after}.`)
  }
  if (webhookRest !== null && webhookRest.probeWanted === id) {
    const now = `sent now because somebody asked for it, though its webhook rests (${restReason(webhookRest)})`
    return capitalized(`${before}${now}; it is an extra attempt: ${after}.`)
  }
  const held = explainHeld(input)
  if (held !== null) return `${held} It goes ahead of its schedule then: ${after}.`
  const now = 'sent now because somebody asked for it, or its endpoint answers again'
  return capitalized(`${before}${now}; it is an extra attempt: ${after}.`)
}

function failedText({ delivery, lastAttempt }: ExplainInput): string {
  if (lastAttempt?.result !== 'failed') return ''
  const wasExtra = delivery.scheduleDueAt !== null && !isExtra(delivery)
  const uncounted = wasExtra ? ', an extra one, which is not counted' : ', which is not counted'
  const isCounted = isCharged(lastAttempt) && !wasExtra
  return `The last attempt failed (${failureText(lastAttempt)})${isCounted ? '' : uncounted}; `
}

/** As record/decide.ts has it. */
function isCharged({ errorCode, status }: Attempt): boolean {
  return isOfEndpoint(errorCode) && status !== 429
}

/** Null: its webhook doesn't rest, or not for as long as this waits anyway. */
function explainHeld({ delivery, webhookRest, lastAttempt, nowMs }: ExplainInput): string | null {
  if (webhookRest === null || delivery.claimed) return null
  const waitMs = (delivery.dueAt ?? nowMs) - nowMs
  const leftMs = webhookRest.until - nowMs
  if (waitMs > Math.max(0, leftMs)) return null
  const why = restReason(webhookRest)
  const until = new Date(webhookRest.until).toISOString()
  const before =
    lastAttempt?.result === 'failed'
      ? `Its last attempt failed (${failureText(lastAttempt)}). `
      : ''
  if (leftMs <= 0) {
    return `${before}Held, because its webhook rested until ${until}: ${why}. One delivery is being sent now, to see, and the others follow when it is taken; what is held uses up no attempt.`
  }
  return `${before}Held, because its webhook rests for another ${durationText(leftMs)}, until ${until}: ${why}. Then one delivery is sent to see, and the others follow; what is held uses up no attempt.`
}

function restReason({ reason }: WebhookRest): string {
  const text = reason.replace(/\.$/, '')
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`
}

function nextStepText({ delivery, ratePerSecond, nowMs }: ExplainInput, which: string): string {
  if (delivery.claimed) return `${which} is being made now or is next in its webhook's line`
  const waitMs = (delivery.dueAt ?? nowMs) - nowMs
  if (waitMs > 0) return `${which} comes in ${durationText(waitMs)}`
  return ratePerSecond === null
    ? `${which} is due and comes as soon as its webhook's line has room`
    : `${which} is due and comes in its turn: its webhook is set to ${ratePerSecond} requests a second at most`
}

/** By what its webhook is now: paused or resumed since, it may be parked for another reason than at first. */
function explainParked({ webhookState }: ExplainInput): string {
  switch (webhookState) {
    case 'paused':
      return 'Parked, because its webhook is paused; it is sent when the webhook is resumed.'
    case 'disabled':
      return 'Parked, because its webhook was disabled after the endpoint kept failing or answered 410 Gone; it is sent when the webhook is resumed.'
    case 'away':
      return 'Parked, because nobody listens: it is sent when `chatzuri listen` runs for its webhook again.'
    case 'active':
      return 'Parked, but its webhook is active again: it is about to be sent.'
    case null:
      return 'Parked, but its webhook was deleted: it is about to be cancelled.'
  }
}

function explainCancelled({ stateReason }: Delivery): string {
  switch (stateReason) {
    case 'webhook_deleted':
      return 'Cancelled: its webhook was deleted, so it will not be sent.'
    case 'lead_erased':
      return 'Cancelled: the lead was erased, so there is nothing left to send.'
    case 'retention':
      return 'Cancelled: it was parked for longer than the retention time.'
    default:
      return 'Cancelled by its owner; it will not be sent unless it is resent.'
  }
}

function failureText(attempt: Attempt | undefined): string {
  const error = attempt?.error
  if (!error) return 'the endpoint did not take it'
  const text = error.replace(/\.$/, '')
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `340 ms`, `2.1 s`, `12 minutes`, `3 hours`, `2 days`. */
export function durationText(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`
  if (durationMs < 60_000) return `${Number((durationMs / 1_000).toFixed(1))} s`
  if (durationMs < 3_600_000) return counted(Math.round(durationMs / 60_000), 'minute')
  if (durationMs < 48 * 3_600_000) return counted(Math.round(durationMs / 3_600_000), 'hour')
  return counted(Math.round(durationMs / 86_400_000), 'day')
}
