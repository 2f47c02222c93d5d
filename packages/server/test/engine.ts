/**
 * A whole delivery engine over the real embedded store, with a network and a clock that a test
 * holds in its hands: for what the rooms do together without a socket.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deliver, type Rooms } from '../src/deliver.ts'
import { createIds } from '../src/id.ts'
import { createIngest } from '../src/ingest/ingest.ts'
import { silentLog } from '../src/log.ts'
import type { SendResult, SignedRequest } from '../src/outcome.ts'
import { systemRandom } from '../src/random.ts'
import { createJudge } from '../src/record/judge.ts'
import { createRecorder } from '../src/record/record.ts'
import { Lease } from '../src/schedule/lease.ts'
import { Schedule } from '../src/schedule/schedule.ts'
import { generateSecret } from '../src/sign/secret.ts'
import { createSign } from '../src/sign/sign.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../src/store/store.ts'
import { manualClock } from './manual-clock.ts'
import { webhookValues } from './webhook-values.ts'

/** A request that has been sent and waits for the test's answer. */
interface OpenRequest {
  url: string
  id: string
  body: string
  answer(status: number, extra?: { retryAfterMs?: number }): void
  fail(fault: 'timeout' | 'connect' | 'reset'): void
}

export interface EngineOptions {
  maxInFlight?: number
  scheduleMs?: number[]
}

export async function startEngine({ maxInFlight = 256, scheduleMs }: EngineOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatzuri-engine-'))
  const clock = manualClock()
  const ids = createIds(clock, systemRandom)
  const log = silentLog
  const store = await openSqliteStore({
    dataDir,
    encryptionKey: Buffer.alloc(32, 7),
    clock,
    log,
    mode: 'inline',
  })
  const metrics = { attempted() {}, deliveryFinished() {}, eventsAccepted() {} }
  const open: OpenRequest[] = []
  const stopping = new AbortController()
  const rooms = createRooms({ store, clock, ids, metrics, scheduleMs, open, stopping })
  const schedule = new Schedule({
    store,
    clock,
    log,
    maxInFlight,
    windowMax: 32,
    attempt: (turn) => deliver(turn, rooms),
  })
  const lease = new Lease({
    store,
    clock,
    ids,
    log,
    onTerm: (term) => schedule.beginTerm(term),
    onLost: () => schedule.loseTerm(),
  })
  await lease.start()
  store.onWaiting((webhookIds) => schedule.wake(webhookIds))
  const ingest = createIngest({
    store,
    ids,
    metrics,
    backlogMax: 1_000_000,
    leaseOffer: () => schedule.leaseOffer(),
    onAccepted: (claims, waiting, lease) => schedule.offer(claims, waiting, lease),
  })
  return {
    clock,
    ids,
    store,
    schedule,
    lease,
    ingest,
    open,
    chatbot: () => makeChatbot(store, ids.next('chatbot')),
    webhook: (chatbotId: string, name = 'a') =>
      makeWebhook(store, { id: ids.next('webhook'), chatbotId, name }),
    async stop() {
      stopping.abort()
      lease.cut()
      for (const request of open.splice(0)) request.fail('reset')
      await schedule.stop()
      await lease.stop()
      await store.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

type RecorderParts = Parameters<typeof createRecorder>[0]

interface RoomsOptions extends Pick<RecorderParts, 'store' | 'clock' | 'ids' | 'metrics'> {
  scheduleMs: number[] | undefined
  open: OpenRequest[]
  stopping: AbortController
}

function createRooms(options: RoomsOptions): Rooms {
  const { store, clock, ids, metrics, open, stopping } = options
  const random = { ...systemRandom, fraction: () => 0.5 }
  return {
    clock,
    sign: createSign({ version: '0', timeoutMs: 30_000 }),
    send: (request, signal) => holdRequest(open, request, signal),
    judge: createJudge({
      scheduleMs: options.scheduleMs ?? [0, 30_000, 120_000],
      random,
      aheadMs: () => 0,
    }),
    record: createRecorder({
      store,
      clock,
      ids,
      log: silentLog,
      metrics,
      random,
      disableAfterMs: 5 * 86_400_000,
      stopping: stopping.signal,
      cut: stopping.signal,
    }),
  }
}

export type Engine = Awaited<ReturnType<typeof startEngine>>

async function makeChatbot(store: Store, id: string): Promise<string> {
  const leadForm = { fields: [], greeting: '', thanks: '' }
  await store.createChatbot({ id, name: 'Bot', leadForm, allowedOrigins: [] })
  return id
}

async function makeWebhook(
  store: Store,
  { id, chatbotId, name }: { id: string; chatbotId: string; name: string },
): Promise<string> {
  const made = await store.createWebhook(
    webhookValues({
      id,
      chatbotId,
      url: `https://${name}.example/hook`,
      eventTypes: ['lead.submit', 'a.b'],
      secret: generateSecret(systemRandom),
    }),
  )
  if (typeof made === 'string') throw new Error(made)
  return id
}

function holdRequest(
  open: OpenRequest[],
  request: SignedRequest,
  signal: AbortSignal,
): Promise<SendResult> {
  return new Promise((resolve) => {
    const end = (result: SendResult) => {
      const index = open.indexOf(held)
      if (index >= 0) open.splice(index, 1)
      resolve(result)
    }
    const held: OpenRequest = {
      url: request.url,
      id: request.headers.find(([name]) => name === 'webhook-id')?.[1] ?? '',
      body: request.body.toString(),
      answer: (status, { retryAfterMs } = {}) =>
        end({
          kind: 'answered',
          status,
          headers: {},
          body: '',
          note: null,
          durationMs: 1,
          retryAfterMs: retryAfterMs ?? null,
        }),
      fail: (fault) => end({ kind: 'unreachable', fault, message: fault, durationMs: 1 }),
    }
    open.push(held)
    signal.addEventListener('abort', () =>
      end({ kind: 'our-fault', message: 'stopped', durationMs: 1 }),
    )
  })
}
