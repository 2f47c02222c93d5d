/**
 * The benchmarks: each target of the design that needs no other engine, measured on real processes
 * and printed beside its target. A target that is missed is shown, and is no error; a scenario that
 * could not be measured is one.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { cleanUp } from './bench-world.ts'
import { monotonicMs } from './monotonic.ts'
import { PEER_SCENARIOS } from './peers/scenarios.ts'
import { jsonText, type Result, tableText } from './report.ts'
import type { BenchOptions, Scenario } from './scenario.ts'
import { bodies } from './scenarios/bodies.ts'
import { clients } from './scenarios/clients.ts'
import { drain } from './scenarios/drain.ts'
import { exports } from './scenarios/exports.ts'
import { hanging } from './scenarios/hanging.ts'
import { history } from './scenarios/history.ts'
import { hostileAnswers } from './scenarios/hostile-answers.ts'
import { httpToDelivered } from './scenarios/http-to-delivered.ts'
import { idle } from './scenarios/idle.ts'
import { latency } from './scenarios/latency.ts'
import { memory } from './scenarios/memory.ts'
import { nodes } from './scenarios/nodes.ts'
import { resting } from './scenarios/resting.ts'
import { start } from './scenarios/start.ts'
import { waiting } from './scenarios/waiting.ts'
import { STORES, type StoreName } from './stores.ts'

const SCENARIOS: readonly Scenario[] = [
  drain,
  httpToDelivered,
  latency,
  hanging,
  hostileAnswers,
  memory,
  start,
  idle,
  nodes,
  waiting,
  resting,
  history,
  bodies,
  exports,
  clients,
]
const ALL: readonly Scenario[] = [...SCENARIOS, ...PEER_SCENARIOS]

const HELP = `Measures the server against a bare loop and against its targets.

Usage: npm run bench -- [options]

  --only NAME     this scenario only; may be given several times
  --peers         against BullMQ, pg-boss and graphile-worker instead; see bench/README.md
  --store NAME    sqlite (default), postgres or both: PostgreSQL is TEST_DATABASE_URL's, or our own
  --history N     finished deliveries in the store of \`history\` (5000000; with --quick 200000)
  --keep DIR      leave the filled stores of \`history\` there, and use them next time
  --quick         less of everything, in some minutes: for a look, not for a record
  --list          what there is
  --json FILE     also write the figures there
  --profile DIR   CPU profiles of the server's threads, one file each (they cost some speed)
  --help          this text
`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      peers: { type: 'boolean', default: false },
      store: { type: 'string', default: 'sqlite' },
      history: { type: 'string' },
      keep: { type: 'string' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return print(HELP)
  if (values.list) return print(listText())
  const scenarios = chosen(values.only ?? namesOf(values.peers ? PEER_SCENARIOS : SCENARIOS))
  const profileDir = values.profile === undefined ? null : resolve(values.profile)
  if (profileDir !== null) mkdirSync(profileDir, { recursive: true })
  warnIfBusy()
  const results: Result[] = []
  const startedAt = monotonicMs()
  const { quick } = values
  const history = values.history === undefined ? null : wholeNumber(values.history)
  const keepDir = values.keep === undefined ? null : resolve(values.keep)
  for (const scenario of scenarios) {
    for (const store of storesOf(scenario, values.store, values.only !== undefined)) {
      results.push(await runScenario(scenario, { store, quick, profileDir, history, keepDir }))
    }
  }
  print(`${tableText(results)}\n`)
  process.stderr.write(`All of it took ${((monotonicMs() - startedAt) / 60_000).toFixed(1)} min.\n`)
  if (values.json !== undefined) writeFileSync(values.json, jsonText(results, values.quick))
  return results.some(({ failure }) => failure !== null) ? 1 : 0
}

/** A ratio of two turns is fair only while nobody else takes the processors between them. */
function warnIfBusy(): void {
  const load = loadavg()[0] ?? 0
  if (load < cpus().length / 2) return
  process.stderr.write(`The machine is busy with other work (load ${load}): expect wide spreads.\n`)
}

function chosen(names: readonly string[]): Scenario[] {
  return names.map((name) => {
    const scenario = ALL.find((known) => known.name === name)
    if (!scenario) throw new Error(`There is no scenario "${name}". There is:\n${listText()}`)
    return scenario
  })
}

/** A scenario that was asked for by name runs on what it can, whatever store was asked for. */
function storesOf(
  { stores = STORES }: Scenario,
  asked: string,
  isNamed: boolean,
): readonly StoreName[] {
  const wanted = asked === 'both' ? STORES : STORES.filter((store) => store === asked)
  if (wanted.length === 0) throw new Error(`--store knows ${STORES.join(', ')} and both`)
  const possible = wanted.filter((store) => stores.includes(store))
  return possible.length === 0 && isNamed ? stores : possible
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`"${text}" is not a number of deliveries`)
  return Number(text)
}

function listText(): string {
  const width = Math.max(...namesOf(ALL).map((name) => name.length))
  const lines = (scenarios: readonly Scenario[]) =>
    scenarios.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}\n`).join('')
  return `${lines(SCENARIOS)}With --peers:\n${lines(PEER_SCENARIOS)}`
}

function namesOf(scenarios: readonly Scenario[]): string[] {
  return scenarios.map(({ name }) => name)
}

async function runScenario(scenario: Scenario, options: BenchOptions): Promise<Result> {
  const { name, about } = scenario
  const { store } = options
  process.stderr.write(`${name} (${store}): ${about}\n`)
  const startedAt = monotonicMs()
  const result = (end: Pick<Result, 'figures' | 'failure'>): Result => {
    const seconds = Math.round((monotonicMs() - startedAt) / 100) / 10
    process.stderr.write(`    took ${seconds} s\n`)
    return { scenario: name, store, ...end, seconds }
  }
  try {
    const obstacle = scenario.cannotRun?.() ?? null
    if (obstacle !== null) return result({ figures: [], failure: obstacle })
    return result({ figures: await scenario.run(options), failure: null })
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    process.stderr.write(`    ${failure}\n`)
    return result({ figures: [], failure })
  }
}

function print(text: string): 0 {
  process.stdout.write(text)
  return 0
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    const exit = () => process.exit(code)
    cleanUp().then(exit, exit)
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await cleanUp()
}
