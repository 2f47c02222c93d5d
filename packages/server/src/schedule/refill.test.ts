import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { StoreUnavailable } from '../errors.ts'
import { silentLog } from '../log.ts'
import { Lane } from './lane.ts'
import { Refill } from './refill.ts'

/** Far more than there is to ask. */
const CALLS_MAX = 50
const never = new Promise<never>(() => {})

/** A store that is away and says so at once. */
function setup() {
  const clock = manualClock()
  let calls = 0
  const refill = new Refill({
    clock,
    log: silentLog,
    store: {
      claimDue() {
        // A loop that never lets go of the event loop would hang the test instead of failing it.
        if (++calls > CALLS_MAX) return never
        return Promise.reject(new StoreUnavailable('away'))
      },
    },
    roomOf: () => 4,
    onRest() {},
    onClaims: () => {},
  })
  const lane = new Lane('wh_1')
  const begin = (nodeId: string) => {
    const abort = new AbortController()
    refill.useTerm({ nodeId, signal: abort.signal, isLive: () => !abort.signal.aborted })
    return abort
  }
  const rest = () => new Promise((resolve) => setImmediate(resolve))
  return { clock, refill, lane, begin, rest, calls: () => calls }
}

test('a store that is away is asked again after a pause, not in a loop', async () => {
  const { clock, refill, lane, begin, rest, calls } = setup()
  begin('node_1')
  refill.dueIn(lane, 0)
  await rest()
  expect(calls()).toBe(1)
  clock.advance(500)
  await rest()
  expect(calls()).toBe(2)
})

test('when the lease ends while the store is away, nothing is asked until the next one begins', async () => {
  const { refill, lane, begin, rest, calls } = setup()
  const first = begin('node_1')
  refill.dueIn(lane, 0)
  await rest()
  first.abort()
  await rest()
  expect(calls()).toBe(1)
  begin('node_2')
  await rest()
  expect(calls()).toBe(2)
})
