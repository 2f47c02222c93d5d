/**
 * Against: the working tree's server against another revision's, in turns (A B B A …). This is how a
 * change's ratio is told: a figure of one run says nothing beside a figure of another.
 */
import { tell } from '../bench-world.ts'
import { DRAIN_SETTINGS, drainTurn } from '../drain-turn.ts'
import { deliverAtRate, type Lead, PER_SECOND } from '../lead-rate.ts'
import { leadTurn, warmUp } from '../lead-turn.ts'
import {
  type Figure,
  figureOf,
  interleave,
  type Pair,
  percentile,
  ratiosOf,
  type Unit,
} from '../measure.ts'
import type { BenchOptions, Scenario } from '../scenario.ts'
import { cpuFigures, sideCpuMs, type Turn, turnText } from '../turn.ts'
import type { Revision } from './revision.ts'
import { type Sides, withSides } from './sides.ts'

/** Two and two, so that each goes first as often. */
const ROUNDS = 6
const ROUNDS_QUICK = 4

/** Beside those of the same names that have a target: these know two servers. */
export function againstScenarios(revision: Revision): Scenario[] {
  const { name } = revision
  return [
    {
      name: 'http-to-delivered',
      about: `leads over HTTP until delivered and recorded, working tree / ${name}`,
      run: (options) =>
        withSides({ revision, options }, {}, async (sides) => {
          const leads = options.quick ? 6_000 : 12_000
          await warmBoth(sides)
          const pairs = await turns(options, sides, (world) => leadTurn(world, leads))
          return turnFigures('HTTP in → delivered and recorded', { name, pairs })
        }),
    },
    {
      name: 'drain',
      about: `a backlog goes out, to 1 and to 8 webhooks, working tree / ${name}`,
      run: (options) =>
        withSides({ revision, options }, DRAIN_SETTINGS, async (sides) => {
          await warmBoth(sides)
          return [
            ...(await drained(options, sides, { name, webhooks: 1 })),
            ...(await drained(options, sides, { name, webhooks: 8 })),
          ]
        }),
    },
    {
      name: 'latency',
      about: `POST sent and 202 received until at the receiver, working tree / ${name}`,
      run: (options) =>
        withSides({ revision, options }, {}, async (sides) => {
          const count = (options.quick ? 4 : 10) * PER_SECOND
          await warmBoth(sides)
          const pairs = await interleave({
            rounds: roundsOf(options),
            a: () => deliverAtRate(sides.a, count),
            b: () => deliverAtRate(sides.b, count),
          })
          return latencyFigures(name, pairs)
        }),
    },
  ]
}

function roundsOf({ quick, rounds }: BenchOptions): number {
  return rounds ?? (quick ? ROUNDS_QUICK : ROUNDS)
}

async function warmBoth({ a, b }: Sides): Promise<void> {
  await warmUp(a)
  await warmUp(b)
}

async function turns(
  options: BenchOptions,
  { a, b }: Sides,
  take: (world: Sides['a']) => Promise<Turn>,
): Promise<Pair<Turn>[]> {
  const pairs = await interleave({
    rounds: roundsOf(options),
    a: () => take(a),
    b: () => take(b),
  })
  for (const pair of pairs) tell(`working tree ${turnText(pair.a)}; against ${turnText(pair.b)}`)
  return pairs
}

async function drained(
  options: BenchOptions,
  sides: Sides,
  { name, webhooks }: { name: string; webhooks: number },
): Promise<Figure[]> {
  const deliveries = options.quick ? 8_000 : 24_000
  // This way out is another one than a lead's.
  for (const world of [sides.a, sides.b]) await drainTurn(world, { webhooks, deliveries: 8_000 })
  const pairs = await turns(options, sides, (world) => drainTurn(world, { webhooks, deliveries }))
  const what = `draining a backlog, ${webhooks === 1 ? '1 webhook' : `${webhooks} webhooks`}`
  return turnFigures(what, { name, pairs })
}

interface Compared<Measured> {
  name: string
  pairs: Pair<Measured>[]
}

function turnFigures(what: string, { name, pairs }: Compared<Turn>): Figure[] {
  const figure = figuresOf({ name, pairs })
  const databaseCpuOf = ({ databaseCpuMs }: Turn) => databaseCpuMs
  const hasDatabase = pairs.some(({ a }) => databaseCpuOf(a) !== 0)
  return [
    ...figure(what, '/s', ({ perSecond }) => perSecond),
    ...figure('  CPU for 1,000, with the database', 'ms', sideCpuMs),
    ...(hasDatabase ? figure('  … of the node', 'ms', ({ nodesCpuMs }) => nodesCpuMs) : []),
    ...(hasDatabase ? figure('  … of the database', 'ms', databaseCpuOf) : []),
    // The rest is as it was for both: of all turns.
    ...cpuFigures(pairs.flatMap(({ a, b }) => [a, b])).slice(-3),
  ]
}

function latencyFigures(name: string, pairs: Pair<Lead[]>[]): Figure[] {
  const figure = figuresOf({ name, pairs })
  const accepted = ({ acceptedAt, arrivedAt }: Lead) => arrivedAt - acceptedAt
  const sent = ({ sentAt, arrivedAt }: Lead) => arrivedAt - sentAt
  const at = (share: number, pick: (lead: Lead) => number) => (leads: Lead[]) =>
    percentile(leads.map(pick), share)
  return [
    ...figure('POST sent → at the receiver, p50', 'ms', at(0.5, sent)),
    ...figure('POST sent → at the receiver, p99', 'ms', at(0.99, sent)),
    ...figure('202 received → at the receiver, p50', 'ms', at(0.5, accepted)),
    ...figure('202 received → at the receiver, p99', 'ms', at(0.99, accepted)),
  ]
}

/** The ratio, with the spread of its rounds, then both. */
function figuresOf<Measured>({ name, pairs }: Compared<Measured>) {
  return (what: string, unit: Unit, pick: (measured: Measured) => number): Figure[] => [
    figureOf(ratiosOf(pairs, pick), { what: `${what}, working tree / ${name}`, unit: 'ratio' }),
    figureOf(
      pairs.map(({ a }) => pick(a)),
      { what: '    working tree', unit },
    ),
    figureOf(
      pairs.map(({ b }) => pick(b)),
      { what: `    ${name}`, unit },
    ),
  ]
}
