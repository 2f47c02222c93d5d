/** An event as a few lines that read well in a chat, in no service's words yet. */
import type { JsonValue, SeenEvent } from '../seen-event.ts'

export interface Card {
  title: string
  lines: { label: string; value: string }[]
  /** Where and when. */
  footnote: string
}

/** More than this nobody reads in a chat, and services refuse. */
const LINES_MAX = 20
const LABEL_LENGTH_MAX = 60
const VALUE_LENGTH_MAX = 500
const TITLE_LENGTH_MAX = 120

export function cardOf(event: SeenEvent): Card {
  const lines = event.leadId === null ? linesOf(event.payload) : leadLines(event)
  return {
    title: cut(oneLine(titleOf(event)), TITLE_LENGTH_MAX),
    lines: lines.slice(0, LINES_MAX).map(({ label, value }) => ({
      label: cut(oneLine(label), LABEL_LENGTH_MAX),
      value: cut(visible(value), VALUE_LENGTH_MAX),
    })),
    footnote: `${event.eventType} · ${new Date(event.eventTime).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  }
}

function titleOf({ eventType, chatbotName, leadId }: SeenEvent): string {
  const from = chatbotName === '' ? '' : ` from ${chatbotName}`
  return leadId === null ? `${eventType}${from}` : `New lead${from}`
}

function leadLines({ payload, custom, context, consent, channel }: SeenEvent): Card['lines'] {
  const lead = payload as Record<string, JsonValue>
  const given: [label: string, value: JsonValue | undefined][] = [
    ['Name', lead.customerName],
    ['Email', lead.customerEmail],
    ['Phone', lead.customerPhone],
    ...Object.entries(custom),
    ['Page', context?.page],
    ['Channel', channel === 'website' ? '' : channel],
    ['Consent', consent === null ? '' : consent.given ? 'given' : 'not given'],
  ]
  return given.flatMap(([label, value]) => lineOf(label, value))
}

function linesOf(payload: JsonValue): Card['lines'] {
  if (typeof payload !== 'object' || payload === null) return lineOf('Payload', payload)
  return Object.entries(payload).flatMap(([label, value]) => lineOf(label, value))
}

function lineOf(label: string, value: JsonValue | undefined): Card['lines'] {
  if (value === undefined || value === null || value === '') return []
  return [{ label, value: typeof value === 'string' ? value : JSON.stringify(value) }]
}

/** Without what turns a text around or hides in it: it would read as something else. */
function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' ? '\n' : ''))
}

function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim()
}

/** Never within a character. */
function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  const head = text.slice(0, lengthMax - 1)
  return `${/[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head}…`
}
