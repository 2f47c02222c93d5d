import { examplePayload } from '../api/document/event-types.ts'
import { Listening } from '../listen/listening.ts'
import { ClockWatch } from '../schedule/clock-watch.ts'
import { Lease } from '../schedule/lease.ts'
import { Schedule } from '../schedule/schedule.ts'
import { Settling } from '../schedule/settling.ts'
import { Telling } from '../schedule/telling.ts'
import { TestSender } from '../schedule/test-sender.ts'
import { Upkeep } from '../schedule/upkeep.ts'
import { type Attempting, createAttempting } from './attempting.ts'
import { changingKeys } from './changing-keys.ts'
import type { Shared } from './shared.ts'

export type Delivering = ReturnType<typeof createDelivering>

/**
 * schedule ──► sign ──► send ──► judge ──► record, and what runs beside it. A node whose roles leave
 * `deliver` out sends tests and hands out to listeners; the rest of it stands still.
 */
export function createDelivering(shared: Shared) {
  const { store, clock, ids, log, config } = shared
  const delivers = config.roles.includes('deliver')
  const watch = new ClockWatch({ clock, log })
  const settling = new Settling({ store, clock, log, backlogMax: config.maxBacklog })
  const telling = new Telling({ store, clock, ids, log })
  const attempting = createAttempting(shared, {
    aheadMs: () => watch.aheadMs(),
    onBack: () => settling.nudge(),
  })
  const schedule = createSchedule(shared, attempting, { settling, telling })
  const tests = createTests(shared, attempting)
  const listening = createListening(shared, attempting)
  const upkeep = createUpkeep(shared, { watch, settling, schedule })
  const lease = createLease(shared, { tests, schedule: delivers ? schedule : null })

  hear(shared, { delivers, schedule, settling, telling, listening, upkeep, lease, watch })

  return {
    tests,
    listening,
    settling,
    leaseOffer: () => schedule.leaseOffer(),
    counts: () => schedule.counts(),
    /** What a commit of ours left: claims held under `lease`, and webhooks with more than that. */
    accepted(...[claims, waiting, lease]: Parameters<Schedule['offer']>) {
      schedule.offer(claims, waiting, lease)
      listening.wake(waiting)
    },
    async start({ publicUrl }: { publicUrl: string }) {
      await lease.start()
      watch.start()
      if (!delivers) return
      settling.start()
      telling.start(publicUrl)
      upkeep.start()
    },
    async stop() {
      attempting.beginStop()
      watch.stop()
      await Promise.all([upkeep.stop(), settling.stop(), telling.stop()])
      await Promise.all([schedule.stop(), tests.stop()])
      await lease.stop()
      await attempting.close()
    },
    /** Open attempts end as a fault of ours; what waits for the store waits no longer. */
    cut() {
      lease.cut()
      attempting.cut()
    },
  }
}

interface Hearing {
  delivers: boolean
  schedule: Schedule
  settling: Settling
  telling: Telling
  listening: Listening
  upkeep: Upkeep
  lease: Lease
  watch: ClockWatch
}

/** Who hears of what: nothing is told before `start`. */
function hear({ store }: Shared, { delivers, schedule, listening, ...parts }: Hearing): void {
  const { settling, telling, upkeep, lease, watch } = parts
  /** All that became claimable but by our own accept and record: `accepted` above, and the schedule. */
  store.onWaiting((webhookIds) => {
    schedule.wake(webhookIds)
    listening.wake(webhookIds)
  })
  store.onChange((change) => {
    if (change.type !== 'webhook.updated') return
    telling.nudge()
    if (change.aspect !== 'settings') return
    settling.nudge()
    listening.settingsChanged(change.webhookId)
  })
  store.onUncertain(() => lease.doubt())
  if (!delivers) return
  watch.onJump((byMs) => {
    if (byMs < 0) upkeep.clockSetBack(-byMs)
    else schedule.look()
  })
}

function createSchedule(
  shared: Shared,
  { attempt }: Attempting,
  { settling, telling }: { settling: Settling; telling: Telling },
): Schedule {
  const { config, store, clock, log } = shared
  return new Schedule({
    store,
    clock,
    log,
    maxInFlight: config.maxInFlight,
    windowMax: config.maxInFlightPerWebhook,
    onGivenBack: () => settling.nudge(),
    async attempt(turn) {
      const done = await attempt(turn)
      if (done.attempt.result === 'failed') telling.nudge()
      return done
    },
  })
}

function createTests({ store, ids }: Shared, { attempt }: Attempting): TestSender {
  const exampleOf = (eventType: string) => JSON.stringify(examplePayload(eventType))
  return new TestSender({ store, ids, exampleOf, attempt })
}

function createListening(shared: Shared, { judge, record }: Attempting): Listening {
  const { config, store, clock, ids, sign } = shared
  return new Listening({
    store,
    clock,
    ids,
    sign,
    judge,
    record,
    timeoutMs: config.deliveryTimeoutMs,
    patienceMs: config.leaseMs / 2,
  })
}

function createUpkeep(
  shared: Shared,
  { watch, settling, schedule }: { watch: ClockWatch; settling: Settling; schedule: Schedule },
): Upkeep {
  const { config, store, clock, log } = shared
  return new Upkeep({
    store,
    clock,
    log,
    retentionMs: config.retentionMs,
    leadRetentionMs: config.leadRetentionMs,
    leaseMs: config.leaseMs,
    clockAheadMs: () => watch.aheadMs(),
    keys: changingKeys(shared),
    onAway: () => settling.nudge(),
    onLiveNodes: (count) => schedule.shareAmong(count),
  })
}

function createLease(
  { config, store, clock, ids, log }: Shared,
  { tests, schedule }: { tests: TestSender; schedule: Schedule | null },
): Lease {
  return new Lease({
    store,
    clock,
    ids,
    log,
    leaseMs: config.leaseMs,
    onTerm(term) {
      schedule?.beginTerm(term)
      tests.beginTerm(term)
    },
    onLost: () => schedule?.loseTerm(),
  })
}
