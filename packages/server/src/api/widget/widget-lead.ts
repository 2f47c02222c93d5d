/** What a lead from a visitor's page must be, besides what every lead must be. */
import type { Chatbot } from '../../chatbot.ts'
import type { Metrics } from '../../metrics.ts'
import { isBlank } from '../../text/typed-text.ts'
import type { LeadFields } from '../deps.ts'
import { apiError, invalidInput } from '../shapes/error-answer.ts'
import type { WidgetTokens } from './widget-token.ts'

/** Nobody reads a form and fills it in faster; a program does. */
export const FILL_MS_MIN = 2_000
export const TOKEN_AGE_MS_MAX = 24 * 3_600_000

interface TokenCheck {
  tokens: WidgetTokens
  metrics: Pick<Metrics, 'requestRefused'>
  nowMs: number
}

/** What the token says; throws for one that is not good, or not good yet. */
export function openToken(
  token: string,
  chatbotId: string,
  { tokens, metrics, nowMs }: TokenCheck,
): NonNullable<ReturnType<WidgetTokens['open']>> {
  const opened = tokens.open(token, chatbotId)
  if (!opened || nowMs - opened.issuedAt > TOKEN_AGE_MS_MAX) {
    metrics.requestRefused('token')
    throw apiError('invalid_token')
  }
  const ageMs = nowMs - opened.issuedAt
  // Below zero: another node's clock is ahead of ours, and nothing can be said.
  if (ageMs >= 0 && ageMs < FILL_MS_MIN) {
    metrics.requestRefused('too_soon')
    const retryAfterSeconds = Math.ceil((FILL_MS_MIN - ageMs) / 1_000)
    throw apiError('too_soon', undefined, { retryAfterSeconds })
  }
  return opened
}

/** The form may have changed since the page showed it: what it no longer asks for is still taken. */
export function refuseUnanswered({ leadForm }: Chatbot, lead: LeadFields) {
  const details = leadForm.fields
    .filter(({ name, required }) => required && isBlank(lead[name] ?? ''))
    .map(({ name }) => ({ path: name, message: `\`${name}\` is required by this form` }))
  if (details.length > 0) throw invalidInput(details)
}

/**
 * Visitors' keys and owners' keys meet in the same scope of ingest: a visitor could take one that an
 * owner is about to use. The space keeps them apart, since no key that is sent holds one.
 */
export function visitorsKey(conversationId: string, key: string | null): string | null {
  return key === null ? null : `widget ${conversationId} ${key}`
}
