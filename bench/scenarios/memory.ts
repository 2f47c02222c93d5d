/**
 * Memory: the server with a million deliveries waiting for endpoints that don't answer. Resident
 * memory is sampled while they come in, while they wait, while they go out, and after restarts with
 * the whole backlog on disk: it must depend on none of it. So must the time to start.
 */

import { type BenchWorld, pause, tell, withWorld } from '../bench-world.ts'
import { atMost, type Figure, figureOf } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { canReadUsage, residentMb } from '../process-usage.ts'
import { EVENT_TYPE, orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

const WEBHOOKS = 4
const SETTINGS = { DELIVERY_TIMEOUT: '120s' }
const STEPS = 10
const DRAIN_MS = 10_000

export const memory: Scenario = {
  name: 'memory',
  about: 'resident memory and start time with a million waiting deliveries',
  cannotRun: () => (canReadUsage() ? null : 'it reads /proc, which this system lacks'),
  run({ quick, profileDir, store }) {
    const deliveries = quick ? 100_000 : 1_000_000
    return withWorld({ settings: SETTINGS, profileDir, store }, async (world) => {
      const group = world.newGroup('memory')
      const idleMb = residentMb(world.server.pid).now
      const tenths = await loadBacklog(world, group, deliveries)
      const startsMs = [await restart(world, 'orderly'), await restart(world, 'killed')]
      await pause(2_000)
      const restartedMb = residentMb(world.server.pid).now
      tell(`after restarts: ${restartedMb.toFixed(0)} MB, ready in ${startsMs.map(Math.round)} ms`)
      const draining = await sampleDraining(world, group)
      const samples = { idleMb, tenths, restartedMb, draining }
      return [...memoryFigures(samples, deliveries), startFigure(startsMs, deliveries)]
    })
  },
}

interface Samples {
  idleMb: number
  /** After each tenth of the backlog came in; `peak` is the kernel's own. */
  tenths: { now: number; peak: number }[]
  restartedMb: number
  draining: number[]
}

function memoryFigures(
  { idleMb, tenths, restartedMb, draining }: Samples,
  count: number,
): Figure[] {
  const all = [...tenths.map(({ now }) => now), restartedMb, ...draining]
  const loaded = tenths.map(({ now }) => now)
  const [first = Number.NaN] = loaded
  const last = loaded.at(-1) ?? Number.NaN
  const note = count < 1_000_000 ? `with ${count} deliveries only (--quick)` : ''
  return [
    figureOf([Math.max(...all)], {
      what: `memory with ${amount(count)} waiting: highest`,
      unit: 'MB',
      note,
      target: atMost(250),
    }),
    figureOf([last / first], {
      what: '  flat: with all of them / with a tenth',
      unit: 'ratio',
      target: atMost(1.25),
    }),
    figureOf([tenths.at(-1)?.peak ?? Number.NaN], {
      what: '  peak while they came in',
      unit: 'MB',
    }),
    figureOf([restartedMb], { what: '  after a restart', unit: 'MB' }),
    figureOf([Math.max(...draining)], { what: '  highest while draining', unit: 'MB' }),
    figureOf([idleMb], { what: '  just started, nothing waiting', unit: 'MB' }),
  ]
}

function startFigure(startsMs: number[], count: number): Figure {
  const what = `start to ready with ${amount(count)} waiting (after a stop, after a kill)`
  return figureOf([Math.max(...startsMs)], { what, unit: 'ms', target: atMost(700) })
}

function amount(count: number): string {
  return count === 1_000_000 ? 'a million' : count.toLocaleString('en')
}

async function loadBacklog(world: BenchWorld, group: string, deliveries: number) {
  await world.receiver.ask('shut', group)
  const chatbotId = await world.createChatbot({ group, count: WEBHOOKS, eventType: EVENT_TYPE })
  const perStep = deliveries / WEBHOOKS / STEPS
  const samples: Samples['tenths'] = []
  for (let step = 0; step < STEPS; step++) {
    const startedAt = monotonicMs()
    await world.api.load(chatbotId, perStep, (index) => orderEvent(step * perStep + index))
    const sample = residentMb(world.server.pid)
    samples.push(sample)
    const rate = (perStep * WEBHOOKS * 1000) / (monotonicMs() - startedAt)
    tell(
      `${amount(perStep * WEBHOOKS * (step + 1))} waiting: ${sample.now.toFixed(0)} MB ` +
        `(${rate.toFixed(0)} deliveries/s accepted)`,
    )
  }
  return samples
}

/** How long the server takes to be ready again on the same folder. */
async function restart(world: BenchWorld, how: 'orderly' | 'killed'): Promise<number> {
  await world.stopServer(how)
  const { startedInMs } = await world.startServer()
  return startedInMs
}

async function sampleDraining(world: BenchWorld, group: string): Promise<number[]> {
  const before = await world.receiver.ask('open', group)
  const samples: number[] = []
  const endAt = monotonicMs() + DRAIN_MS
  while (monotonicMs() < endAt) {
    await pause(250)
    samples.push(residentMb(world.server.pid).now)
  }
  const after = await world.receiver.ask('shut', group)
  const rate = (after.counts.requests - before.counts.requests) / (DRAIN_MS / 1000)
  tell(`draining at ${rate.toFixed(0)}/s: ${Math.max(...samples).toFixed(0)} MB at most`)
  await world.receiver.ask('drop', group)
  return samples
}
