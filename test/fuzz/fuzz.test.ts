/** A bounded stretch of `npm run fuzz`: the same seed each time, or FUZZ_SEED and FUZZ_RUNS. */
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

test('every route answers as documented, whatever it is asked', async () => {
  const seed = Number(process.env.FUZZ_SEED ?? 1)
  const runs = Number(process.env.FUZZ_RUNS ?? 2_000)
  const report = await fuzz({ seed, runs })
  console.log(report.lines().join('\n'))
  // Else a run could pass by being refused everything.
  expect(report.neverAccepted()).toEqual([])
  expect(report.mutations.size).toBeGreaterThan(20)
}, 180_000)
