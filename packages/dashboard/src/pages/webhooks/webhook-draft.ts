/** A webhook as it is being made or changed: what was typed, also while it could not be saved. */
import type { NewWebhook, Webhook } from '../../api/schema.ts'
import { tidyContact } from '../../format/typed-text.ts'
import { texts } from '../../texts/texts.ts'
import { checkUrl } from './url-check.ts'

export interface HeaderRow {
  /** Of the row, whatever its name. */
  key: number
  name: string
  /** Empty, of a header that is stored: its value stays. Nobody is shown it again. */
  value: string
  /** The name that it is stored under; null: it is new. */
  storedName: string | null
}

export interface WebhookDraft {
  /** Null: it is listened to, and has none. */
  url: string | null
  /** Of those with a description, as the webhook spells them. */
  chosen: readonly string[]
  /** Any other types, separated by spaces or commas. */
  others: string
  description: string
  headers: readonly HeaderRow[]
  /** Whole numbers; empty: as the server is set. */
  timeoutSeconds: string
  maxInFlight: string
  /** May be a fraction; empty: none. */
  ratePerSecond: string
}

export interface WebhookFaults {
  url: string | null
  eventTypes: string | null
  /** By the row's key. */
  headers: ReadonlyMap<number, { name?: string; value?: string }>
  timeoutSeconds: string | null
  maxInFlight: string | null
  ratePerSecond: string | null
}

type WebhookValues = Required<Omit<NewWebhook, 'secret'>>

/** Stands for a value that is stored; sent back, it keeps it. */
const MASK = '***'
const TIMEOUT_SECONDS_MAX = 120
const IN_FLIGHT_MAX = 256
const RATE_MIN = 0.1
const RATE_MAX = 1_000

const { form } = texts.webhooks

export function emptyDraft(chosen: readonly string[]): WebhookDraft {
  return {
    url: '',
    others: '',
    description: '',
    chosen,
    headers: [],
    timeoutSeconds: '',
    maxInFlight: '',
    ratePerSecond: '',
  }
}

/** `isKnown`: those types have a box to tick, the others are typed. */
export function draftOf(webhook: Webhook, isKnown: (eventType: string) => boolean): WebhookDraft {
  const { kind, url, eventTypes, description, headers } = webhook
  return {
    url: kind === 'listen' ? null : url,
    description,
    chosen: eventTypes.filter(isKnown),
    others: eventTypes.filter((name) => !isKnown(name)).join(' '),
    headers: Object.keys(headers).map((name, key) => ({ key, name, value: '', storedName: name })),
    timeoutSeconds: String(webhook.timeoutSeconds ?? ''),
    maxInFlight: String(webhook.maxInFlight ?? ''),
    ratePerSecond: String(webhook.ratePerSecond ?? ''),
  }
}

export function valuesOf(draft: WebhookDraft): WebhookValues {
  return {
    url: tidyContact(draft.url ?? ''),
    eventTypes: [...draft.chosen, ...splitTypes(draft.others)],
    description: draft.description.trim(),
    headers: Object.fromEntries(
      filledRows(draft).map((row) => [row.name.trim(), keepsValue(row) ? MASK : row.value.trim()]),
    ),
    timeoutSeconds: readNumber(draft.timeoutSeconds),
    maxInFlight: readNumber(draft.maxInFlight),
    ratePerSecond: readRate(draft.ratePerSecond),
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
    headers: headerFaults(draft),
    timeoutSeconds: numberFault(draft.timeoutSeconds, TIMEOUT_SECONDS_MAX),
    maxInFlight: numberFault(draft.maxInFlight, IN_FLIGHT_MAX),
    ratePerSecond: rateFault(draft.ratePerSecond),
  }
}

export function hasFaults({ headers, ...others }: WebhookFaults): boolean {
  return headers.size > 0 || Object.values(others).some((fault) => fault !== null)
}

function headerFaults(draft: WebhookDraft): WebhookFaults['headers'] {
  const faults = new Map<number, { name?: string; value?: string }>()
  const seen = new Set<string>()
  for (const row of filledRows(draft)) {
    const name = row.name.trim().toLowerCase()
    if (name === '') faults.set(row.key, { name: form.headerNameMissing })
    else if (seen.has(name)) faults.set(row.key, { name: form.headerTwice })
    else if (row.value.trim() === '' && !keepsValue(row)) {
      const isRenamed = row.storedName !== null
      faults.set(row.key, { value: isRenamed ? form.headerRenamed : form.headerValueMissing })
    }
    seen.add(name)
  }
  return faults
}

/** A row that was added and left empty is nobody's fault. */
function filledRows({ headers }: WebhookDraft): HeaderRow[] {
  return headers.filter(
    ({ name, value, storedName }) => storedName !== null || name.trim() !== '' || value !== '',
  )
}

function keepsValue({ name, value, storedName }: HeaderRow): boolean {
  return value.trim() === '' && storedName?.toLowerCase() === name.trim().toLowerCase()
}

function numberFault(text: string, max: number): string | null {
  const value = readNumber(text)
  if (value === null && text.trim() === '') return null
  return value !== null && value >= 1 && value <= max ? null : form.numberFault(max)
}

function rateFault(text: string): string | null {
  if (text.trim() === '') return null
  const value = readRate(text)
  return value !== null && value >= RATE_MIN && value <= RATE_MAX ? null : form.rateFault
}

/** No comma: `1,000` is a thousand to one and a one to another. */
function readRate(text: string): number | null {
  return /^\d{1,4}(\.\d{1,9})?$/.test(text.trim()) ? Number(text) : null
}

/** Null: there is none, or it is none. */
function readNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : null
}

function splitTypes(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}
