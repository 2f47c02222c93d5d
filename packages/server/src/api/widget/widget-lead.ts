/** What a lead from a visitor's page must be, besides what every lead must be. */
import {
  type Chatbot,
  isContactField,
  type LeadForm,
  type LeadFormField,
  ownFieldNames,
} from '../../chatbot.ts'
import type { ErrorDetail } from '../../errors.ts'
import type { Metrics } from '../../metrics.ts'
import { isBlank } from '../../text/typed-text.ts'
import type { LeadFields } from '../deps.ts'
import { apiError, invalidInput } from '../shapes/error-answer.ts'
import { extrasGiven } from '../shapes/leads/lead-extras.ts'
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

interface Answers extends LeadFields {
  custom?: Record<string, unknown> | undefined
}

/**
 * The form may have changed since the page showed it: what it no longer asks for is still taken, and an
 * own field that the page knows nothing of is not asked of it.
 */
export function refuseUnanswered({ leadForm }: Chatbot, { custom = {}, ...lead }: Answers) {
  const details: ErrorDetail[] = []
  for (const { name, required = false } of leadForm.fields) {
    if (!required) continue
    if (isContactField(name)) {
      if (isBlank(lead[name] ?? '')) details.push(unanswered(name))
    } else if (Object.hasOwn(custom, name) && isUnanswered(custom[name])) {
      details.push(unanswered(`custom.${name}`))
    }
  }
  if (details.length > 0) throw invalidInput(details)
}

/** A box that must be ticked is one. What is of a wrong type is an answer, which is dropped later. */
function isUnanswered(value: unknown): boolean {
  if (value === null || value === false) return true
  return typeof value === 'string' && isBlank(value)
}

function unanswered(path: string): ErrorDetail {
  return { path, message: `\`${path}\` is required by this form` }
}

interface OfPage {
  custom: Record<string, unknown> | undefined
  context: Record<string, unknown> | undefined
  /** As its browser named it. */
  origin: string
}

/** What is wrong in it is dropped. A page of another origin than the browser names was not its page. */
export function extrasOfPage({ leadForm }: Chatbot, { custom, context, origin }: OfPage) {
  const keepsQuery = leadForm.pageQuery ?? false
  const page = typeof context?.page === 'string' ? URL.parse(context.page) : null
  const own = context && { ...context, page: page?.origin === origin ? page.href : origin }
  const fitting = custom && ofTheirTypes(leadForm, custom)
  return extrasGiven(
    { custom: fitting, context: own },
    { keepsQuery, first: ownFieldNames(leadForm) },
  )
}

/** Without answers of another type than the form's field is. A choice that it had before is an answer. */
function ofTheirTypes({ fields }: LeadForm, custom: Record<string, unknown>) {
  const types = new Map(fields.map(({ name, type }) => [name, type]))
  const fitting = Object.entries(custom).filter(([name, value]) => isOfType(types.get(name), value))
  return Object.fromEntries(fitting)
}

function isOfType(type: LeadFormField['type'], value: unknown): boolean {
  switch (type) {
    case undefined:
      return true
    case 'checkbox':
      return typeof value === 'boolean'
    case 'number':
      return typeof value === 'number'
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
    default:
      return typeof value === 'string'
  }
}

/**
 * Visitors' keys and owners' keys meet in the same scope of ingest: a visitor could take one that an
 * owner is about to use. The space keeps them apart, since no key that is sent holds one.
 */
export function visitorsKey(conversationId: string, key: string | null): string | null {
  return key === null ? null : `widget ${conversationId} ${key}`
}
