/**
 * Pruning: leads come in at full rate for longer than they are kept, so that as many deliveries are
 * deleted as come in. Whether the deletes keep up is read off the oldest delivery that is left; what
 * they cost, off the same load on a store that keeps everything.
 */
import { type BenchWorld, pause, tell, withWorld } from '../bench-world.ts'
import { CONNECTIONS, warmUp } from '../lead-turn.ts'
import { atLeast, type Figure, figureOf } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { leadBody } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'
import { measureTurn, sideCpuMs, type Turn, turnText } from '../turn.ts'

/** The shortest that there is. */
const RETENTION = '1m'
/** Upkeep looks once a minute: a window is whole minutes, or it holds a run too many or too few. */
const MINUTE_MS = 60_000
/** The run after the next one finds a whole minute's deliveries: the window begins before it. */
const BEFORE_PRUNING_MS = 110_000
const BEFORE_KEEPING_MS = 30_000
const SAMPLE_MS = 100
const LOOK_MS = 1_000
/** Of the wall clock, which the store's own rows are dated by. */
const LOOKED_FOR_MS = 50

export const pruning: Scenario = {
  name: 'pruning',
  // PostgreSQL drops its past in partitions of an hour at least: here it would have none to drop.
  stores: ['sqlite'],
  about: 'leads at full rate that are kept for a minute: deleted a second, and what it costs',
  async run({ quick, profileDir, store }) {
    const minutes = quick ? 1 : 3
    const keeping = await withWorld({ profileDir, store }, (world) =>
      measureFlood(world, { beforeMs: BEFORE_KEEPING_MS, minutes: 1 }),
    )
    tell(`everything is kept: ${turnText(keeping.turn)}`)
    const settings = { RETENTION }
    const deleting = await withWorld({ profileDir, store, settings }, (world) =>
      measureFlood(world, { beforeMs: BEFORE_PRUNING_MS, minutes }),
    )
    tell(`kept for a minute: ${turnText(deleting.turn)}`)
    return figures(keeping, deleting)
  },
}

/** So far. */
interface Look {
  atMs: number
  deleted: number
  delivered: number
}

interface Flooded {
  turn: Turn
  looks: Look[]
}

function figures(keeping: Flooded, { turn, looks }: Flooded): Figure[] {
  const kept = keeping.turn
  const whileDeleting = rates(looks, ({ deleted }) => deleted > 0)
  const between = rates(looks, ({ deleted }) => deleted === 0)
  const deleted = (looks.at(-1)?.deleted ?? 0) - (looks[0]?.deleted ?? 0)
  const delivered = (looks.at(-1)?.delivered ?? 0) - (looks[0]?.delivered ?? 0)
  // For as many as came in, since a window may hold the run of a busier minute.
  const cpuMs = ((sideCpuMs(turn) - sideCpuMs(kept)) * delivered) / deleted
  const figure = (what: string, unit: Figure['unit'], value: number) =>
    figureOf([value], { what, unit })
  return [
    figureOf([whileDeleting.deleted / kept.perSecond], {
      what: 'deleted a second while it deletes / what comes in where nothing is deleted',
      unit: 'ratio',
      target: atLeast(1),
    }),
    figure('  deleted', '/s', whileDeleting.deleted),
    figure('  HTTP in → delivered, while it deletes', '/s', whileDeleting.delivered),
    figure('  HTTP in → delivered, in between', '/s', between.delivered),
    figure('  HTTP in → delivered, everything is kept', '/s', kept.perSecond),
    figure('  CPU for 1,000 that are delivered', 'ms', sideCpuMs(kept)),
    figure('  CPU for 1,000 that are deleted', 'ms', cpuMs),
    figure('  deleting, of the CPU of both', '%', (100 * cpuMs) / (cpuMs + sideCpuMs(kept))),
    figure('  the machine was busy, all processors', '%', turn.busyPercent),
    figure('    with what is none of ours', '%', turn.othersPercent),
  ]
}

/** A second, over those stretches between two looks that are asked for. */
function rates(looks: Look[], isAskedFor: (stretch: Look) => boolean): Omit<Look, 'atMs'> {
  const stretches = looks.slice(1).map((look, index) => {
    const before = looks[index] ?? look
    return {
      atMs: look.atMs - before.atMs,
      deleted: look.deleted - before.deleted,
      delivered: look.delivered - before.delivered,
    }
  })
  const some = stretches.filter(isAskedFor)
  const sum = (pick: (stretch: Look) => number) =>
    some.reduce((total, stretch) => total + pick(stretch), 0)
  const seconds = sum(({ atMs }) => atMs) / 1_000
  return {
    deleted: sum(({ deleted }) => deleted) / seconds,
    delivered: sum(({ delivered }) => delivered) / seconds,
  }
}

async function measureFlood(
  world: BenchWorld,
  { beforeMs, minutes }: { beforeMs: number; minutes: number },
): Promise<Flooded> {
  await warmUp(world)
  const flood = await Flood.start(world)
  await pause(beforeMs)
  const looks: Look[] = []
  const turn = await measureTurn(world, async () => {
    const endAt = monotonicMs() + minutes * MINUTE_MS
    looks.push(await flood.look())
    while (monotonicMs() < endAt) {
      await pause(LOOK_MS)
      looks.push(await flood.look())
    }
    return { count: (looks.at(-1)?.delivered ?? 0) - (looks[0]?.delivered ?? 0) }
  })
  await flood.stop()
  return { turn, looks }
}

/** Posts leads without a pause, and knows how many it had posted when. */
class Flood {
  readonly #world: BenchWorld
  readonly #group: string
  readonly #chatbotId: string
  /** Accepted until then, on the wall clock; in the order of time. */
  readonly #samples: { at: number; accepted: number }[] = []
  readonly #running: Promise<unknown>
  #accepted = 0
  #isOver = false

  private constructor(world: BenchWorld, group: string, chatbotId: string) {
    this.#world = world
    this.#group = group
    this.#chatbotId = chatbotId
    const posting = Array.from({ length: CONNECTIONS }, () => this.#post())
    this.#running = Promise.all([...posting, this.#sample()])
    // A fault of the load is told where it is awaited.
    this.#running.catch(() => {})
  }

  static async start(world: BenchWorld): Promise<Flood> {
    const group = world.newGroup('flood')
    const chatbotId = await world.createChatbot({ group, count: 1, eventType: 'lead.submit' })
    return new Flood(world, group, chatbotId)
  }

  async look(): Promise<Look> {
    const deleted = await this.#deleted()
    const { requests: delivered } = await this.#world.receiver.counts(this.#group)
    return { atMs: monotonicMs(), deleted, delivered }
  }

  /** As many as were accepted before the oldest that is left. */
  async #deleted(): Promise<number> {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || (await this.#hasOlderThan(first.at))) return 0
    let [low, high] = [first.at, last.at]
    while (high - low > LOOKED_FOR_MS) {
      const middle = (low + high) / 2
      if (await this.#hasOlderThan(middle)) high = middle
      else low = middle
    }
    return this.#samples.findLast(({ at }) => at <= low)?.accepted ?? 0
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#running
    await this.#world.untilRecordedOf(this.#chatbotId)
  }

  async #hasOlderThan(at: number): Promise<boolean> {
    const query = `chatbotId=${this.#chatbotId}&to=${new Date(at).toISOString()}&limit=1`
    const { data } = (await this.#world.api.get(`/api/v1/deliveries?${query}`)) as Page
    return data.length > 0
  }

  async #post(): Promise<void> {
    while (!this.#isOver) {
      await this.#world.api.postLead(this.#chatbotId, leadBody(this.#accepted))
      this.#accepted += 1
    }
  }

  async #sample(): Promise<void> {
    while (!this.#isOver) {
      this.#samples.push({ at: Date.now(), accepted: this.#accepted })
      await pause(SAMPLE_MS)
    }
  }
}

interface Page {
  data: unknown[]
}
