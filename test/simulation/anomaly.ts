/**
 * One fixed story: some leads, a pause and a resume, a retry. Its n-th call to the store, or its n-th
 * request, fails; every other goes well. What the story must come to is the same for every n.
 */
import { type Faults, type NetworkFault, NO_FAULT, type StoreFault } from './faults.ts'
import { Violation } from './promises.ts'
import { PLAIN_SETTINGS } from './settings.ts'
import { SimWorld } from './sim-world.ts'
import { drain } from './simulate.ts'

export interface Anomaly {
  on: 'store' | 'network'
  /** From 1. */
  at: number
  fault: 'refused' | 'lost' | 'slow' | 'killed' | 'reset' | 'freeze'
}

interface AnomalyReport {
  /** Whether there was an n-th call at all. */
  happened: boolean
  violation: string | null
  lines: string[]
}

/** Slow enough for a lease to lapse meanwhile. */
const SLOW_MS = PLAIN_SETTINGS.leaseMs * 1.5

export async function runAnomaly(anomaly: Anomaly): Promise<AnomalyReport> {
  const world = new SimWorld({ seed: 9, settings: () => PLAIN_SETTINGS })
  const counted = new CountedFaults(world, anomaly)
  let violation: string | null = null
  try {
    await tell(world, counted)
    counted.end()
    await drain(world)
    world.promises.finish()
    world.promises.check()
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    violation = error.message
  } finally {
    await world.close()
  }
  return { happened: counted.happened, violation, lines: world.trace.last(40) }
}

async function tell(world: SimWorld, faults: Faults): Promise<void> {
  const { owner, network } = world
  world.addSeat()
  await world.runFor(100)
  void owner.setUp({ chatbots: 1, webhooks: 2 })
  await world.runFor(200)
  world.faults = faults
  const [first = '', second = ''] = owner.webhooks
  void owner.publish('lead')
  await world.runFor(300)
  network.setMood(second, 'failing')
  void owner.publish('lead')
  void owner.publish('batch')
  await world.runFor(1_000)
  void owner.setState(first, 'pause')
  await world.runFor(50)
  void owner.publish('lead')
  await world.runFor(6_000)
  network.setMood(second, 'ok')
  void owner.setState(first, 'resume')
  await world.runFor(8_000)
}

class CountedFaults implements Faults {
  readonly #world: SimWorld
  readonly #anomaly: Anomaly
  #calls = 0
  #ended = false
  happened = false

  constructor(world: SimWorld, anomaly: Anomaly) {
    this.#world = world
    this.#anomaly = anomaly
  }

  /** From here on nothing is counted. */
  end(): void {
    this.#ended = true
  }

  store(method: string): StoreFault {
    if (!this.#isNow('store')) return NO_FAULT
    const { fault } = this.#anomaly
    this.#world.note(`the ${this.#calls}th call is ${method}: ${fault}`)
    if (fault === 'killed') return this.#kill()
    if (fault === 'slow') return { kind: 'slow', goingMs: SLOW_MS, comingMs: 0 }
    return fault === 'lost' ? { kind: 'lost', comingMs: 0 } : { kind: 'refused' }
  }

  network(): NetworkFault {
    if (!this.#isNow('network')) return 'none'
    const { fault } = this.#anomaly
    if (fault === 'killed') this.#kill()
    return fault === 'freeze' || fault === 'reset' ? fault : 'none'
  }

  messageArrives(): boolean {
    return true
  }

  /** Within the call: what it does is done, and nobody hears of it. */
  #kill(): StoreFault {
    for (const node of this.#world.nodes) this.#world.kill(node)
    return NO_FAULT
  }

  #isNow(on: Anomaly['on']): boolean {
    if (this.#ended || on !== this.#anomaly.on) return false
    this.#calls += 1
    if (this.#calls !== this.#anomaly.at) return false
    this.happened = true
    return true
  }
}
