/**
 * What the routes take that published integrations call. Those were written for other servers: they
 * send numbers as texts, leave fields that nobody filled in as `""` or null, and add fields of their
 * own, which are ignored here and nowhere else.
 */
import { z } from 'zod'
import { isId } from '../../../id.ts'
import type { CountedPage, Desk } from '../../../store/desk.ts'
import { invalidInput, notFound } from '../../shapes/error-answer.ts'
import { EXAMPLE_IDS, idPattern, instant, LIMIT_MAX, text } from '../../shapes/schemas.ts'

/** Pages are counted, so what is skipped is walked. Lists with a cursor go on without an end. */
export const COUNTED_ROWS_MAX = 10_000
const SIZE_DEFAULT = 10
const DAY_MS = 24 * 3_600_000

/** A field that was left blank is one that is not there. */
function blank<Schema extends z.ZodType>(schema: Schema) {
  const given = (value: unknown) => (value === '' || value === null ? undefined : value)
  return z.preprocess(given, schema.optional()).optional()
}

const whole = z
  .union([z.string(), z.number()], { error: 'must be a whole number' })
  .transform(Number)
  .pipe(z.int('must be a whole number').min(1))

const day = instant.transform((at) => at - (at % DAY_MS))

const asDay = (description: string) => ({
  description,
  documentAs: { type: 'string', format: 'date' },
  examples: ['2026-09-14'],
})

export const chatbotIdField = blank(text({ max: 200 })).meta({
  description: "Whose. Left out: the key's chatbot, or the only one that there is.",
  documentAs: { type: 'string', pattern: idPattern('chatbot').source },
  examples: [EXAMPLE_IDS.chatbot],
})

export const integrationQuery = {
  chatbotId: chatbotIdField,
  startDate: blank(day).meta(
    asDay('From the beginning of this day on, in UTC. A time is taken for its day.'),
  ),
  endDate: blank(day).meta(
    asDay(
      'Up to the end of this day, in UTC: the day itself is included. A day before `startDate` answers an empty list.',
    ),
  ),
  page: blank(whole).meta({
    description: `Counted from 1. Pages reach ${COUNTED_ROWS_MAX.toLocaleString('en')} rows deep: beyond, narrow the dates.`,
    documentAs: { type: 'integer', minimum: 1, default: 1 },
  }),
  size: blank(whole).meta({
    description: `Rows of a page. More than ${LIMIT_MAX} answers ${LIMIT_MAX}.`,
    documentAs: { type: 'integer', minimum: 1, default: SIZE_DEFAULT },
  }),
}

/** As an example of a body. */
export const INTEGRATION_EXAMPLE = {
  chatbotId: EXAMPLE_IDS.chatbot,
  startDate: '2026-09-01',
  endDate: '2026-09-30',
  page: 1,
  size: 100,
}

interface Asked {
  startDate?: number | undefined
  endDate?: number | undefined
  page?: number | undefined
  size?: number | undefined
}

/** Throws a 400 for a page that is too deep. */
export function countedPage({ page = 1, size = SIZE_DEFAULT }: Asked): CountedPage {
  const limit = Math.min(size, LIMIT_MAX)
  const skip = (page - 1) * limit
  if (skip + limit <= COUNTED_ROWS_MAX) return { limit, skip }
  const depth = COUNTED_ROWS_MAX.toLocaleString('en')
  const message = `\`page\` is beyond the first ${depth} rows: narrow \`startDate\` and \`endDate\`, or use GET /api/v1/leads, whose cursor goes on without an end`
  throw invalidInput([{ path: 'page', message }])
}

/** Whole days. Null: no instant is in them. */
export function spanOf({ startDate, endDate }: Asked): { from?: number; to?: number } | null {
  if (startDate !== undefined && endDate !== undefined && endDate < startDate) return null
  return {
    ...(startDate === undefined ? {} : { from: startDate }),
    ...(endDate === undefined ? {} : { to: endDate + DAY_MS }),
  }
}

/** The chatbot that is meant; throws a 404 for one that isn't there, and a 400 where several are. */
export async function chatbotMeant(store: Desk, given: string | undefined): Promise<string> {
  if (given !== undefined) {
    if (!isId('chatbot', given) || !(await store.getChatbot(given))) throw notFound('chatbot')
    return given
  }
  const [only, ...others] = await store.listChatbots({ limit: 2, after: null })
  if (only && others.length === 0) return only.id
  const why = only ? 'there are several chatbots' : 'there is no chatbot yet'
  throw invalidInput([{ path: 'chatbotId', message: `\`chatbotId\` is required: ${why}` }])
}
