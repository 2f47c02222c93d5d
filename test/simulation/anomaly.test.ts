/** The n-th call fails, for n = 1, 2, … until the story runs untouched: no single failure is special. */
import { expect, test } from 'vitest'
import { type Anomaly, runAnomaly } from './anomaly.ts'

test.each<[Anomaly['on'], Anomaly['fault'], least: number]>([
  ['store', 'refused', 40],
  ['store', 'slow', 40],
  ['store', 'killed', 40],
  ['network', 'reset', 10],
  ['network', 'freeze', 10],
  ['network', 'killed', 10],
])(
  'whichever call to the %s is %s, nothing is lost',
  async (on, fault, least) => {
    let at = 1
    for (; ; at++) {
      const { happened, violation, lines } = await runAnomaly({ on, fault, at })
      expect(violation && `call ${at}: ${violation}\n${lines.join('\n')}`).toBeNull()
      if (!happened) break
    }
    expect(at).toBeGreaterThan(least)
    // Each is a run of its own; on a busy machine all of them take a while.
  },
  180_000,
)
