import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import type { Log } from '../log.ts'
import { Settling } from './settling.ts'

const LOG = { warn: () => {} } as unknown as Log

test('a webhook that is resumed meanwhile does not wait until all of another is brought forward', async () => {
  const clock = manualClock(0)
  const done: string[] = []
  let forward = 50
  let parked = 0
  const store = {
    async settle() {
      const moved = parked
      parked = 0
      if (moved > 0) done.push('settled')
      return { moved }
    },
    continueBulk: async () => ({ moved: 0, isHeld: false }),
    backlog: async () => 0,
    continueRecoveries: async () => ({ moved: 0 }),
    async bringForward() {
      if (forward === 0) return { moved: 0 }
      forward -= 1
      // Somebody resumes another webhook while this one's are brought forward.
      if (forward === 40) parked = 10
      done.push(`forward ${forward}`)
      return { moved: 200 }
    },
  }
  const settling = new Settling({ store, clock, log: LOG, backlogMax: 100 })
  let isOver = false
  const run = settling.runOnce().then(() => {
    isOver = true
  })
  while (!isOver) {
    clock.advance(5)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await run
  expect(done.indexOf('settled')).toBe(done.indexOf('forward 40') + 1)
  expect(done.at(-1)).toBe('forward 0')
})
