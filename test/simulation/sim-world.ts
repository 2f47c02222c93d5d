/**
 * A world: one engine, a few processes, endpoints, owners and the weather, all on one timeline and
 * drawn from one seed. What a step does is in owner.ts and weather.ts; what must hold, in promises.ts.
 */
import type { Clock } from '../../packages/server/src/clock.ts'
import type { Change } from '../../packages/server/src/store/road.ts'
import type { Batch, BatchReply } from '../../packages/server/src/store/sqlite/engine.ts'
import type { Query } from '../../packages/server/src/store/sqlite/thread/thread-messages.ts'
import { settled } from '../../packages/server/test/settled.ts'
import { Disk } from './disk.ts'
import { Draw } from './draw.ts'
import { type Faults, noFaults } from './faults.ts'
import { Network } from './network.ts'
import { Owner } from './owner.ts'
import { Promises } from './promises.ts'
import type { Settings } from './settings.ts'
import { type SimNode, startNode } from './sim-node.ts'
import { SimProcess, WORLD_START_MS } from './sim-process.ts'
import type { StoreLink } from './store-link.ts'
import { Timeline } from './timeline.ts'
import { Trace } from './trace.ts'

interface SimWorldOptions {
  seed: number
  settings: (draw: Draw) => Settings
  print?: ((line: string) => void) | null
}

/** A place where a process runs, and another after it has ended. */
interface Seat {
  process: SimProcess
  node: SimNode | null
  generation: number
  skewMs: number
}

export class SimWorld {
  readonly draw: Draw
  readonly trace: Trace
  readonly timeline = new Timeline()
  readonly storeClock: Clock
  readonly settings: Settings
  readonly disk: Disk
  readonly network: Network
  readonly promises: Promises
  readonly owner: Owner
  faults: Faults = noFaults
  storeAway = false
  /** Processes that can't reach the store, while others can. */
  readonly cutOff = new Set<SimProcess>()
  /** Phase two: no faults any more. */
  isCalm = false
  /** Counts power cuts: what was on its way to the store before one never arrives. */
  epoch = 0
  readonly #seats: Seat[] = []
  readonly #hearing = new Map<SimProcess, StoreLink['hear']>()

  constructor({ seed, settings, print = null }: SimWorldOptions) {
    this.draw = new Draw(seed)
    this.trace = new Trace(print)
    const { timeline } = this
    this.storeClock = {
      now: () => WORLD_START_MS + timeline.now,
      monotonic: () => timeline.now,
      setTimer: (delayMs, run) => timeline.after(delayMs, run),
    }
    this.settings = settings(this.draw)
    this.disk = new Disk({ clock: this.storeClock, random: this.draw })
    this.network = new Network(this)
    this.promises = new Promises(this)
    this.owner = new Owner(this)
  }

  note(text: string): void {
    this.trace.note(this.timeline.now, text)
  }

  /** Runs until an instant, or until somebody has seen a promise broken. */
  async runUntil(untilMs: number): Promise<void> {
    await settled(1)
    for (;;) {
      const more = await this.timeline.step(untilMs)
      this.promises.check()
      if (!more) return
    }
  }

  runFor(durationMs: number): Promise<void> {
    return this.runUntil(this.timeline.now + durationMs)
  }

  async close(): Promise<void> {
    for (const { process } of this.#seats) process.kill()
    await this.disk.remove()
  }

  // ─── the store ──────────────────────────────────────────────────────────────────────────────────

  commit(process: SimProcess, batch: Batch): BatchReply {
    const reply = this.disk.port.engine.run({ ...batch, wantChanges: true })
    this.promises.committed(batch, reply)
    this.#tellOthers(process, reply)
    return reply
  }

  read(queries: Query[]): Promise<unknown[][]> {
    return this.disk.port.read(queries)
  }

  lineDelayMs(): number {
    return this.draw.chance(0.7) ? 0 : this.draw.between(1, 3)
  }

  listen(process: SimProcess, hear: StoreLink['hear']): void {
    this.#hearing.set(process, hear)
  }

  /** Settings reach every node in the end; that something waits may be lost, and is looked for. */
  #tellOthers(from: SimProcess, { changes, woken }: BatchReply): void {
    if (changes.length === 0 && woken.length === 0) return
    for (const [process, hear] of this.#hearing) {
      if (process === from) continue
      const arrives = this.faults.messageArrives()
      const told = changes.filter((change) => arrives || isOfSettings(change))
      const heard = { changes: told, woken: arrives ? woken : [] }
      if (told.length === 0 && heard.woken.length === 0) continue
      this.timeline.after(this.draw.between(1, 200), () => process.post(() => hear(heard)))
    }
  }

  // ─── processes ──────────────────────────────────────────────────────────────────────────────────

  /** Those that have started and not ended. */
  get nodes(): SimNode[] {
    return this.#seats.flatMap(({ node }) => (node && node.process.state !== 'dead' ? [node] : []))
  }

  get isComplete(): boolean {
    return this.nodes.length === this.#seats.length
  }

  addSeat(): void {
    const skewMs = this.draw.pick([0, 0, 0, -3_600_000, 3_600_000, 1_500]) ?? 0
    const process = new SimProcess({ name: 'none', timeline: this.timeline, skewMs })
    const seat: Seat = { process, node: null, generation: 0, skewMs }
    process.kill()
    this.#seats.push(seat)
    this.#start(seat)
  }

  kill(node: SimNode): void {
    this.note(`${node.process.name} is killed`)
    this.#end(node.process)
  }

  /** Everything is in one place, as with the embedded store: nodes and engine end together. */
  async cutPower(): Promise<void> {
    this.note('the power is cut')
    this.epoch += 1
    for (const { process } of this.#seats) this.#end(process)
    await this.disk.cutPower()
    this.promises.powerCut()
  }

  freeze(process: SimProcess, why: string): void {
    if (process.state !== 'running') return
    const durationMs = this.draw.pick([200, 5_000, this.settings.leaseMs * 1.2, 90_000]) ?? 200
    this.note(`${process.name} freezes for ${durationMs} ms ${why}`)
    process.freeze(durationMs)
  }

  thawAll(): void {
    for (const { process } of this.#seats) process.thaw()
  }

  /** SIGTERM, and SIGKILL when it takes too long. */
  stop(node: SimNode): void {
    this.note(`${node.process.name} is asked to stop`)
    const { process } = node
    const end = () => this.#end(process)
    // Its API is closed first: nobody reaches it any more.
    for (const seat of this.#seats) if (seat.node === node) seat.node = null
    node.stop().then(end, end)
    this.timeline.after(this.settings.timeoutMs + 5_000, end)
  }

  #end(process: SimProcess): void {
    if (process.state === 'dead') return
    this.note(`${process.name} ends`)
    process.kill()
    this.network.closeAll(process)
    this.promises.processEnded(process)
    this.#hearing.delete(process)
    const seat = this.#seats.find((each) => each.process === process)
    if (!seat) return
    seat.node = null
    this.timeline.after(this.draw.between(100, this.isCalm ? 1_000 : 15_000), () => {
      this.#start(seat)
    })
  }

  #start(seat: Seat): void {
    if (seat.process.state !== 'dead') return
    seat.generation += 1
    const name = `n${this.#seats.indexOf(seat) + 1}.${seat.generation}`
    const process = new SimProcess({ name, timeline: this.timeline, skewMs: seat.skewMs })
    seat.process = process
    this.note(`${name} starts`)
    startNode(this, process).then(
      (node) => {
        seat.node = node
      },
      (error: unknown) => {
        this.note(`${name} could not start: ${error instanceof Error ? error.message : error}`)
        this.#end(process)
      },
    )
  }
}

function isOfSettings(change: Change): boolean {
  return change.type === 'webhook.updated' && change.aspect !== 'health'
}
