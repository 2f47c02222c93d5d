/**
 * What a visitor agreed to. The text that is kept is the server's, never the page's: which one the page
 * was given to show stands, as a mark, in its token. A page that was given another text than the form
 * has now can't agree to this one.
 */
import { createHash } from 'node:crypto'
import { type Chatbot, type ConsentAsked, consentAsked, type LeadForm } from '../../chatbot.ts'
import type { LeadConsent } from '../../lead.ts'
import { apiError, invalidInput } from '../shapes/error-answer.ts'

const MARK_LENGTH = 16
export const PAGE_LENGTH_MAX = 1_000

/** Of what a form asks a visitor to agree to; empty: nothing. */
export function consentMark(form: LeadForm): string {
  const asked = consentAsked(form)
  return asked === null ? '' : markOf(asked)
}

/** The page's answer. */
interface Answer {
  /** Absent: it says nothing, so nobody has agreed. */
  consent: { given: boolean; page?: string } | undefined
  /** The mark that its token has. */
  shown: string
  /** As its browser named it. */
  origin: string
  nowMs: number
}

/** Null: nothing is asked for. Throws where it is another text, or what must be given isn't. */
export function consentOf(
  { leadForm }: Chatbot,
  { consent, shown, origin, nowMs }: Answer,
): LeadConsent | null {
  const asked = consentAsked(leadForm)
  if (asked === null) return null
  if (shown !== markOf(asked)) throw apiError('consent_changed')
  const given = consent?.given ?? false
  if (asked.required && !given) {
    throw invalidInput([{ path: 'consent', message: '`consent` must be given to this form' }])
  }
  return { given, text: asked.text, at: nowMs, page: pageOf(origin, consent?.page) }
}

function markOf({ text, required }: ConsentAsked): string {
  const hash = createHash('sha256').update(`${required} ${text}`)
  return hash.digest('base64url').slice(0, MARK_LENGTH)
}

/**
 * Without query, fragment and user info, in which pages keep what is nobody's business. Of another
 * origin than the browser names, it is not where the visitor was: then the origin is all that is known.
 */
function pageOf(origin: string, sent: string | undefined): string {
  const url = sent !== undefined && URL.canParse(sent) ? new URL(sent) : null
  return url?.origin === origin ? (origin + url.pathname).slice(0, PAGE_LENGTH_MAX) : origin
}
