/** A webhook's settings, each once: the schemas, the answers and the examples are made from this list. */
import { z } from 'zod'
import { EVENT_TYPE_LENGTH_MAX, EVENT_TYPE_PATTERN } from '../../event.ts'
import { isNotice, isReserved, NOTICE_TYPES } from '../../notice.ts'
import { RATE_MAX, RATE_MIN } from '../../rate.ts'
import { doOverlap, isWildcard } from '../../subscription.ts'
import { tidyUrl } from '../../text/typed-text.ts'
import { INCLUDES } from '../../wants/shape.ts'
import { shownUrl, type WebhookSettings } from '../../webhook.ts'
import { text } from './schemas.ts'
import { HEADERS_MAX, headerFaults, maskHeaders } from './webhook-headers.ts'
import { URL_LENGTH_MAX, urlFault } from './webhook-url.ts'
import * as wants from './webhook-wants.ts'

/** Of the document: the rule in words is `subscribed`'s own. */
const SUBSCRIBED_PATTERN = '^(\\*|[A-Za-z][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*(\\.\\*)?)$'
export const EVENT_TYPES_MAX = 50
export const DESCRIPTION_LENGTH_MAX = 500
export const METADATA_NAMES_MAX = 20
export const METADATA_NAME_LENGTH_MAX = 40
export const METADATA_VALUE_LENGTH_MAX = 500

const url = z
  .string()
  .transform(tidyUrl)
  .superRefine((given, context) => {
    const message = urlFault(given)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })
  .meta({
    description:
      'http or https, without a fragment. Credentials in it are shown masked. What nobody sees at its ends is dropped; within it is refused.',
    documentAs: { type: 'string', format: 'uri', maxLength: URL_LENGTH_MAX },
    examples: ['https://shop.example/hooks/leads'],
  })

const subscribed = z
  .string()
  .max(EVENT_TYPE_LENGTH_MAX)
  .superRefine((given, context) => {
    const name = isWildcard(given) ? given.slice(0, -2) : given
    if (given === '*' || EVENT_TYPE_PATTERN.test(name)) return
    const message =
      'must look like `order.created`, `order.*` or `*`: words joined by dots, each of letters, digits, `_` and `-`, the first with a letter before'
    context.addIssue({ code: 'custom', message })
  })
  .meta({
    documentAs: { type: 'string', maxLength: EVENT_TYPE_LENGTH_MAX, pattern: SUBSCRIBED_PATTERN },
    examples: ['lead.submit'],
  })

const eventTypes = z
  .array(subscribed)
  .min(1)
  .max(EVENT_TYPES_MAX)
  .superRefine((types, context) => {
    for (const [index, type] of types.entries()) {
      const message = whyNoSubscription(type, types.slice(0, index))
      if (message !== null) context.addIssue({ code: 'custom', path: [index], message })
    }
  })
  .meta({
    description:
      'The lead event may be spelled `lead.submit` or `leads.submit`: deliveries carry the spelling given here. `order.*` takes what begins so, `*` every type but `webhook.…` and `delivery.…`, which are asked for by name; both take what comes later, too. Entries that contain each other are refused.',
    uniqueItems: true,
  })

function whyNoSubscription(type: string, before: readonly string[]): string | null {
  if (isReserved(type) && !isNotice(type)) {
    const told = NOTICE_TYPES.map((notice) => `\`${notice}\``).join(', ')
    if (isWildcard(type)) return `is asked for by name: ${told}`
    return `never comes: nobody may publish it, and of webhooks the server tells ${told}`
  }
  const first = before.find((other) => doOverlap(other, type))
  if (first === undefined) return null
  if (first === type) return `is \`${type}\` a second time`
  if (isWildcard(first) || isWildcard(type)) {
    return `takes what \`${first}\` takes: an event would come twice, so leave one of them out`
  }
  return `is the same event type as \`${first}\`, spelled differently: take one spelling`
}

const headers = z
  .record(z.string(), z.string())
  .superRefine((given, context) => {
    if (Object.keys(given).length > HEADERS_MAX) {
      context.addIssue({ code: 'custom', message: `must have at most ${HEADERS_MAX} headers` })
    }
    for (const { name, message } of headerFaults(given)) {
      context.addIssue({ code: 'custom', path: [name], message })
    }
  })
  .meta({
    description: `Sent with every delivery, after ours; at most ${HEADERS_MAX}. Values are secrets: shown as \`***\`.`,
    examples: [{ 'X-Api-Key': 'k-123' }],
  })

const METADATA_NAME = new RegExp(`^[A-Za-z0-9_.-]{1,${METADATA_NAME_LENGTH_MAX}}$`)
const METADATA_NAME_RULE = `1 to ${METADATA_NAME_LENGTH_MAX} characters, each of a–z, A–Z, 0–9, \`_\`, \`.\` and \`-\``
export const METADATA_DOCUMENT = {
  type: 'object',
  maxProperties: METADATA_NAMES_MAX,
  propertyNames: { type: 'string', pattern: METADATA_NAME.source },
  additionalProperties: { type: 'string', maxLength: METADATA_VALUE_LENGTH_MAX },
}
const metadataValue = text({ max: METADATA_VALUE_LENGTH_MAX })

const metadata = z
  .record(z.string(), metadataValue)
  .superRefine((given, context) => {
    const names = Object.keys(given)
    if (names.length > METADATA_NAMES_MAX) {
      context.addIssue({ code: 'custom', message: `must have at most ${METADATA_NAMES_MAX} names` })
    }
    for (const name of names.filter((each) => !METADATA_NAME.test(each))) {
      const message = `must have a name of ${METADATA_NAME_RULE}`
      context.addIssue({ code: 'custom', path: [name], message })
    }
  })
  .meta({
    description: `Texts of your own, by name; at most ${METADATA_NAMES_MAX}, replaced whole: \`{}\` clears them. A name has ${METADATA_NAME_RULE}; a text up to ${METADATA_VALUE_LENGTH_MAX}, or none. Not encrypted, and shown to whoever sees the webhook: no place for secrets.`,
    documentAs: METADATA_DOCUMENT,
    examples: [{ env: 'production', team: 'sales' }],
  })

interface Setting<Value> {
  /** As it is checked, coming in. */
  given: z.ZodType<Value>
  /** As it is answered. */
  shown: z.ZodType<Value>
  /** What is secret in it is masked. Absent: it is shown as it is. */
  mask?(value: Value, webhook: WebhookSettings): Value
  /** Of an answer. */
  example: Value
}

type Settings = { [Name in keyof WebhookSettings]: Setting<WebhookSettings[Name]> }

const SETTINGS = {
  url: {
    given: url,
    shown: z.string().meta({ examples: ['https://shop.example/hooks/leads'] }),
    mask: (_, webhook) => shownUrl(webhook),
    example: 'https://shop.example/hooks/leads',
  },
  eventTypes: { given: eventTypes, shown: z.array(z.string()), example: ['lead.submit'] },
  description: {
    given: text({ max: DESCRIPTION_LENGTH_MAX }),
    shown: z.string(),
    example: 'CRM',
  },
  headers: {
    given: headers,
    shown: z.record(z.string(), z.string()).meta({ description: 'Names, with masked values.' }),
    mask: maskHeaders,
    example: { 'X-Api-Key': '***' },
  },
  timeoutSeconds: {
    given: z.int().min(1).max(120).nullable().meta({
      description: "Until the answer's headers; null: the server's DELIVERY_TIMEOUT.",
    }),
    shown: z.int().nullable(),
    example: null,
  },
  maxInFlight: {
    given: z.int().min(1).max(256).nullable().meta({
      description: "Requests open at a time; null: the server's MAX_IN_FLIGHT_PER_WEBHOOK.",
    }),
    shown: z.int().nullable(),
    example: null,
  },
  ratePerSecond: {
    given: z.number().min(RATE_MIN).max(RATE_MAX).nullable().meta({
      description:
        'Requests started in a second, at most, by all nodes together: up to a second of them (at least one) at once, and over no ten seconds more than ten times as many. Tests count and go out at once; what is handed to a listener does not count. null: as many as the endpoint takes.',
    }),
    shown: z.number().nullable(),
    example: null,
  },
  metadata: {
    given: metadata,
    shown: z.record(z.string(), z.string()),
    example: { env: 'production', team: 'sales' },
  },
  format: { given: wants.format, shown: wants.format, example: 'guide' },
  template: { given: wants.template, shown: z.string().nullable(), example: null },
  templateType: { given: wants.templateType, shown: wants.templateType, example: 'json' },
  include: { given: wants.include, shown: z.array(z.enum(INCLUDES)), example: [] },
  filter: { given: wants.filter, shown: wants.filter, example: null },
} satisfies Settings

const NAMES = Object.keys(SETTINGS) as (keyof Settings)[]

export const givenSettings = partOf('given')
export const shownSettings = partOf('shown')
export const exampleSettings: WebhookSettings = partOf('example')

/** As a caller may see them. */
export function showSettings(webhook: WebhookSettings): WebhookSettings {
  const shown: { [Name in keyof WebhookSettings]?: WebhookSettings[Name] } = {}
  const show = <Name extends keyof Settings>(name: Name, { mask }: Settings[Name]) => {
    shown[name] = mask ? mask(webhook[name], webhook) : webhook[name]
  }
  for (const name of NAMES) show(name, SETTINGS[name])
  return shown as WebhookSettings
}

type SettingsPart<Part extends 'given' | 'shown' | 'example'> = {
  [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name][Part]
}

function partOf<Part extends 'given' | 'shown' | 'example'>(part: Part): SettingsPart<Part> {
  const parts = Object.entries(SETTINGS).map(([name, setting]) => [name, setting[part]])
  return Object.fromEntries(parts) as SettingsPart<Part>
}
