/** Start: from spawn to the ready line, on a database that exists. */

import { withWorld } from '../bench-world.ts'
import { atMost, figureOf } from '../measure.ts'
import { EVENT_TYPE, orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

const STARTS = 5
const EVENTS = 2_000

export const start: Scenario = {
  name: 'start',
  about: 'from spawn to the ready line, on a small database that exists',
  run({ quick, profileDir, store }) {
    return withWorld({ profileDir, store }, async (world) => {
      const group = world.newGroup('start')
      const chatbotId = await world.createChatbot({ group, count: 1, eventType: EVENT_TYPE })
      await world.api.load(chatbotId, EVENTS, orderEvent)
      await world.untilArrived(group, EVENTS)
      await world.untilRecorded(chatbotId)
      const took: number[] = []
      while (took.length < (quick ? 3 : STARTS)) {
        await world.stopServer('orderly')
        took.push((await world.startServer()).startedInMs)
      }
      const what = 'start to ready, existing database'
      return [figureOf(took, { what, unit: 'ms', target: atMost(1000) })]
    })
  },
}
