/**
 * `npm run simulate -- --seed N --seeds M [--steps K] [--verbose]`: M worlds from seed N on. Exits
 * with 1 at the first promise that does not hold, and says how it came to that.
 */
import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1000' },
    steps: { type: 'string' },
    /** A method of the store that fails more often than the others. */
    worst: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    /** Goes on after a failure and counts them by promise. */
    all: { type: 'boolean', default: false },
  },
})

const PROGRESS_EVERY_MS = 5_000
const first = Number(values.seed)
const count = Number(values.seeds)
const startedAt = performance.now()
let reportedAt = startedAt
let virtualMs = 0
const failures = new Map<string, number[]>()

for (let seed = first; seed < first + count; seed++) {
  const report = await simulate({
    seed,
    ...(values.steps !== undefined && { steps: Number(values.steps) }),
    worst: values.worst ?? null,
    print: values.verbose ? console.log : null,
  })
  virtualMs += report.virtualMs
  const { violation, lines } = report
  if (violation) {
    failures.set(violation.promise, [...(failures.get(violation.promise) ?? []), seed])
    if (!values.all) {
      console.log(lines.join('\n'))
      console.log(`\nseed ${seed} broke a promise: ${violation.sentence}`)
      console.log(`again: npm run simulate -- --seed ${seed} --seeds 1 --verbose`)
      process.exit(1)
    }
  }
  if (performance.now() - reportedAt < PROGRESS_EVERY_MS) continue
  reportedAt = performance.now()
  console.log(progress(seed - first + 1))
}
console.log(progress(count))
for (const [promise, seeds] of failures) {
  console.log(`${promise}: ${seeds.length} seeds, as ${seeds.slice(0, 10).join(' ')}`)
}
process.exitCode = failures.size > 0 ? 1 : 0

function progress(done: number): string {
  const seconds = (performance.now() - startedAt) / 1_000
  const hours = (virtualMs / 3_600_000).toFixed(1)
  return `${done} of ${count} seeds, ${hours} simulated hours, ${(done / seconds).toFixed(1)} seeds/s`
}
