/** What a chatbot looks like, coming in and going out. */
import { z } from 'zod'
import {
  CONTACT_FIELDS,
  DEFAULT_LEAD_FORM,
  FIELD_TYPES,
  isContactField,
  type LeadFormField,
} from '../../chatbot.ts'
import { CUSTOM_FIELDS_MAX } from '../../text/custom-fields.ts'
import { CUSTOM_NAME_PATTERN, customNameFault } from '../../text/field-name.ts'
import { isBlank, tidyUrl } from '../../text/typed-text.ts'
import { EXAMPLE_IDS, idField, isoTime, mayBeLeftOut, text } from './schemas.ts'

export const NAME_LENGTH_MAX = 200
export const FORM_TEXT_LENGTH_MAX = 500
export const LABEL_LENGTH_MAX = 100
export const OPTIONS_MAX = 50
export const ORIGINS_MAX = 50
export const ORIGIN_LENGTH_MAX = 300

const leadFormField = z
  .strictObject({
    name: z.string().meta({
      description:
        '`customerName`, `customerEmail`, `customerPhone`, or a name of your own, under which the answer stands in `custom`.',
      documentAs: { type: 'string', pattern: CUSTOM_NAME_PATTERN.source },
      examples: ['company'],
    }),
    label: text({ min: 1, max: LABEL_LENGTH_MAX }),
    required: z.boolean().exactOptional().meta({ description: 'Without it: no.' }),
    type: z.enum(FIELD_TYPES).exactOptional().meta({
      description:
        'Of a field of your own, and only there: a line, one of `options`, a box to tick, a number, a date, or several lines.',
    }),
    options: z
      .array(text({ min: 1, max: LABEL_LENGTH_MAX }))
      .min(1)
      .max(OPTIONS_MAX)
      .exactOptional()
      .meta({ description: 'Of a `choice`.', uniqueItems: true }),
  })
  .superRefine((field, context) => {
    const fault = fieldFault(field)
    if (fault) context.addIssue({ code: 'custom', path: [fault[0]], message: fault[1] })
  })
  .meta({ id: 'LeadFormField' })

type FieldFault = [path: 'name' | 'type' | 'options', message: string]

function fieldFault({ name, type, options }: LeadFormField): FieldFault | null {
  if (isContactField(name)) {
    if (type !== undefined) return ['type', `is of fields of your own; \`${name}\` has its own`]
    return options === undefined ? null : ['options', 'are of a `choice`']
  }
  const fault = customNameFault(name)
  if (fault !== null) return ['name', fault]
  if (type === undefined) return ['type', 'is required for a field of your own']
  if (type !== 'choice') return options === undefined ? null : ['options', 'are of a `choice`']
  if (options === undefined) return ['options', 'is required for a `choice`']
  return new Set(options).size < options.length ? ['options', 'has one of them twice'] : null
}

export const leadForm = z
  .strictObject({
    fields: z
      .array(leadFormField)
      .min(1)
      .max(CONTACT_FIELDS.length + CUSTOM_FIELDS_MAX)
      .superRefine((fields, context) => {
        for (const [index, { name }] of fields.entries()) {
          if (fields.findIndex((field) => field.name === name) === index) continue
          const message = `is \`${name}\` a second time: each field comes once`
          context.addIssue({ code: 'custom', path: [index, 'name'], message })
        }
        const own = fields.filter(({ name }) => !isContactField(name))
        if (own.length > CUSTOM_FIELDS_MAX) {
          const message = `may have at most ${CUSTOM_FIELDS_MAX} fields of your own`
          context.addIssue({ code: 'custom', message })
        }
        if (own.length < fields.length) return
        const message = 'must ask for a name, an email or a phone: a lead is somebody'
        context.addIssue({ code: 'custom', message })
      }),
    greeting: text({ max: FORM_TEXT_LENGTH_MAX }),
    thanks: text({ max: FORM_TEXT_LENGTH_MAX }),
    consent: text({ min: 1, max: FORM_TEXT_LENGTH_MAX })
      .exactOptional()
      .meta({
        description:
          'What visitors are asked to agree to, by a box to tick. Their answer is kept with the lead, with this text as it was then.',
        examples: ['You may store my details to answer me.'],
      }),
    consentRequired: z.boolean().exactOptional().meta({
      description: 'Whether a visitor who does not agree is refused. Without it: yes.',
    }),
    pageQuery: z.boolean().exactOptional().meta({
      description:
        'Whether the part of the page’s address behind `?` is kept with a lead. Without it: no.',
    }),
    color: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/, { error: 'must be a color like `#1f5fd0`' })
      .exactOptional()
      .meta({
        description: 'Of the widget’s bubble, head and button. Without it: blue.',
        examples: ['#0f766e'],
      }),
  })
  .meta({ id: 'LeadForm', description: 'What the widget asks a visitor for.' })

const origin = text({ min: 1, max: ORIGIN_LENGTH_MAX })
  .transform(tidyUrl)
  .refine(isOrigin, {
    error: 'must be an origin: scheme, host and port only, like `https://shop.example`',
  })
  .meta({ examples: ['https://shop.example'] })

function isOrigin(given: string): boolean {
  const url = URL.canParse(given) ? new URL(given) : null
  // Compared whole: `https://*.shop.example` would match no page that its owner means.
  const isExact = url !== null && url.origin === given && !given.includes('*')
  return isExact && /^https?:$/.test(url.protocol)
}

const fields = {
  name: text({ max: NAME_LENGTH_MAX })
    .refine((name) => !isBlank(name), { error: 'must not be empty' })
    .meta({ examples: ['Shop assistant'] }),
  leadForm,
  allowedOrigins: z.array(origin).max(ORIGINS_MAX).meta({
    description: 'Pages that may use the widget, besides this server’s own.',
  }),
}

export const newChatbotSchema = z
  .strictObject({ ...mayBeLeftOut(fields), name: fields.name })
  .meta({ id: 'ChatbotCreate' })

export const chatbotChangeSchema = z
  .strictObject(mayBeLeftOut(fields))
  .meta({ id: 'ChatbotChange', description: 'What is left out stays as it is.' })

export const chatbotSchema = z
  .object({
    id: idField('chatbot'),
    ...fields,
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ id: 'Chatbot' })

export const CHATBOT_EXAMPLE: z.infer<typeof chatbotSchema> = {
  id: EXAMPLE_IDS.chatbot,
  name: 'Shop assistant',
  leadForm: { ...DEFAULT_LEAD_FORM, color: '#0f766e' },
  allowedOrigins: ['https://shop.example'],
  createdAt: '2026-09-14T09:30:12.345Z',
  updatedAt: '2026-09-14T09:30:12.345Z',
}
