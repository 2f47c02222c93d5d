/** What the widget asks of the server: two routes, no cookie. */
import type { PageContext } from './context.ts'

export interface LeadForm {
  fields: LeadField[]
  greeting: string
  thanks: string
  consent?: string
  /** Absent: yes. */
  consentRequired?: boolean
  /** `#rrggbb` */
  color?: string
  /** Whether the part of addresses behind `?` is kept. Absent: no. */
  pageQuery?: boolean
}

export type ContactName = 'customerName' | 'customerEmail' | 'customerPhone'

export interface LeadField {
  /** One of the three by which people are reached, or the owner's own. */
  name: string
  label: string
  /** Absent: no. */
  required?: boolean
  /** Of the owner's own. */
  type?: 'text' | 'choice' | 'checkbox' | 'number' | 'date' | 'message'
  options?: string[]
}

export interface Conversation {
  /** Allows to hand in one lead; good for a day. */
  token: string
  name: string
  leadForm: LeadForm
}

export interface Lead {
  token: string
  customerName?: string
  customerEmail?: string
  customerPhone?: string
  /** Where the form asks for one. To which text is in the token. */
  consent?: { given: boolean; page: string }
  /** The owner's own fields, and what the page hands over. */
  custom?: Record<string, string | number | boolean>
  context?: PageContext
  /** No visitor sees it; what fills it in is no visitor. */
  website?: string
}

export type Sent =
  | { kind: 'accepted' }
  /** The network, or the server, was away or busy: the same again later may succeed. */
  | { kind: 'later'; afterMs: number }
  /** Which fields were wrong, by their name. */
  | { kind: 'invalid'; details: Record<string, string> }
  /** The conversation is too old, or of another time: begin a new one. */
  | { kind: 'stale' }
  /** The form asks for another consent by now: show it anew. */
  | { kind: 'consent_changed' }
  | { kind: 'refused' }

export interface Client {
  /** Rejects when there is none to be had. */
  begin(): Promise<Conversation>
  send(lead: Lead, idempotencyKey: string): Promise<Sent>
}

const PATIENCE_MS = 20_000
const LATER_MS = 5_000

/** `base`: where the script came from, with a slash at its end. */
export function createClient(base: string, chatbotId: string): Client {
  const post = (what: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${base}widget/v1/chatbots/${encodeURIComponent(chatbotId)}/${what}`, {
      method: 'POST',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  return {
    async begin() {
      const response = await post('conversations', {})
      if (!response.ok) throw new Error(`Chatzuri: the server answered ${response.status}`)
      return response.json()
    },
    async send(lead, idempotencyKey) {
      try {
        return await read(await post('leads', lead, { 'idempotency-key': idempotencyKey }))
      } catch {
        return { kind: 'later', afterMs: LATER_MS }
      }
    },
  }
}

interface ErrorBody {
  code?: string
  details?: { path: string; message: string }[]
}

/** Throws when the answer breaks off. */
async function read(response: Response): Promise<Sent> {
  const { ok, status, headers } = response
  if (ok) return { kind: 'accepted' }
  const { code, details = [] }: ErrorBody = await response.json().catch(() => ({}))
  if (code === 'invalid_token') return { kind: 'stale' }
  if (code === 'consent_changed') return { kind: 'consent_changed' }
  const afterMs = Number(headers.get('retry-after')) * 1_000
  if (afterMs > 0 || status >= 500 || status === 408) {
    return { kind: 'later', afterMs: afterMs > 0 ? afterMs : LATER_MS }
  }
  if (details.length === 0) return { kind: 'refused' }
  return {
    kind: 'invalid',
    details: Object.fromEntries(details.map(({ path, message }) => [path, message])),
  }
}
