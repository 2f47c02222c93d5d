/**
 * How a process reaches the store: the real client over a line that takes time, loses answers and
 * is cut. Each process has a client of its own, as each node of a cluster has; the engine is shared.
 */
import { StoreUnavailable } from '../../packages/server/src/errors.ts'
import type { Log } from '../../packages/server/src/log.ts'
import type { Change, Claim } from '../../packages/server/src/store/road.ts'
import type { BatchReply } from '../../packages/server/src/store/sqlite/engine.ts'
import { openOver } from '../../packages/server/src/store/sqlite/sqlite-store.ts'
import type { EnginePort } from '../../packages/server/src/store/sqlite/thread/port.ts'
import type { Store } from '../../packages/server/src/store/store.ts'
import type { SimProcess } from './sim-process.ts'
import type { SimWorld } from './sim-world.ts'

export const SIMULATED = 'simulated:'

export interface StoreLink {
  /** What the rooms of this process are given. */
  store: Store
  /** A commit of another process, as a message tells of it. */
  hear(reply: Pick<BatchReply, 'changes' | 'woken'>): void
}

export async function linkStore(
  world: SimWorld,
  process: SimProcess,
  log: Log,
): Promise<StoreLink> {
  const client = await openOver(linePort(world, process), {
    dataDir: 'simulated',
    encryptionKey: ENCRYPTION_KEY,
    clock: world.storeClock,
    log,
    mode: 'inline',
  })
  const changeListeners = new Set<(change: Change) => void>()
  const uncertainListeners = new Set<() => void>()
  const waitingListeners = new Set<(webhookIds: string[]) => void>()
  const tell = (change: Change) => {
    world.promises.told(process, change)
    for (const listener of changeListeners) listener(change)
  }
  const wake = (webhookIds: string[]) => {
    for (const listener of waitingListeners) listener(webhookIds)
  }
  client.onChange(tell)
  client.onWaiting(wake)
  const own: Pick<Store, 'onChange' | 'onWaiting' | 'onUncertain' | 'close'> = {
    onChange: (listener) => subscribe(changeListeners, listener),
    onWaiting: (listener) => subscribe(waitingListeners, listener),
    onUncertain: (listener) => subscribe(uncertainListeners, listener),
    close: () => client.close(),
  }
  const hear: StoreLink['hear'] = ({ changes, woken }) => {
    for (const change of changes) tell(change)
    if (woken.length > 0) wake(woken)
  }
  world.listen(process, hear)
  const line: Line = {
    world,
    process,
    doubt: () => {
      for (const listener of uncertainListeners) listener()
    },
  }
  return { store: withFaults({ ...client, ...own }, line), hear }
}

const ENCRYPTION_KEY = Buffer.alloc(32, 7)

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The engine at the other end of a line: batches arrive and answers come back by the timeline. */
function linePort(world: SimWorld, process: SimProcess): EnginePort {
  const ask = <Answer>(run: () => Answer | Promise<Answer>) =>
    new Promise<Answer>((resolve, reject) => {
      process.post(() => {
        const { epoch } = world
        world.timeline.after(world.lineDelayMs(), () => {
          if (world.epoch !== epoch) return
          const settle = attempt(world, process, run)
          world.timeline.after(world.lineDelayMs(), () => {
            process.post(() => settle(resolve, reject))
          })
        })
      })
    })
  return {
    write: (batch) => ask(() => world.commit(process, batch)),
    read: (queries) => ask(() => world.read(queries)),
    async close() {},
  }
}

type Settle<Answer> = (
  resolve: (answer: Answer | PromiseLike<Answer>) => void,
  reject: (error: unknown) => void,
) => void

function attempt<Answer>(
  world: SimWorld,
  process: SimProcess,
  run: () => Answer | Promise<Answer>,
): Settle<Answer> {
  if (world.storeAway || world.cutOff.has(process)) {
    return (_, reject) => reject(new StoreUnavailable(`${SIMULATED} the store is away`))
  }
  try {
    const answer = run()
    return (resolve) => resolve(answer)
  } catch (error) {
    return (_, reject) => reject(error)
  }
}

const NOT_CALLS = new Set(['onChange', 'onWaiting', 'onUncertain', 'close'])

interface Line {
  world: SimWorld
  process: SimProcess
  /** An answer is lost: who knows what was written. */
  doubt(): void
}

/** Every call of the contract may be refused, lose its answer, or take its time. */
function withFaults(store: Store, line: Line): Store {
  return new Proxy(store, {
    get(target, name: string & keyof Store) {
      const method = target[name] as (...input: unknown[]) => Promise<unknown>
      if (NOT_CALLS.has(name)) return method
      return (...input: unknown[]) => {
        const answer = call(line, name, () => method(...input))
        answer.then(
          (value) => line.world.promises.handed(line.process, claimsIn(value)),
          () => {},
        )
        return answer
      }
    },
  })
}

function claimsIn(answer: unknown): Claim[] {
  const isObject = typeof answer === 'object' && answer !== null
  return isObject && 'claims' in answer ? (answer.claims as Claim[]) : []
}

function call(line: Line, name: string, run: () => Promise<unknown>): Promise<unknown> {
  const { world, process } = line
  const fault = world.faults.store(name)
  if (fault.kind === 'none') return run()
  world.note(`${process.name} ${name}: ${fault.kind}`)
  const unavailable = () => new StoreUnavailable(`${SIMULATED} ${name} was ${fault.kind}`)
  switch (fault.kind) {
    case 'refused':
      return Promise.reject(unavailable())
    case 'lost':
      return slowly(line, { goingMs: 0, ...fault }, run).then(() => {
        line.doubt()
        throw unavailable()
      })
    case 'slow':
      return slowly(line, fault, run).finally(() => {
        if (name === 'takeStarts') world.promises.startsCameLate()
      })
  }
}

async function slowly(
  { world, process }: Line,
  { goingMs, comingMs }: { goingMs: number; comingMs: number },
  run: () => Promise<unknown>,
): Promise<unknown> {
  const wait = (delayMs: number) =>
    new Promise<void>((resolve) => {
      if (delayMs === 0) resolve()
      else world.timeline.after(delayMs, () => process.post(resolve))
    })
  await wait(goingMs)
  // Settled on both ways alike: a slow refusal is a refusal.
  const settled = await run().then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error
    },
  )
  await wait(comingMs)
  return settled()
}
