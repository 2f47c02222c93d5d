/**
 * A node: the real rooms in one simulated process, wired as main.ts wires them, without the API.
 * What an owner asks for goes to the same methods that the API's routes call.
 */
import { deliver, type Rooms } from '../../packages/server/src/deliver.ts'
import { createIds, type Ids } from '../../packages/server/src/id.ts'
import { createIngest, type Ingest } from '../../packages/server/src/ingest/ingest.ts'
import type { Log } from '../../packages/server/src/log.ts'
import { createJudge } from '../../packages/server/src/record/judge.ts'
import { createRecorder } from '../../packages/server/src/record/record.ts'
import type { ScheduledTurn } from '../../packages/server/src/schedule/attempts.ts'
import { Lease } from '../../packages/server/src/schedule/lease.ts'
import { Schedule } from '../../packages/server/src/schedule/schedule.ts'
import { Settling } from '../../packages/server/src/schedule/settling.ts'
import { Telling } from '../../packages/server/src/schedule/telling.ts'
import { Upkeep } from '../../packages/server/src/schedule/upkeep.ts'
import { createSign } from '../../packages/server/src/sign/sign.ts'
import type { Store } from '../../packages/server/src/store/store.ts'
import type { SimProcess } from './sim-process.ts'
import type { SimWorld } from './sim-world.ts'
import { linkStore, SIMULATED, type StoreLink } from './store-link.ts'

export interface SimNode {
  process: SimProcess
  store: Store
  hear: StoreLink['hear']
  ids: Ids
  ingest: Ingest
  schedule: Schedule
  /** As main.ts is told that a recovery was asked for. */
  nudge(): void
  /** SIGTERM: resolves when nothing of it is left. */
  stop(): Promise<void>
}

/** Rejects when the store can't be reached: such a process ends, and is started again. */
export async function startNode(world: SimWorld, process: SimProcess): Promise<SimNode> {
  const log = watchedLog(world, process)
  const { clock } = process
  const ids = createIds(clock, world.draw)
  const { store, hear } = await linkStore(world, process, log)
  const settling = new Settling({ store, clock, log, backlogMax: 1_000_000 })
  const { rooms, stopping } = createRooms(world, process, {
    ...{ store, ids, log },
    onBack: () => settling.nudge(),
  })
  const parts = { store, ids, log, rooms, settling }
  const { schedule, telling, upkeep, lease } = createDelivery(world, process, parts)
  store.onWaiting((webhookIds) => schedule.wake(webhookIds))
  store.onUncertain(() => lease.doubt())
  store.onChange((change) => {
    if (change.type !== 'webhook.updated') return
    telling.nudge()
    if (change.aspect === 'settings') settling.nudge()
  })
  await lease.start()
  settling.start()
  telling.start('https://simulated.example')
  upkeep.start()
  const ingest = createIngest({
    store,
    ids,
    metrics,
    backlogMax: world.settings.backlogMax,
    leaseOffer: () => schedule.leaseOffer(),
    onAccepted: (claims, waiting, lease) => schedule.offer(claims, waiting, lease),
  })
  return {
    process,
    store,
    hear,
    ids,
    ingest,
    schedule,
    nudge: () => settling.nudge(),
    async stop() {
      await Promise.all([upkeep.stop(), settling.stop(), telling.stop()])
      await schedule.stop()
      stopping.abort()
      await lease.stop()
      await store.close()
    },
  }
}

const metrics = { attempted() {}, deliveryFinished() {}, eventsAccepted() {} }

interface Parts {
  store: Store
  ids: Ids
  log: Log
}

function createRooms(
  world: SimWorld,
  process: SimProcess,
  { store, ids, log, onBack }: Parts & { onBack(): void },
) {
  const { clock } = process
  const { scheduleMs, timeoutMs } = world.settings
  const stopping = new AbortController()
  const rooms: Omit<Rooms, 'send'> = {
    clock,
    sign: createSign({ version: '0', timeoutMs }),
    judge: createJudge({ scheduleMs, random: world.draw, aheadMs: () => 0 }),
    record: createRecorder({
      store,
      clock,
      ids,
      log,
      metrics,
      random: world.draw,
      disableAfterMs: world.settings.disableAfterMs,
      onBack,
      stopping: stopping.signal,
      cut: new AbortController().signal,
    }),
  }
  return { rooms, stopping }
}

function createDelivery(
  world: SimWorld,
  process: SimProcess,
  { store, ids, log, rooms, settling }: Parts & { rooms: Omit<Rooms, 'send'>; settling: Settling },
) {
  const { clock } = process
  const { settings } = world
  const attempt = (turn: ScheduledTurn) => {
    const open = world.promises.attemptStarts(process, turn)
    const onAnswer: ScheduledTurn['onAnswer'] = (result) => {
      world.promises.attemptAnswered(open, turn, result)
      return turn.onAnswer(result)
    }
    const send: Rooms['send'] = (signed, signal) => {
      return world.network.send(process, turn, { signed, signal })
    }
    return deliver({ ...turn, onAnswer }, { ...rooms, send }).finally(() => {
      telling.nudge()
      world.promises.attemptEnded(open)
    })
  }
  const telling = new Telling({ store, clock, ids, log })
  const schedule = new Schedule({
    store,
    clock,
    log,
    attempt,
    maxInFlight: settings.maxInFlight,
    windowMax: settings.windowMax,
  })
  const upkeep = new Upkeep({
    store,
    clock,
    log,
    retentionMs: 30 * 86_400_000,
    leadRetentionMs: null,
    leaseMs: settings.leaseMs,
    onAway: () => settling.nudge(),
    onLiveNodes: (count) => schedule.shareAmong(count),
  })
  const lease = new Lease({
    store,
    clock,
    ids,
    log,
    leaseMs: settings.leaseMs,
    onTerm: (term) => {
      world.note(`${process.name} holds a lease as ${term.nodeId.slice(-5)}`)
      schedule.beginTerm(term)
    },
    onLost: () => {
      world.note(`${process.name} lost its lease`)
      schedule.loseTerm()
    },
  })
  return { schedule, telling, upkeep, lease }
}

const EXPECTED = [SIMULATED, 'The store is closed']

/** What a node complains of must come from the weather; anything else is a bug. */
function watchedLog(world: SimWorld, process: SimProcess): Log {
  const look = (fields: Record<string, unknown>, message: string) => {
    if (message === 'delivery.attempted') return // the endpoint's error, not ours
    const found = fields.error ?? fields.err
    if (found === undefined) return
    const text = found instanceof Error ? (found.stack ?? found.message) : String(found)
    if (EXPECTED.some((expected) => text.includes(expected))) return
    world.promises.broken('no bug shows itself', `${process.name} logged ${message}: ${text}`)
  }
  return {
    debug() {},
    info: look,
    warn: look,
    error: look,
  }
}
