/** What resources' schemas share. The same schemas check what comes in and make the document. */
import { z } from 'zod'
import { EVENT_TYPE_LENGTH_MAX, EVENT_TYPE_PATTERN } from '../../event.ts'
import { ID_PREFIXES, type IdKind } from '../../id.ts'
import { EMAIL_LENGTH_MAX, isBlank } from '../../text/typed-text.ts'

/** Ids as examples show them: one person's story through all pages. */
export const EXAMPLE_IDS: Record<Exclude<IdKind, 'attempt' | 'link' | 'node'>, string> = {
  chatbot: 'bot_01m2fm1cgye03v13e1wgzp7b71',
  conversation: 'conv_01m2fm1cj3e7cvwf1461vvb46e',
  lead: 'lead_01m2fm1ck8efpbc1sjm4cznf7y',
  event: 'evt_01m2fm1cmdew0tj028066zpp2j',
  webhook: 'wh_01m2fm1cnje309kaq5k1xvenpq',
  delivery: 'dlv_01m2fm1cpqe10845a7f8pm0j0e',
  recovery: 'rcv_01m2fm1cs1e22asvn51b0yv74p',
  key: 'key_01m2fm1ct3ez0bk4t6m2v8x9qa',
  session: 'ses_01m2fm1cv5f3s9w7d1n4r6y8jb',
  audit: 'aud_01m2fm1cw7eh5c2p8q0z3k6tmd',
  erasure: 'ers_01m2fm1ct8e9mbq0g6xk3w7h5d',
  listener: 'lsn_01m2fm1cx9f7g3q5t1v8y2z4bn',
}

export const EXAMPLE_REQUEST_ID = 'req_3f1c9a0be2d71c04'

type DocumentedKind = keyof typeof EXAMPLE_IDS

/** In answers. */
export function idField(kind: DocumentedKind) {
  return z.string().meta({ examples: [EXAMPLE_IDS[kind]] })
}

export function idPattern(kind: DocumentedKind): RegExp {
  return new RegExp(`^${ID_PREFIXES[kind]}_[0-7][0-9a-hjkmnp-tv-z]{25}$`)
}

/** In filters, where an id of another kind is a mistake worth naming. */
export function idFilter(kind: DocumentedKind) {
  return z
    .string()
    .regex(idPattern(kind), `must be a ${kind}'s id, like \`${EXAMPLE_IDS[kind]}\``)
    .meta({ examples: [EXAMPLE_IDS[kind]] })
}

/** What the document says of a schema whose input is text but means something else. */
declare module 'zod' {
  interface GlobalMeta {
    documentAs?: Record<string, unknown>
  }
}

/** Text that every database holds: no U+0000, well-formed Unicode. */
export function text({ min = 0, max }: { min?: number; max: number }) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), {
      error: 'must not contain U+0000 or half a surrogate pair',
    })
}

/** The same fields, none of which has to be there: of a change, what is left out stays. */
export function mayBeLeftOut<Fields extends Record<string, z.ZodType>>(fields: Fields) {
  const optional = Object.entries(fields).map(([name, field]) => [name, field.exactOptional()])
  return Object.fromEntries(optional) as {
    [Name in keyof Fields]: z.ZodExactOptional<Fields[Name]>
  }
}

/** What a list is searched for, an email at the longest; nothing to be seen would find everybody. */
export const search = text({ min: 1, max: EMAIL_LENGTH_MAX }).refine((q) => !isBlank(q), {
  error: 'must not be empty',
})

/** ISO 8601 UTC with milliseconds, in answers. */
export const isoTime = z.string().meta({
  documentAs: { type: 'string', format: 'date-time' },
  examples: ['2026-09-14T09:30:12.345Z'],
})

/** Any ISO 8601 instant, or a day (its midnight UTC), to Unix milliseconds. */
export const instant = z
  .string()
  .transform((given, context) => {
    const at = parseInstant(given)
    if (at !== null) return at
    context.addIssue({
      code: 'custom',
      message: 'must be an ISO 8601 time, like `2026-09-14T09:30:00Z` or `2026-09-14`',
    })
    return z.NEVER
  })
  .meta({ documentAs: { type: 'string', format: 'date-time' } })

const dateTime = z.iso.datetime({ offset: true })
const date = z.iso.date()

function parseInstant(given: string): number | null {
  // A `+` in a query string is read as a space; nobody who writes +03:00 there means one.
  const spelled = given.replace(/ (?=\d\d:\d\d$)/, '+')
  if (!dateTime.safeParse(spelled).success && !date.safeParse(spelled).success) return null
  const at = Date.parse(spelled)
  return Number.isFinite(at) ? at : null
}

/** A whole number in a query string. */
function wholeInQuery({ min, max }: { min: number; max: number }) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ documentAs: { type: 'integer', minimum: min, maximum: max } })
}

/** One of these, or several: repeated, or with commas between. Sorted: a cursor holds for any order. */
export function anyOf<const Value extends string>(values: readonly Value[]) {
  return z
    .unknown()
    .transform((given, context): Value[] => {
      const parts = [given].flat().flatMap((part) => String(part).split(','))
      for (const input of parts) {
        if ((values as readonly string[]).includes(input)) continue
        context.addIssue({ code: 'invalid_value', values: [...values], input })
        return z.NEVER
      }
      return [...new Set(parts as Value[])].sort() // looked at one by one
    })
    .meta({ documentAs: { type: 'array', items: { type: 'string', enum: [...values] } } })
}

export const LIMIT_MAX = 100

export const pageQuery = {
  limit: wholeInQuery({ min: 1, max: LIMIT_MAX })
    .default(50)
    .meta({
      description: 'How many at most. A page of large rows may be shorter, and others follow.',
      documentAs: { type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: 50 },
    }),
  cursor: z
    .string()
    .min(1)
    .max(1_000)
    .exactOptional()
    .meta({ description: "The page before's `nextCursor`." }),
}

export const eventType = z
  .string()
  .max(EVENT_TYPE_LENGTH_MAX)
  .regex(
    EVENT_TYPE_PATTERN,
    'must look like `order.created`: words joined by dots, each of letters, digits, `_` and `-`, the first with a letter before',
  )
  .meta({ examples: ['lead.submit'] })

/** A list answer, named for the document. */
export function listOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      data: z.array(item),
      nextCursor: z.string().nullable().meta({
        description:
          'Pass it as `cursor` for the next page; null, and nothing else, says that this was the last.',
      }),
    })
    .meta({ id })
}

export const errorSchema = z
  .object({
    statusCode: z.int(),
    code: z.string().meta({ description: 'Stable; for programs.' }),
    error: z.string(),
    message: z.string().meta({ description: 'For people; may change.' }),
    details: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .exactOptional()
      .meta({ description: 'Which fields were wrong.' }),
    requestId: z.string().meta({
      description: 'As in `X-Request-Id`: by it the request is found in the log.',
      examples: [EXAMPLE_REQUEST_ID],
    }),
    id: z
      .string()
      .exactOptional()
      .meta({ description: 'Of an `already_created`: what was created.' }),
    changed: z
      .object({
        at: isoTime.nullable(),
        by: z.string().nullable().meta({ description: '`root`, or the id of a key or a link.' }),
        name: z.string().nullable().meta({ description: "The key's, if it is yours to know." }),
        you: z.boolean().meta({ description: 'In the same session, or with the same key.' }),
      })
      .exactOptional()
      .meta({ description: 'Of a `changed_meanwhile`: who made its settings what they are.' }),
  })
  .meta({ id: 'Error', description: 'Every error answer has this shape.' })
