/**
 * Every promise is seen to catch its bug: `npm run test:mutants`, for it takes its time. That each bug
 * can still be made is seen in simulation.test.ts.
 */
import { afterAll, expect, test } from 'vitest'
import { MutantFolder } from './mutant.ts'
import type { Mutation } from './mutation.ts'
import { MUTATIONS } from './mutations.ts'

const SEEDS_MAX = 1_000

const folder = new MutantFolder()
afterAll(() => folder.remove())

test.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as [string, Mutation]))(
  'caught: %s',
  async (_, mutation) => {
    const { exitCode, sentence, output } = await folder.run(mutation, SEEDS_MAX)
    expect(sentence, output.slice(-2_000)).not.toBeNull()
    expect(exitCode).toBe(1)
    const promises = [mutation.invariant].flat()
    expect(promises).toContain(promises.find((promise) => sentence?.startsWith(`${promise}:`)))
  },
  300_000,
)
