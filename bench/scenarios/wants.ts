/**
 * What formats, templates and filters cost: CPU of the very functions that deliveries are made by, in
 * this process, over one lead with own fields. Each is warm, and what it makes is used.
 */
import type { LeadExtras } from '../../packages/server/src/lead.ts'
import { makeBody } from '../../packages/server/src/sign/body.ts'
import { FilterJudge } from '../../packages/server/src/store/rules/keep-back.ts'
import { NO_CONTEXT } from '../../packages/server/src/wants/formats.ts'
import { type ShapeSettings, shapeText } from '../../packages/server/src/wants/shape.ts'
import { atMost, type Figure, figureOf } from '../measure.ts'
import type { Scenario } from '../scenario.ts'

const ROUNDS = 7
const TEMPLATE_US_MAX = 10
const CONDITIONS_US_MAX = 5

const LEAD = {
  conversationId: 'conv_01m2fm1cj3e7cvwf1461vvb46e',
  customerEmail: 'ann@shop.example',
  customerName: 'Ann Example',
  customerPhone: '+254700000000',
}
const EXTRAS: LeadExtras = {
  custom: { plan: 'pro', seats: 3, news: true },
  context: { ...NO_CONTEXT, page: 'https://shop.example/pricing', language: 'en' },
  channel: 'website',
}
const CLAIM = {
  eventId: 'evt_01m2fm1cmdew0tj028066zpp2j',
  chatbotId: 'bot_01m2fm1cgye03v13e1wgzp7b71',
  eventType: 'lead.submit',
  payload: JSON.stringify(LEAD),
}
const TEMPLATE = `{
  "event": "{{eventType}}", "id": "{{leadId}}", "at": "{{eventTime}}",
  "first": "{{payload.customerName | first}}", "email": "{{payload.customerEmail | lower}}",
  "phone": "{{payload.customerPhone ?? 'none'}}", "seats": "{{custom.seats}}",
  "source": "{{chatbotName}}: {{context.page}}"
}`
/** Twenty conditions, all of which hold: none ends the judging early. */
const FILTER = JSON.stringify({
  all: Array.from({ length: 20 }, (_, n) =>
    n % 2 === 0
      ? { payload: { customerEmail: { contains: '@shop' } } }
      : { custom: { seats: { gte: n % 3 } } },
  ),
})

export const wants: Scenario = {
  name: 'wants',
  about: 'what formats, templates and filters cost',
  stores: ['sqlite'],
  async run({ quick }) {
    const turns = quick ? 20_000 : 100_000
    const of = (settings: Partial<ShapeSettings>) => bodyMaker(settings)
    const guide = timeOf(of({}), turns)
    const more = (what: string, run: () => number, usMax: number | null): Figure => {
      const added = timeOf(run, turns).map((us, round) => us - (guide[round] ?? 0))
      const target = usMax === null ? undefined : atMost(usMax)
      return figureOf(added, { what, unit: 'µs', ...(target && { target }) })
    }
    return [
      figureOf(guide, { what: 'wants: a body in the guide’s form', unit: 'µs' }),
      more('wants: more for the form agent', of({ format: 'agent' }), null),
      more('wants: more for the form event, all of include', of(EVENT_WITH_ALL), null),
      more(
        'wants: more for a template',
        of({ format: 'template', template: TEMPLATE }),
        TEMPLATE_US_MAX,
      ),
      more('wants: more for a Slack message', of({ format: 'slack' }), null),
      figureOf(timeOf(judge, turns), {
        what: 'wants: a filter of twenty conditions',
        unit: 'µs',
        target: atMost(CONDITIONS_US_MAX),
      }),
    ]
  },
}

const PLAIN: ShapeSettings = { format: 'guide', template: null, templateType: 'json', include: [] }
const EVENT_WITH_ALL: Partial<ShapeSettings> = {
  format: 'event',
  include: ['custom', 'context', 'consent'],
}

function bodyMaker(settings: Partial<ShapeSettings>): () => number {
  const shape = shapeText({ ...PLAIN, ...settings }, 'Shop assistant')
  const lead = { extras: EXTRAS, consent: null }
  const claim = { ...CLAIM, ...(shape !== null && { shaped: { shape, acceptedAt: 1, lead } }) }
  return () => {
    const made = makeBody(claim)
    if ('unmade' in made) throw new Error(made.unmade)
    return made.bytes.length
  }
}

/** As where an event is accepted: it is read once, however many filters look at it. */
function judge(): number {
  const { payload, ...event } = CLAIM
  const judged = { ...event, id: event.eventId, payload, at: 1 }
  const lead = { ...LEAD, extras: EXTRAS, consent: null }
  return new FilterJudge({ ...judged, lead }).reasonAgainst(FILTER) === null ? 1 : 0
}

/** Microseconds of one turn, in each round. */
function timeOf(run: () => number, turns: number): number[] {
  let used = 0
  const round = () => {
    const before = process.cpuUsage()
    for (let turn = 0; turn < turns; turn++) used += run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / turns
  }
  round()
  const found = Array.from({ length: ROUNDS }, round)
  if (used === 0) throw new Error('nothing was made')
  return found
}
