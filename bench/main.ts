/**
 * The benchmarks: each target of the design that needs no other engine, measured on real processes
 * and printed beside its target. A target that is missed is shown, and is no error; a scenario that
 * could not be measured is one.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { withRevision } from './against/revision.ts'
import { againstScenarios } from './against/scenarios.ts'
import { type Arguments, HELP, readArguments } from './arguments.ts'
import { cleanUp } from './bench-world.ts'
import { monotonicMs } from './monotonic.ts'
import { PEER_SCENARIOS } from './peers/scenarios.ts'
import type { ServerAdapter } from './peers/servers/adapter.ts'
import { ADAPTERS } from './peers/servers/running-server.ts'
import { runningServerScenarios } from './peers/servers/scenarios.ts'
import { jsonText, markdownText, type Result, tableText } from './report.ts'
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
import { pruning } from './scenarios/pruning.ts'
import { resting } from './scenarios/resting.ts'
import { start } from './scenarios/start.ts'
import { waiting } from './scenarios/waiting.ts'
import { wants } from './scenarios/wants.ts'
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
  pruning,
  history,
  bodies,
  exports,
  clients,
  wants,
]
const ALL: readonly Scenario[] = [...SCENARIOS, ...PEER_SCENARIOS]

async function main(): Promise<number> {
  const asked = readArguments()
  if (asked.help) return print(HELP)
  if (asked.list) return print(listText())
  const { against } = asked
  if (against !== null) {
    return withRevision(against, (revision) => measure(againstScenarios(revision), asked))
  }
  if (asked.peer !== null) return measure(runningServerScenarios(asked.peer), asked)
  const byDefault = asked.peers ? PEER_SCENARIOS : SCENARIOS
  return measure(asked.only === null ? byDefault : ALL, asked)
}

async function measure(known: readonly Scenario[], asked: Arguments): Promise<number> {
  const { only, stores, options, json, markdown } = asked
  const scenarios = chosen(known, only ?? namesOf(known))
  if (options.profileDir !== null) mkdirSync(options.profileDir, { recursive: true })
  warnIfBusy()
  const results: Result[] = []
  const startedAt = monotonicMs()
  for (const scenario of scenarios) {
    for (const store of storesOf(scenario, stores, only !== null)) {
      results.push(await runScenario(scenario, { store, ...options }))
    }
  }
  print(`${tableText(results)}\n`)
  process.stderr.write(`All of it took ${((monotonicMs() - startedAt) / 60_000).toFixed(1)} min.\n`)
  if (json !== null) writeFileSync(json, jsonText(results, options.quick))
  if (markdown !== null) writeFileSync(markdown, markdownText(results))
  return results.some(({ failure }) => failure !== null) ? 1 : 0
}

/** A ratio of two turns is fair only while nobody else takes the processors between them. */
function warnIfBusy(): void {
  const load = loadavg()[0] ?? 0
  if (load < cpus().length / 2) return
  process.stderr.write(`The machine is busy with other work (load ${load}): expect wide spreads.\n`)
}

function chosen(among: readonly Scenario[], names: readonly string[]): Scenario[] {
  return names.map((name) => {
    const scenario = among.find((known) => known.name === name)
    if (!scenario) throw new Error(`There is no scenario "${name}". There is:\n${linesOf(among)}`)
    return scenario
  })
}

/** A scenario that was asked for by name runs on what it can, whatever store was asked for. */
function storesOf(
  { stores = STORES }: Scenario,
  wanted: readonly StoreName[],
  isNamed: boolean,
): readonly StoreName[] {
  const possible = wanted.filter((store) => stores.includes(store))
  return possible.length === 0 && isNamed ? stores : possible
}

function listText(): string {
  const against = againstScenarios({ name: 'REV', folder: '' })
  const [adapter] = ADAPTERS
  const server = { adapter: { ...adapter, name: 'NAME' }, url: '', environment: {}, pids: [] }
  return [
    linesOf(SCENARIOS),
    `With --peers:\n${linesOf(PEER_SCENARIOS)}`,
    `With --against REV:\n${linesOf(against)}`,
    `With --peer NAME=URL:\n${linesOf(runningServerScenarios(server))}`,
    `Names, and what each needs in the environment:\n${ADAPTERS.map(adapterText).join('')}`,
  ].join('')
}

function adapterText({ name, about, needs }: ServerAdapter): string {
  const variables = Object.entries(needs).map(([variable, meaning]) => `${variable}, ${meaning}`)
  return `  ${name.padEnd(9)} ${about}: ${variables.join('; ')}\n`
}

function linesOf(scenarios: readonly Scenario[]): string {
  const width = Math.max(...namesOf(ALL).map((name) => name.length))
  return scenarios.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}\n`).join('')
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
