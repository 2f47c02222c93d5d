/**
 * `npm run fuzz -- --seed S --runs N`: N drawn requests to a real server. Exits with 1 at the first
 * answer that breaks a rule, with what was asked as a line for a shell.
 */
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20000' },
    /** Goes on after a fault; shows one of each sort at the end. */
    all: { type: 'boolean', default: false },
  },
})

const PROGRESS_EVERY_MS = 5_000
const runs = Number(values.runs)
const startedAt = performance.now()
let reportedAt = startedAt

try {
  const report = await fuzz({
    seed: Number(values.seed),
    runs,
    keepsGoing: values.all,
    onProgress({ asked }) {
      const nowMs = performance.now()
      if (nowMs - reportedAt < PROGRESS_EVERY_MS) return
      reportedAt = nowMs
      console.log(`${asked} requests, ${Math.round(asked / ((nowMs - startedAt) / 1_000))}/s`)
    },
  })
  console.log(report.lines().join('\n'))
  for (const { count, told } of report.faults.values()) console.error(`\n${count} × ${told}`)
  process.exitCode = report.faults.size > 0 ? 1 : 0
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
