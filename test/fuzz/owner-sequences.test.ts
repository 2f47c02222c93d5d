/** Drawn sequences of what an owner does: each answer is what the model expects. FUZZ_SEED draws others. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ServerWorld } from '../support/server-world.ts'
import { ACTIONS, OwnerModel, type Step } from './expected-of-owner.ts'

const RUNS = Number(process.env.FUZZ_SEQUENCES ?? 12)
let world: ServerWorld

beforeAll(async () => {
  world = await ServerWorld.open({ settings: { LOG_LEVEL: 'error' } })
})
afterAll(() => world.close())

const step = fc.record<Step>({ action: fc.constantFrom(...ACTIONS), at: fc.nat({ max: 5 }) })
const beginning: Step[] = [
  { action: 'createChatbot', at: 0 },
  { action: 'createWebhook', at: 0 },
]

test('whatever an owner does in whatever order, the answers agree with the model', async () => {
  const endpoint = await world.receiver.endpoint()
  let asked = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 45, size: 'max' }),
      async (steps) => {
        const model = new OwnerModel(world.api, endpoint.url)
        for (const one of [...beginning, ...steps]) await model.run(one)
        asked += model.log.length
      },
    ),
    { numRuns: RUNS, seed: Number(process.env.FUZZ_SEED ?? 1), endOnFailure: true },
  )
  console.log(`${RUNS} sequences, ${asked} requests`)
  expect(asked).toBeGreaterThan(RUNS * 10)
}, 180_000)
