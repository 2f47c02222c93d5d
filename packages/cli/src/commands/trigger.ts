import { type Api, chatbotOf, itemsOf, openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { nearest } from '../nearest.ts'

/** Both spellings. */
export const LEAD_EVENTS = ['lead.submit', 'leads.submit']
const LEAD = {
  customerName: 'Ann Example',
  customerEmail: 'ann@example.com',
  customerPhone: '+254700000000',
}
const WAIT_MS = 15_000
const ASK_EVERY_MS = 200
const COLUMNS = ['id', 'webhookId', 'state', 'stateReason', 'lastStatus', 'lastError']

export const trigger: Command = {
  name: 'trigger',
  usage: 'EVENT_TYPE [--set key=value …]',
  about: 'Makes an event happen: a lead for lead.submit, else an event with the payload of --set.',
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'key=value',
      about: 'a field of the payload; JSON where it is JSON, in a lead always text',
    },
    chatbot: { type: 'string', value: 'bot_…', about: 'of which chatbot; default: the only one' },
    'no-wait': { type: 'boolean', about: "don't wait for the first attempts" },
  },
  notes: `It is a real event: real webhooks get it, each in its own format, and a lead is stored. Waits up to 15 s until each
delivery has been tried once.

Exit code: 0 tried and delivered (or not waited for), 1 a first attempt failed or is still out.`,
  async run(given) {
    const [eventType, more] = given.positionals
    if (eventType === undefined || more !== undefined)
      throw usageError('trigger needs one event type: chatzuri trigger lead.submit.')
    const fields = given.texts('set').map(parseField)
    const api = openApi(given.env)
    const chatbot = await chatbotOf(api, given.text('chatbot'))
    const eventId = await publish(api, { chatbot, eventType, fields })
    if (given.flag('no-wait')) {
      given.out.value({ eventId }, () => `Accepted as ${eventId}.`)
      return EXIT.done
    }
    const deliveries = await untilTried(api, eventId, given)
    given.out.value({ eventId, deliveries }, () => `Accepted as ${eventId}.`)
    const failed = deliveries.find((each) => !isWell(each))
    if (!given.out.json) given.out.rows(deliveries, COLUMNS, nobodyText(eventType))
    if (failed && !given.out.json) given.out.line(`Why: chatzuri deliveries show ${failed.id}`)
    return failed ? EXIT.no : EXIT.done
  },
}

/** Any type is a type: a slip in the name is accepted, and goes to nobody. */
function nobodyText(eventType: string): string {
  const meant = LEAD_EVENTS.includes(eventType) ? null : nearest(eventType, LEAD_EVENTS)
  return `No webhook is subscribed to it.${meant === null ? '' : ` Did you mean ${meant}?`}`
}

/** What waits for a `listen` that ended is nobody's failure. */
function isWell({ state, stateReason }: Record<string, unknown>): boolean {
  return state === 'delivered' || stateReason === 'listener_away'
}

function parseField(text: string): [key: string, value: string] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined)
    throw usageError(`--set takes key=value, not "${text}".`)
  return [key, value]
}

interface Publication {
  chatbot: string
  eventType: string
  fields: [key: string, value: string][]
}

async function publish(api: Api, { chatbot, eventType, fields }: Publication): Promise<string> {
  const path = `/api/v1/chatbots/${chatbot}`
  const answer = LEAD_EVENTS.includes(eventType)
    ? await api.post(`${path}/leads`, { ...LEAD, ...Object.fromEntries(fields) })
    : await api.post(`${path}/events`, {
        eventType,
        payload: Object.fromEntries(fields.map(([key, value]) => [key, parseValue(value)])),
      })
  return String(answer.eventId)
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function untilTried(
  api: Api,
  eventId: string,
  { out }: Given,
): Promise<Record<string, unknown>[]> {
  const until = performance.now() + WAIT_MS
  for (;;) {
    const { deliveries } = await api.get(`/api/v1/events/${eventId}`)
    const all = itemsOf({ data: deliveries })
    const isOut = ({ state, attemptCount }: Record<string, unknown>) =>
      state === 'pending' && attemptCount === 0
    const waiting = all.filter(isOut).length
    if (waiting === 0 || performance.now() > until) {
      out.progress(null)
      return all
    }
    out.progress(`waiting for ${waiting} of ${all.length} deliveries`)
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
}
