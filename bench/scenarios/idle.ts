/** Idle: the CPU of a server that has delivered something and now has nothing to do. */

import { pause, withWorld } from '../bench-world.ts'
import { atMost, figureOf } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { canReadUsage, cpuSeconds } from '../process-usage.ts'
import { EVENT_TYPE, orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

const EVENTS = 1_000
/** Until what follows a start and traffic is over: compiling, collecting, closing of connections. */
const SETTLE_MS = 5_000

export const idle: Scenario = {
  name: 'idle',
  about: 'CPU of a server with nothing to do',
  cannotRun: () => (canReadUsage() ? null : 'it reads /proc, which this system lacks'),
  run({ quick, profileDir, store }) {
    return withWorld({ profileDir, store }, async (world) => {
      const group = world.newGroup('idle')
      const chatbotId = await world.createChatbot({ group, count: 1, eventType: EVENT_TYPE })
      await world.api.load(chatbotId, EVENTS, orderEvent)
      await world.untilArrived(group, EVENTS)
      await pause(SETTLE_MS)
      const [before, startedAt] = [cpuSeconds(world.server.pid), monotonicMs()]
      await pause(quick ? 8_000 : 20_000)
      const elapsedMs = monotonicMs() - startedAt
      const share = ((cpuSeconds(world.server.pid) - before) * 1000) / elapsedMs
      const what = 'idle: CPU, of one core'
      return [figureOf([share * 100], { what, unit: '%', target: atMost(1) })]
    })
  },
}
