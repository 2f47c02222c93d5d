/** A webhook as it is being made or changed: what was typed, also while it could not be saved. */
import type { Webhook, WebhookCreate } from '../../api/schema.ts'
import { tidyContact } from '../../format/typed-text.ts'
import { texts } from '../../texts/texts.ts'
import {
  type PairFaults,
  type PairRow,
  type PairsSetting,
  pairFaults,
  pairsOf,
  rowsOf,
} from './pairs.ts'
import { checkUrl } from './url-check.ts'
import {
  NO_WANTS,
  shownWant,
  type WantsDraft,
  type WantsFaults,
  wantsFaults,
  wantsOf,
  wantsValues,
} from './wants/wants-draft.ts'
import {
  eachOf,
  NUMBER_NAMES,
  NUMBERS,
  type NumberName,
  type NumberSetting,
  PAIRS,
  PAIRS_NAMES,
  type PairsName,
} from './webhook-settings.ts'

/** Numbers as they are typed; empty: as the server is set. */
export interface WebhookDraft
  extends Record<NumberName, string>,
    Record<PairsName, readonly PairRow[]>,
    WantsDraft {
  /** Null: it is listened to, and has none. */
  url: string | null
  /** Of those with a description, as the webhook spells them. */
  chosen: readonly string[]
  /** Any other types, separated by spaces or commas. */
  others: string
  description: string
}

export interface WebhookFaults
  extends Record<NumberName, string | null>,
    Record<PairsName, PairFaults> {
  url: string | null
  eventTypes: string | null
  wants: WantsFaults
}

type WebhookValues = Required<Omit<WebhookCreate, 'secret'>>

const { form } = texts.webhooks

export function emptyDraft(chosen: readonly string[]): WebhookDraft {
  return {
    url: '',
    others: '',
    description: '',
    chosen,
    ...NO_WANTS,
    ...eachOf(PAIRS_NAMES, () => []),
    ...eachOf(NUMBER_NAMES, () => ''),
  }
}

/** `isKnown`: those types have a box to tick, the others are typed. */
export function draftOf(webhook: Webhook, isKnown: (eventType: string) => boolean): WebhookDraft {
  const { kind, url, eventTypes, description } = webhook
  return {
    url: kind === 'listen' ? null : url,
    description,
    chosen: eventTypes.filter(isKnown),
    others: eventTypes.filter((name) => !isKnown(name)).join(' '),
    ...wantsOf(webhook),
    ...eachOf(PAIRS_NAMES, (name) => rowsOf(webhook[name], PAIRS[name])),
    ...eachOf(NUMBER_NAMES, (name) => String(webhook[name] ?? '')),
  }
}

export function valuesOf(draft: WebhookDraft): WebhookValues {
  return {
    url: tidyContact(draft.url ?? ''),
    eventTypes: [...draft.chosen, ...splitTypes(draft.others)],
    description: draft.description.trim(),
    ...wantsValues(draft),
    ...eachOf(PAIRS_NAMES, (name) => pairsOf(draft[name], PAIRS[name])),
    ...eachOf(NUMBER_NAMES, (name) => readNumber(draft[name], NUMBERS[name])),
  }
}

/** Only what differs: what somebody else changes meanwhile stays. */
export function changeOf(draft: WebhookDraft, saved: WebhookDraft): Partial<WebhookValues> {
  const before = new Map(Object.entries(valuesOf(saved)))
  const changed = Object.entries(valuesOf(draft)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before.get(name)),
  )
  return Object.fromEntries(changed)
}

/** One field in words, for who compares two of them. What is hidden stays so. */
export function shownField(name: keyof WebhookDraft, draft: WebhookDraft): string {
  if (isWant(name)) return shownWant(name, draft)
  const value = draft[name]
  if (value === null || value === '') return texts.meanwhile.empty
  if (typeof value === 'string') return value
  if (name === 'chosen') return draft.chosen.join(', ') || texts.meanwhile.empty
  if (name !== 'headers' && name !== 'metadata') return String(value)
  const { texts: words }: PairsSetting = PAIRS[name]
  const lines = draft[name].map((row) => (words.hidden ? row.name : `${row.name}: ${row.value}`))
  return lines.join('\n') || texts.meanwhile.empty
}

function isWant(name: keyof WebhookDraft): name is keyof WantsDraft {
  return name in NO_WANTS
}

/** Types that it had and will not have any more. */
export function droppedTypes(draft: WebhookDraft, saved: WebhookDraft): string[] {
  const now = valuesOf(draft).eventTypes
  return valuesOf(saved).eventTypes.filter((name) => !now.includes(name))
}

export function faultsOf(draft: WebhookDraft): WebhookFaults {
  const { eventTypes } = valuesOf(draft)
  return {
    url: draft.url === null ? null : checkUrl(draft.url).fault,
    eventTypes: eventTypes.length === 0 ? form.eventTypesMissing : null,
    wants: wantsFaults(draft),
    ...eachOf(PAIRS_NAMES, (name) => pairFaults(draft[name], PAIRS[name])),
    ...eachOf(NUMBER_NAMES, (name) => numberFault(draft[name], NUMBERS[name])),
  }
}

export function hasFaults(faults: WebhookFaults): boolean {
  const { url, eventTypes, wants } = faults
  const own = [url, eventTypes, wants.template, wants.filter]
  return own.some((fault) => fault !== null) || hasFaultsOfMore(faults)
}

/** Of what most never need. */
export function hasFaultsOfMore(faults: WebhookFaults): boolean {
  return (
    PAIRS_NAMES.some((name) => faults[name].size > 0) ||
    NUMBER_NAMES.some((name) => faults[name] !== null)
  )
}

export function isMoreSet(draft: WebhookDraft): boolean {
  return (
    PAIRS_NAMES.some((name) => draft[name].length > 0) ||
    NUMBER_NAMES.some((name) => draft[name] !== '')
  )
}

function numberFault(text: string, setting: NumberSetting): string | null {
  if (text.trim() === '') return null
  const { min, max } = setting
  const value = readNumber(text, setting)
  return value !== null && value >= min && value <= max ? null : setting.texts.fault
}

/** Null: there is none, or it is none. No comma: `1,000` is a thousand to one and a one to another. */
function readNumber(text: string, { isFraction }: NumberSetting): number | null {
  const pattern = isFraction ? /^\d{1,4}(\.\d{1,9})?$/ : /^\d{1,9}$/
  return pattern.test(text.trim()) ? Number(text) : null
}

function splitTypes(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}
