/**
 * What owners set of chatbots and webhooks, and the column in which each is kept: one list for each
 * table. Statements, values, changes and the nouns are made from it, so that a new setting is named
 * by its noun, by this list and by a step of the schema, and nowhere else in the store.
 */
import type { ChatbotSettings } from '../../chatbot.ts'
import type { WebhookSettings } from '../../webhook.ts'

interface Column {
  column: string
  /** `value`: small, as it is. `sealed`: encrypted, for its own row and column. */
  as: 'value' | 'text' | 'json' | 'sealed' | 'sealed json'
}

const CHATBOT = {
  name: { column: 'name', as: 'text' },
  leadForm: { column: 'lead_form', as: 'json' },
  allowedOrigins: { column: 'allowed_origins', as: 'json' },
} as const satisfies Record<keyof ChatbotSettings, Column>

const WEBHOOK = {
  url: { column: 'url', as: 'sealed' },
  eventTypes: { column: 'event_types', as: 'json' },
  description: { column: 'description', as: 'text' },
  headers: { column: 'headers', as: 'sealed json' },
  timeoutSeconds: { column: 'timeout_seconds', as: 'value' },
  maxInFlight: { column: 'max_in_flight', as: 'value' },
  ratePerSecond: { column: 'rate_per_second', as: 'value' },
  metadata: { column: 'metadata', as: 'json' },
  format: { column: 'format', as: 'value' },
  template: { column: 'template', as: 'text' },
  templateType: { column: 'template_type', as: 'value' },
  include: { column: 'include', as: 'json' },
  filter: { column: 'filter', as: 'json' },
} as const satisfies Record<keyof WebhookSettings, Column>

/** The columns, as a row has them. */
export type ChatbotColumns = ColumnsOf<ChatbotSettings, typeof CHATBOT>
export type WebhookColumns = ColumnsOf<WebhookSettings, typeof WEBHOOK>

type ColumnsOf<Settings, List extends Record<keyof Settings, Column>> = {
  [Name in keyof Settings as List[Name]['column']]: List[Name]['as'] extends 'value' | 'text'
    ? Settings[Name]
    : string
}

export const CHATBOT_COLUMNS = Object.values(CHATBOT).map(({ column }) => column)
export const WEBHOOK_COLUMNS = Object.values(WEBHOOK).map(({ column }) => column)

/** Those that can be large. */
export const CHATBOT_SIZED = sizedOf(CHATBOT)
export const WEBHOOK_SIZED = sizedOf(WEBHOOK)

/** Makes of a column's text what is kept, or the other way. */
type Turn = (column: string, text: string) => string

export function chatbotColumns(settings: ChatbotSettings): ChatbotColumns
export function chatbotColumns(change: Partial<ChatbotSettings>): Partial<ChatbotColumns>
export function chatbotColumns(given: Partial<ChatbotSettings>): Partial<ChatbotColumns> {
  return toColumns(CHATBOT, given, asItIs)
}

export function chatbotSettings(row: ChatbotColumns): ChatbotSettings {
  return toSettings<ChatbotSettings>(CHATBOT, row, asItIs)
}

export function webhookColumns(settings: WebhookSettings, seal: Turn): WebhookColumns
export function webhookColumns(
  change: Partial<WebhookSettings>,
  seal: Turn,
): Partial<WebhookColumns>
export function webhookColumns(
  given: Partial<WebhookSettings>,
  seal: Turn,
): Partial<WebhookColumns> {
  return toColumns(WEBHOOK, given, seal)
}

export function webhookSettings(row: WebhookColumns, open: Turn): WebhookSettings {
  return toSettings<WebhookSettings>(WEBHOOK, row, open)
}

type Columns = Readonly<Record<string, Column>>

/** Of what is given; anything else of it is left out. */
function toColumns(list: Columns, given: object, seal: Turn): Record<string, never> {
  const values: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const { column, as } = list[name] ?? {}
    if (column === undefined || value === undefined) continue
    const kept = as === 'json' || as === 'sealed json' ? JSON.stringify(value) : value
    values[column] = as === 'sealed' || as === 'sealed json' ? seal(column, String(kept)) : kept
  }
  // The list's type says what each column holds.
  return values as Record<string, never>
}

function toSettings<Settings>(list: Columns, row: object, open: Turn): Settings {
  const kept = row as Record<string, unknown>
  const settings: Record<string, unknown> = {}
  for (const [name, { column, as }] of Object.entries(list)) {
    const value = kept[column]
    const text = as === 'sealed' || as === 'sealed json' ? open(column, String(value)) : value
    settings[name] = as === 'json' || as === 'sealed json' ? JSON.parse(String(text)) : text
  }
  return settings as Settings
}

function asItIs(_: string, text: string): string {
  return text
}

function sizedOf(list: Columns): string[] {
  return Object.values(list).flatMap(({ column, as }) => (as === 'value' ? [] : [column]))
}
