/**
 * Refill: claims what is due for lanes that have room. One question to the store at a time, for many
 * lanes at once; the answer says when each lane's next delivery is due, so nothing is polled.
 */
import type { Clock } from '../clock.ts'
import { sleep } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Claim, Road } from '../store/road.ts'
import { DueQueue } from './due-queue.ts'
import type { Lane } from './lane.ts'
import type { Term } from './lease.ts'

export interface RefillOptions {
  store: Pick<Road, 'claimDue'>
  clock: Clock
  log: Log
  /** How many claims the lane may take now; 0: none. */
  roomOf(lane: Lane): number
  onClaims(lane: Lane, claims: Claim[], term: Term): void
  /** Its webhook rests, and a probe is due in so long; null: it does not, as far as the store knows. */
  onRest(lane: Lane, probeInMs: number | null): void
}

const LANES_PER_CLAIM = 64
const CLAIMS_PER_CALL = 512
const FAILED_WAIT_MS = 500
const ALARM_AHEAD_MS = 60_000
/** When the store says that something is due and yet gives nothing: never ask in a tight loop. */
const NOTHING_GIVEN_WAIT_MS = 1_000

export class Refill {
  readonly #options: RefillOptions
  /**
   * Due and, when last looked at, with room. Insertion order is the order of asking; lanes that have
   * proved themselves have half of each question, be there ever so many that have not.
   */
  readonly #hungry = { trusted: new Set<Lane>(), untrusted: new Set<Lane>() }
  readonly #later = new DueQueue<Lane>()
  #term: Term | null = null
  #asking = false
  #cancelTimer: (() => void) | null = null
  #timerAt = Number.POSITIVE_INFINITY

  constructor(options: RefillOptions) {
    this.#options = options
  }

  /** From now on claims are for this term; null: claim nothing. */
  useTerm(term: Term | null): void {
    this.#term = term
    if (!term) return
    this.#armTimer()
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
    const { trusted, untrusted } = this.#hungry
    const [mine, other] = lane.trusted ? [trusted, untrusted] : [untrusted, trusted]
    other.delete(lane)
    mine.add(lane)
    this.#ask()
  }

  forget(lane: Lane): void {
    lane.dueAt = Number.POSITIVE_INFINITY
    this.#dropHungry(lane)
  }

  /** Nothing is claimed for it before then. */
  restFor(lane: Lane, probeInMs: number): void {
    this.#dropHungry(lane)
    this.#setDue(lane, this.#options.clock.monotonic() + probeInMs)
  }

  stop(): void {
    this.useTerm(null)
    this.#cancelTimer?.()
    this.#hungry.trusted.clear()
    this.#hungry.untrusted.clear()
    this.#later.clear()
  }

  #dropHungry(lane: Lane): void {
    this.#hungry.trusted.delete(lane)
    this.#hungry.untrusted.delete(lane)
  }

  get #isHungry(): boolean {
    return this.#hungry.trusted.size + this.#hungry.untrusted.size > 0
  }

  #setDue(lane: Lane, dueAt: number): void {
    lane.dueAt = dueAt
    if (dueAt <= this.#options.clock.monotonic()) this.consider(lane)
    else if (dueAt !== Number.POSITIVE_INFINITY) this.#setAlarm(lane)
  }

  /**
   * One live entry for each lane, never far ahead: a lane whose time changes often would else leave
   * a stale entry behind for each change, for as long as the longest wait.
   */
  #setAlarm(lane: Lane): void {
    const at = Math.min(lane.dueAt, this.#options.clock.monotonic() + ALARM_AHEAD_MS)
    if (at >= lane.alarmAt) return
    lane.alarmAt = at
    this.#later.push(at, lane)
    this.#armTimer()
  }

  #armTimer(): void {
    const nextAt = this.#later.nextAt()
    if (nextAt >= this.#timerAt || this.#term === null) return
    this.#cancelTimer?.()
    this.#timerAt = nextAt
    const { clock } = this.#options
    this.#cancelTimer = clock.setTimer(Math.ceil(nextAt - clock.monotonic()), () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#popDue()
      this.#armTimer()
    })
  }

  #popDue(): void {
    const now = this.#options.clock.monotonic()
    for (let due = this.#later.popDue(now); due; due = this.#later.popDue(now)) {
      const lane = due.item
      if (lane.alarmAt !== due.at) continue // a stale entry
      lane.alarmAt = Number.POSITIVE_INFINITY
      this.#setDue(lane, lane.dueAt)
    }
  }

  #ask(): void {
    const term = this.#term
    if (this.#asking || !term || term.signal.aborted || !this.#isHungry) return
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
    while (this.#term === term && !term.signal.aborted && this.#isHungry) {
      const asked = this.#takeHungry()
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

  #takeHungry(): Asked[] {
    const asked: Asked[] = []
    const { trusted, untrusted } = this.#hungry
    let total = 0
    const take = (lanes: Set<Lane>, lanesMax: number, claimsMax: number) => {
      for (const lane of lanes) {
        if (asked.length >= lanesMax || total >= claimsMax) return
        lanes.delete(lane)
        const limit = Math.min(this.#options.roomOf(lane), claimsMax - total)
        if (limit === 0) continue
        const { wakes, rests, freshLefts } = lane
        asked.push({ lane, limit, wakes, rests, freshLefts })
        total += limit
      }
    }
    take(trusted, LANES_PER_CLAIM / 2, CLAIMS_PER_CALL / 2)
    take(untrusted, LANES_PER_CLAIM, CLAIMS_PER_CALL)
    take(trusted, LANES_PER_CLAIM, CLAIMS_PER_CALL)
    return asked
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
      this.#setDue(lane, lane.dueAt)
    }
  }
}

/** It got as much as is given of what is fresh: there may be more. */
function isFullOfFresh(given: Claim[], limit: number): boolean {
  const fresh = given.filter((claim) => claim.fresh).length
  return fresh > 0 && fresh >= limit - Math.max(1, Math.floor(limit / 4))
}

interface Asked {
  lane: Lane
  limit: number
  wakes: number
  rests: number
  freshLefts: number
}

type ClaimResult = Awaited<ReturnType<Road['claimDue']>>
