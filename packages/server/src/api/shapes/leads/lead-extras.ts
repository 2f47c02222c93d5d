/** What a lead brings beside who it is: as it comes in by a key, as it comes from a page, and as it is shown. */
import { z } from 'zod'
import { DEFAULT_CHANNEL, type LeadExtras } from '../../../lead.ts'
import {
  ADDRESS_LENGTH_MAX,
  CHANNEL_PATTERN,
  extrasOf,
  LANGUAGE_LENGTH_MAX,
  readContext,
  readCustom,
  TIME_ZONE_LENGTH_MAX,
  TITLE_LENGTH_MAX,
  UTM_LENGTH_MAX,
} from '../../../lead-extras.ts'
import {
  CUSTOM_BYTES_MAX,
  CUSTOM_FIELDS_MAX,
  CUSTOM_VALUE_BYTES_MAX,
} from '../../../text/custom-fields.ts'
import { CUSTOM_NAME_PATTERN } from '../../../text/field-name.ts'

type Given = Record<string, unknown>

const VALUE_DOCUMENT = { type: ['string', 'number', 'boolean'] }
const CUSTOM_DOCUMENT = {
  type: 'object',
  maxProperties: CUSTOM_FIELDS_MAX,
  propertyNames: { type: 'string', pattern: CUSTOM_NAME_PATTERN.source },
  additionalProperties: VALUE_DOCUMENT,
}
const ADDRESS = { type: 'string', maxLength: ADDRESS_LENGTH_MAX }
const UTM = { type: 'string', maxLength: UTM_LENGTH_MAX }
const CONTEXT_DOCUMENT = {
  type: 'object',
  additionalProperties: false,
  properties: {
    page: ADDRESS,
    title: { type: 'string', maxLength: TITLE_LENGTH_MAX },
    referrer: ADDRESS,
    utm: {
      type: 'object',
      additionalProperties: false,
      properties: { source: UTM, medium: UTM, campaign: UTM, term: UTM, content: UTM },
    },
    language: { type: 'string', maxLength: LANGUAGE_LENGTH_MAX },
    timeZone: { type: 'string', maxLength: TIME_ZONE_LENGTH_MAX },
  },
}

const given = z.record(z.string(), z.unknown())
const CUSTOM_TEXT = `Up to ${CUSTOM_FIELDS_MAX} fields of your own, by name: texts of up to ${CUSTOM_VALUE_BYTES_MAX} bytes, numbers, true or false; ${CUSTOM_BYTES_MAX} bytes in all. Empty ones are not kept.`
const CONTEXT_TEXT =
  'Where it was left. Of addresses origin and path are kept, with the query where the form says `pageQuery`; never a fragment, nor user info.'

/** By a key: what is wrong is refused. */
export const givenExtras = {
  custom: given
    .superRefine((custom, context) => {
      for (const { path, message } of readCustom(custom).faults) {
        context.addIssue({ code: 'custom', path, message })
      }
    })
    .exactOptional()
    .meta({
      description: CUSTOM_TEXT,
      documentAs: CUSTOM_DOCUMENT,
      examples: [{ plan: 'pro', seats: 3, newsletter: true }],
    }),
  context: given
    .superRefine((value, context) => {
      for (const { path, message } of readContext(value, { keepsQuery: true }).faults) {
        context.addIssue({ code: 'custom', path, message })
      }
    })
    .exactOptional()
    .meta({
      description: CONTEXT_TEXT,
      documentAs: CONTEXT_DOCUMENT,
      examples: [{ page: 'https://shop.example/pricing', utm: { source: 'newsletter' } }],
    }),
  channel: z
    .string()
    .regex(CHANNEL_PATTERN, 'must be a word of lower-case letters, digits, `_` and `-`')
    .exactOptional()
    .meta({
      description: `Through what it came: ${DEFAULT_CHANNEL} (the default), whatsapp, telegram, facebook, instagram, slack, email, api, or another word.`,
      examples: ['whatsapp'],
    }),
}

/** From a visitor's page: what is wrong is dropped, also as a whole, and told in its console. */
const dropped = given.catch({})
export const pageExtras = {
  custom: dropped
    .exactOptional()
    .meta({ description: CUSTOM_TEXT, documentAs: { type: 'object' } }),
  context: dropped
    .exactOptional()
    .meta({ description: CONTEXT_TEXT, documentAs: { type: 'object' } }),
}

const text = z.string()

export const shownExtras = {
  channel: text.meta({ description: 'Through what it came.' }),
  custom: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).meta({
    description: "The owner's own fields, in the order of the form, then of the page.",
  }),
  context: z
    .object({
      page: text,
      title: text,
      referrer: text,
      utm: z.object({ source: text, medium: text, campaign: text, term: text, content: text }),
      language: text,
      timeZone: text,
    })
    .nullable()
    .meta({ id: 'LeadContext', description: 'Where it was left; null: nothing is known.' }),
}

interface GivenExtras {
  custom?: Given | undefined
  context?: Given | undefined
  channel?: string | undefined
}

/** `first`: names in the order that they are kept in, before all others. */
export function extrasGiven(
  { custom, context, channel = DEFAULT_CHANNEL }: GivenExtras,
  { keepsQuery, first = [] }: { keepsQuery: boolean; first?: readonly string[] },
): LeadExtras | null {
  return extrasOf({
    custom: custom ? readCustom(custom, first).value : {},
    context: context ? readContext(context, { keepsQuery }).value : null,
    channel,
  })
}
