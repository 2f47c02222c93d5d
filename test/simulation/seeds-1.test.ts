/** One half of the seeds: files run side by side, so two use both cores. `npm run simulate:long` has others. */
import { test } from 'vitest'
import { expectClean } from './expect-clean.ts'

const FIRST = 1_001
const COUNT = 200
const PER_TEST = 100

for (let first = FIRST; first < FIRST + COUNT; first += PER_TEST) {
  test(`the promises hold from seed ${first} to ${first + PER_TEST - 1}`, async () => {
    await expectClean(first, PER_TEST)
  }, 300_000)
}
