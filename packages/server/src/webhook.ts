import type { AnswerNote } from './delivery.ts'
import { chatOfUrl } from './text/chat-hosts.ts'
import type { JsonValue } from './wants/seen-event.ts'
import type { Format, ShapeSettings } from './wants/shape.ts'

/**
 * Where an owner wants events sent, which, and how: URL, event types, secret, limits, state.
 *
 *   active ◄──► paused    by its owner
 *   active ──► disabled   by us: the endpoint answered 410, or failed for days; resume brings it back
 *   away ◄──► active      of kind `listen`: its listener came, or went
 *
 * While it is active it may rest: that is no state of its own, and ends by itself.
 */
export interface Webhook extends WebhookSettings {
  id: string
  chatbotId: string
  kind: WebhookKind
  /** Of kind `listen`: removed an hour after its listener was last there. */
  temporary: boolean
  state: WebhookState
  /** Null while active; else one sentence, for people. */
  stateReason: string | null
  secret: string
  /** Signs the guide's header until `overlapEndsAt` (docs/decisions: which secret signs). */
  previousSecret: string | null
  overlapEndsAt: number | null
  health: WebhookHealth
  /** Null: it works. It may be over by its time, and only a probe shows whether it is. */
  rest: WebhookRest | null
  /** When the last rest or pause ended; null: it never had one. */
  restedAt: number | null
  /** Of its settings: each change of them makes another; state, health and secret don't. */
  version: string
  createdAt: number
  updatedAt: number
}

/** What its owner says of it, and may change. */
export interface WebhookSettings extends ShapeSettings {
  /** `LISTEN_URL` of kind `listen`, which nobody dials. */
  url: string
  /** As its owner spelled them: deliveries carry this spelling. */
  eventTypes: string[]
  description: string
  /** The owner's own headers, added after ours. Values are secrets. */
  headers: Record<string, string>
  /** Null: the server's DELIVERY_TIMEOUT. */
  timeoutSeconds: number | null
  /** Null: the server's MAX_IN_FLIGHT_PER_WEBHOOK. */
  maxInFlight: number | null
  /** Attempts started in a second, at most, by all nodes together (rate.ts). Null: as many as it takes. */
  ratePerSecond: number | null
  /** What its owner notes of it, by name. No secret: it is stored as it is. */
  metadata: Record<string, string>
  /** Which events it wants, of those that it subscribes to (wants/filter.ts). Null: all. */
  filter: JsonValue
}

/**
 * When its settings became what they are (store/rules/settings-version.ts): unlike `updatedAt` no pause,
 * no disabling and no other secret moves it. Where no version was kept yet, any change may have been one.
 */
export function settingsSince({ version, updatedAt }: Pick<Webhook, 'version' | 'updatedAt'>) {
  return version === '0' ? updatedAt : Number(version)
}

/** What holds where its owner says nothing. The others have to be given. */
export const SETTINGS_BY_DEFAULT: Readonly<Omit<WebhookSettings, 'url' | 'eventTypes'>> = {
  description: '',
  headers: {},
  timeoutSeconds: null,
  maxInFlight: null,
  ratePerSecond: null,
  metadata: {},
  format: 'guide',
  template: null,
  templateType: 'json',
  include: [],
  filter: null,
}

/** While its endpoint has asked for less, or can't be reached (store/rules/rest.ts). */
export interface WebhookRest {
  until: number
  /** When one delivery is sent, to see whether it takes any. */
  probeAt: number | null
  /** The delivery that is sent next to see, before that time: somebody asked for it. */
  probeWanted: string | null
  /** One sentence, for people. */
  reason: string
}

/** `listen`: its deliveries go to whoever listens for them (listen/listening.ts), and not to a URL. */
export type WebhookKind = 'http' | 'listen'
export const LISTEN_URL = 'listen:'

export type WebhookState = 'active' | 'paused' | 'disabled' | 'away'

interface WebhookHealth {
  /** First failed attempt since the last success; null when the last attempt succeeded. */
  failingSince: number | null
  consecutiveFailures: number
  lastSuccessAt: number | null
  lastFailureAt: number | null
  /** A status or a fault of the last failure, for people. */
  lastFailure: string | null
  /** The delivery by whose attempt it failed. */
  lastFailureBy: string | null
  /** What the last success said of itself; null: nothing, or there was none. */
  lastNote: AnswerNote | null
}

/** Why a webhook of kind `listen` is away, for people. */
export function awayReason(webhookId: string): string {
  return `Nobody listens: run \`chatzuri listen --webhook ${webhookId}\`.`
}

/** The secrets that are live at an instant, in the order in which they sign. */
export function liveSecrets(
  webhook: Pick<Webhook, 'secret' | 'previousSecret' | 'overlapEndsAt'>,
  nowMs: number,
): { guide: string; modern: string[] } {
  const { secret, previousSecret, overlapEndsAt } = webhook
  if (previousSecret === null || overlapEndsAt === null || overlapEndsAt <= nowMs) {
    return { guide: secret, modern: [secret] }
  }
  return { guide: previousSecret, modern: [secret, previousSecret] }
}

/** The rest that it has at an instant; null: it is sent to, or nothing is sent for another reason. */
export function liveRest(
  { state, rest }: Pick<Webhook, 'state' | 'rest'>,
  nowMs: number,
): WebhookRest | null {
  return state === 'active' && rest !== null && rest.until > nowMs ? rest : null
}

/** A URL's credentials are secrets: shown as `https://***:***@host/…`. */
function maskedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.username === '' && url.password === '')) return text
  if (url.username !== '') url.username = '***'
  if (url.password !== '') url.password = '***'
  return url.href
}

/** As people see it: where the path is the secret, as of a chat service, nothing of it. */
export function shownUrl({ url, format }: Pick<WebhookSettings, 'url' | 'format'>): string {
  const isChat = CHAT_FORMATS.has(format) || chatOfUrl(url) !== null
  if (!isChat || !URL.canParse(url)) return maskedUrl(url)
  return `${new URL(url).origin}/***`
}

const CHAT_FORMATS: ReadonlySet<Format> = new Set(['slack', 'teams', 'discord', 'google-chat'])

/** Each is a row that every event of its chatbot may write. */
export const WEBHOOKS_MAX_PER_CHATBOT = 50
