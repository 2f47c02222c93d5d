/**
 * One seed: phase one with owners and weather, where the promises hold at every step; phase two
 * without faults, where everything drains and nobody holds anything at the end.
 */
import { drawnFaults, drawRates, noFaults } from './faults.ts'
import { MOODS } from './network.ts'
import { ACTS, type Act } from './owner.ts'
import { Violation } from './promises.ts'
import { drawSettings } from './settings.ts'
import { SimWorld } from './sim-world.ts'
import { BLOWS, type Blow, calm, strike } from './weather.ts'

interface SimulateOptions {
  seed: number
  steps?: number
  /** A method of the store that fares worse than the others; else drawn. */
  worst?: string | null
  print?: ((line: string) => void) | null
}

interface SimulationReport {
  seed: number
  violation: { promise: string; sentence: string } | null
  /** The last lines before the end. */
  lines: string[]
  digest: string
  virtualMs: number
}

const STEPS = 40
const DRAIN_MS = 15 * 60_000
const LINES = 40

export async function simulate({
  seed,
  steps = STEPS,
  worst = null,
  print = null,
}: SimulateOptions): Promise<SimulationReport> {
  const world = new SimWorld({ seed, settings: drawSettings, print })
  let violation: SimulationReport['violation'] = null
  try {
    await live(world, { steps, worst })
    await drain(world)
    world.promises.finish()
    world.promises.check()
  } catch (error) {
    if (!(error instanceof Violation)) throw new Error(`seed ${seed}`, { cause: error })
    violation = { promise: error.promise, sentence: error.message }
  } finally {
    await world.close()
  }
  const lines = world.trace.last(LINES)
  const virtualMs = world.timeline.now
  return { seed, violation, lines, digest: world.trace.digest(), virtualMs }
}

async function live(
  world: SimWorld,
  { steps, worst }: { steps: number; worst: string | null },
): Promise<void> {
  const { draw, settings, owner } = world
  for (let n = 0; n < settings.nodes; n++) world.addSeat()
  await world.runFor(100)
  void owner.setUp({ chatbots: 1, webhooks: draw.between(1, 4) })
  await world.runFor(500)
  for (const webhookId of owner.webhooks) world.network.setMood(webhookId, draw.weighted(MOODS))
  world.faults = drawnFaults(draw, drawRates(draw, worst))
  const blowEvery = draw.pick([3, 6, 15]) ?? 6
  for (let step = 0; step < steps; step++) {
    await world.runFor(drawPauseMs(world))
    if (draw.chance(1 / blowEvery)) await strike(world, draw.weighted(BLOWS) as Blow)
    else void owner.do(draw.weighted(ACTS) as Act)
  }
}

/** Most things follow each other closely; now and then there is time for a retry or a lease to end. */
function drawPauseMs({ draw }: SimWorld): number {
  const longest = draw.weighted({ 0: 3, 50: 4, 2000: 3, 12000: 1 } as Record<string, number>)
  return draw.between(0, Number(longest))
}

/** Owners bring back what is paused, again and again: what is still on its way may disable it. */
export async function drain(world: SimWorld): Promise<void> {
  world.note('── from here on nothing fails ──')
  world.faults = noFaults
  calm(world)
  const { book } = world.promises
  const untilMs = world.timeline.now + DRAIN_MS
  for (;;) {
    await world.runFor(5_000)
    if (isDone(world)) break
    void world.owner.resumeAll()
    if (world.timeline.now < untilMs) continue
    const left = book.whatIsLeft().slice(0, 5).join('; ')
    throw new Violation(
      'everything drains',
      `after ${DRAIN_MS / 60_000} minutes ${left || 'a queue'}`,
    )
  }
  await stopAll(world)
}

async function stopAll(world: SimWorld): Promise<void> {
  const left = new Set(world.nodes)
  for (const node of left) void node.stop().then(() => left.delete(node))
  // A call that was slow when it began may still be on its way.
  for (let waits = 0; waits < 20 && left.size > 0; waits++) await world.runFor(10_000)
  for (const { process } of left) {
    if (process.state === 'dead') continue
    throw new Violation('everything drains', `${process.name} has nothing to do and does not stop`)
  }
}

function isDone(world: SimWorld): boolean {
  const counts = world.nodes.map(({ schedule }) => schedule.counts())
  const isIdle = counts.every(({ inFlight, queued }) => inFlight === 0 && queued === 0)
  return world.isComplete && isIdle && world.promises.book.isDrained()
}
