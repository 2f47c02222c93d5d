/** What `--peer NAME=URL` measures: our server beside one that already runs, in turns. */
import { withWorld } from '../../bench-world.ts'
import type { Scenario } from '../../scenario.ts'
import { ourServer } from '../contender.ts'
import { measureHanging } from '../scenarios/hanging.ts'
import { compareLatency } from '../scenarios/latency.ts'
import { compareThroughput } from '../scenarios/throughput.ts'
import { type RunningServer, withRunningServer } from './running-server.ts'

export function runningServerScenarios(server: RunningServer): Scenario[] {
  const { name } = server.adapter
  return [
    {
      name: 'peer-throughput',
      about: `leads over HTTP until delivered and recorded, ours / ${name}`,
      run: (options) =>
        withWorld(options, (world) =>
          withRunningServer(world, server, (theirs) =>
            compareThroughput(world, { ours: ourServer(world), theirs, targets: {} }, options),
          ),
        ),
    },
    {
      name: 'peer-latency',
      about: `accepted until at the receiver, ours / ${name}`,
      run: (options) =>
        withWorld(options, (world) =>
          withRunningServer(world, server, (theirs) =>
            compareLatency(world, { ours: ourServer(world), theirs, targets: {} }, options),
          ),
        ),
    },
    {
      name: 'peer-hanging',
      about: `healthy endpoints while 1 of 10 hangs, ours and ${name}, each against itself`,
      run: (options) =>
        withWorld(options, (world) =>
          withRunningServer(world, server, async (theirs) => [
            ...(await measureHanging(world, ourServer(world), options)),
            ...(await measureHanging(world, theirs, options)),
          ]),
        ),
    },
  ]
}
