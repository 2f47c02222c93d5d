/**
 * Refill: claims what is due for lanes that have room. One question to the store at a time, for many
 * lanes at once; the answer says when each lane's next delivery is due, so nothing is polled.
 */
import type { Clock } from '../clock.ts'
import { sleep } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Claim, ClaimResult, Road } from '../store/road.ts'
import { type Asked, HungryLanes } from './hungry-lanes.ts'
import type { Lane } from './lane.ts'
import { LaneAlarms } from './lane-alarms.ts'
import type { Term } from './lease.ts'

interface RefillOptions {
  store: Pick<Road, 'claimDue'>
  clock: Clock
  log: Log
  /** How many claims the lane may take now; 0: none. */
  roomOf(lane: Lane): number
  onClaims(lane: Lane, claims: Claim[], term: Term): void
  /** Its webhook rests, and a probe is due in so long; null: it does not, as far as the store knows. */
  onRest(lane: Lane, probeInMs: number | null): void
}

const FAILED_WAIT_MS = 500
/** When the store says that something is due and yet gives nothing: never ask in a tight loop. */
const NOTHING_GIVEN_WAIT_MS = 1_000

export class Refill {
  readonly #options: RefillOptions
  readonly #hungry = new HungryLanes()
  readonly #alarms: LaneAlarms
  #term: Term | null = null
  #asking = false

  constructor(options: RefillOptions) {
    this.#options = options
    const onAlarm = (lane: Lane) => this.#setDue(lane, lane.dueAt)
    this.#alarms = new LaneAlarms({ clock: options.clock, onAlarm })
  }

  /** From now on claims are for this term; null: claim nothing. */
  useTerm(term: Term | null): void {
    this.#term = term
    this.#alarms.switch(term !== null)
    this.#ask()
  }

  /** The store has, or will have, something due for the lane. */
  dueIn(lane: Lane, dueInMs: number): void {
    lane.wakes += 1
    const dueAt = this.#options.clock.monotonic() + Math.max(0, dueInMs)
    if (dueAt < lane.dueAt) this.#setDue(lane, dueAt)
  }

  /** The lane may have got room. */
  consider(lane: Lane): void {
    if (lane.dueAt > this.#options.clock.monotonic()) return
    if (this.#options.roomOf(lane) === 0) return
    this.#hungry.add(lane)
    this.#ask()
  }

  forget(lane: Lane): void {
    lane.dueAt = Number.POSITIVE_INFINITY
    this.#hungry.drop(lane)
  }

  /** Nothing is claimed for it before then. */
  restFor(lane: Lane, probeInMs: number): void {
    this.#hungry.drop(lane)
    this.#setDue(lane, this.#options.clock.monotonic() + probeInMs)
  }

  stop(): void {
    this.useTerm(null)
    this.#alarms.stop()
    this.#hungry.clear()
  }

  #setDue(lane: Lane, dueAt: number): void {
    lane.dueAt = dueAt
    if (dueAt <= this.#options.clock.monotonic()) this.consider(lane)
    else if (dueAt !== Number.POSITIVE_INFINITY) this.#alarms.set(lane)
  }

  #ask(): void {
    const term = this.#term
    if (this.#asking || !term || term.signal.aborted || this.#hungry.isEmpty) return
    this.#asking = true
    this.#askLoop(term).then(
      () => {
        this.#asking = false
        this.#ask()
      },
      (error) => {
        this.#asking = false
        this.#options.log.error({ error: String(error) }, 'refill.failed')
        this.#options.clock.setTimer(FAILED_WAIT_MS, () => this.#ask())
      },
    )
  }

  /**
   * Ends with its term, at once: what was aborted waits for nothing any more, and a store that is
   * away would be asked again and again without a pause. The next term asks anew.
   */
  async #askLoop(term: Term): Promise<void> {
    const { store, clock, log } = this.#options
    while (this.#term === term && !term.signal.aborted && !this.#hungry.isEmpty) {
      const asked = this.#hungry.take(this.#options.roomOf)
      if (asked.length === 0) return
      try {
        const lanes = asked.map(({ lane, limit }) => {
          return { webhookId: lane.webhookId, limit, ...(lane.owesOld && { oldMin: 1 }) }
        })
        this.#answered(asked, await store.claimDue({ nodeId: term.nodeId, lanes }), term)
      } catch (error) {
        log.warn({ error: error instanceof Error ? error.message : String(error) }, 'claim.failed')
        await sleep(clock, FAILED_WAIT_MS, term.signal)
        for (const { lane } of asked) this.consider(lane)
      }
    }
  }

  #answered(asked: Asked[], { claims, left }: ClaimResult, term: Term): void {
    const { clock, onClaims, onRest } = this.#options
    const byWebhook = Map.groupBy(claims, (claim) => claim.webhookId)
    const leftOf = new Map(left.map((lane) => [lane.webhookId, lane]))
    for (const { lane, limit, wakes, rests, freshLefts } of asked) {
      const { dueInMs = null, restMs = null } = leftOf.get(lane.webhookId) ?? {}
      const given = byWebhook.get(lane.webhookId) ?? []
      // What was heard while the question was on its way is newer than the answer. Of a rest, too:
      // claims from before it go back.
      const isStale = lane.rests !== rests
      if (!isStale) onRest(lane, restMs)
      if (lane.freshLefts === freshLefts) lane.freshWaits = isFullOfFresh(given, limit)
      const least = given.length === 0 ? NOTHING_GIVEN_WAIT_MS : 0
      const heard = isStale ? 0 : (restMs ?? 0)
      const next = lane.wakes !== wakes || isStale ? heard : dueInMs
      const now = clock.monotonic()
      lane.dueAt = next === null ? Number.POSITIVE_INFINITY : now + Math.max(next, least)
      onClaims(lane, given, term)
      // A rest whose probe is due had made it hungry, though nothing is due yet.
      if (lane.dueAt > now) this.#hungry.drop(lane)
      this.#setDue(lane, lane.dueAt)
    }
  }
}

/** It got as much as is given of what is fresh: there may be more. */
function isFullOfFresh(given: Claim[], limit: number): boolean {
  const fresh = given.filter((claim) => claim.fresh).length
  return fresh > 0 && fresh >= limit - Math.max(1, Math.floor(limit / 4))
}
