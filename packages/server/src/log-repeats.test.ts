import { expect, test } from 'vitest'
import { manualClock } from '../test/manual-clock.ts'
import { silentLog } from './log.ts'
import { withoutRepeats } from './log-repeats.ts'

function setup() {
  const lines: unknown[] = []
  const clock = manualClock()
  const write = (fields: Record<string, unknown>, message: string) => lines.push([message, fields])
  const log = withoutRepeats({ ...silentLog, warn: write, error: write }, clock)
  return { log, clock, lines }
}

test('the same error is written once a minute, with how often it came', () => {
  const { log, clock, lines } = setup()
  for (let second = 0; second < 90; second++) {
    log.warn({ error: 'full' }, 'claim.failed')
    clock.advance(1_000)
  }
  expect(lines).toEqual([
    ['claim.failed', { error: 'full' }],
    ['claim.failed', { error: 'full', repeated: 59 }],
  ])
})

test('another error, and what names a delivery, is always written', () => {
  const { log, lines } = setup()
  log.warn({ error: 'full' }, 'claim.failed')
  log.warn({ error: 'damaged' }, 'claim.failed')
  log.error({ error: 'full' }, 'claim.failed')
  for (let n = 0; n < 3; n++) log.warn({ error: 'full', deliveryId: 'dlv_1' }, 'attempt.failed')
  expect(lines).toHaveLength(6)
})
