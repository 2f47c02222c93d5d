/** The API over a real store and the real ingest, without an engine: deliveries stay where they are. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { createApi } from '../../src/api/api.ts'
import type { ApiDeps } from '../../src/api/deps.ts'
import { examplePayload } from '../../src/api/document/event-types.ts'
import { BODY_LIMITS } from '../../src/api/server/bodies/body-budget.ts'
import { type Clock, systemClock } from '../../src/clock.ts'
import { createIds } from '../../src/id.ts'
import { createIngest } from '../../src/ingest/ingest.ts'
import { Listening } from '../../src/listen/listening.ts'
import { silentLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { systemRandom } from '../../src/random.ts'
import { createJudge } from '../../src/record/judge.ts'
import { createRecorder } from '../../src/record/record.ts'
import { toSendResult } from '../../src/send/reported.ts'
import { previewClaim, previewRequest } from '../../src/sign/preview.ts'
import { checkSecret, generateSecret } from '../../src/sign/secret.ts'
import { createSign } from '../../src/sign/sign.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { ADMIN_KEY, type Call, createCall } from './client.ts'

interface ApiAlone {
  url: string
  call: Call
  store: Store
  app: FastifyInstance
}

/** `change` replaces what a test wants to be different. */
const SIGN = createSign({ version: '0.1.0', timeoutMs: 30_000 })

export async function startApiAlone(
  change: (deps: ApiDeps) => Partial<ApiDeps> = () => ({}),
  clock: Clock = systemClock,
  { listenPatienceMs = 15_000 }: { listenPatienceMs?: number } = {},
): Promise<ApiAlone> {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatzuri-api-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const encryptionKey = Buffer.alloc(32, 1)
  const store = await openSqliteStore({ dataDir, encryptionKey, clock, mode: 'inline' })
  onTestFinished(() => store.close())
  const deps = createDeps(store, { clock, listenPatienceMs })
  const app = await createApi({ ...deps, ...change(deps) })
  onTestFinished(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, call: createCall(url), store, app }
}

const CONFIG: ApiDeps['config'] = {
  publicUrl: 'http://localhost:8080',
  adminKey: ADMIN_KEY,
  version: '0.1.0',
  trustedProxies: [],
  cursorKey: Buffer.alloc(32, 2),
  widgetKey: Buffer.alloc(32, 3),
  rootMarkKey: Buffer.alloc(32, 4),
  ratePerKey: null,
  connections: { max: 2_000, perAddressMax: 1_000, headersMs: 10_000, requestMs: 30_000 },
  bodies: BODY_LIMITS,
  retryScheduleMs: [0, 30_000],
  retentionMs: 30 * 86_400_000,
  webhooksMaxPerChatbot: 3,
  healthOnly: false,
}

function createDeps(
  store: Store,
  { clock, listenPatienceMs }: { clock: Clock; listenPatienceMs: number },
): ApiDeps {
  const ids = createIds(clock, systemRandom)
  const metrics = createMetrics()
  return {
    store,
    ingest: createIngest({
      store,
      ids,
      metrics,
      backlogMax: 1_000_000,
      leaseOffer: () => null,
      onAccepted() {},
    }),
    sendTest: async () => null,
    listening: new Listening({
      store,
      clock,
      ids,
      sign: SIGN,
      judge: createJudge({
        scheduleMs: [0, 30_000],
        random: { fraction: () => 0.5 },
        aheadMs: () => 0,
      }),
      record: createRecorder({
        store,
        clock,
        ids,
        metrics,
        log: silentLog,
        disableAfterMs: 60_000,
        random: systemRandom,
        stopping: new AbortController().signal,
        cut: new AbortController().signal,
      }),
      timeoutMs: 30_000,
      patienceMs: listenPatienceMs,
    }),
    readReport: toSendResult,
    previewRequest: (detail) => previewRequest(detail, SIGN, 0),
    previewClaim: (claim, by) => previewClaim(SIGN, claim, { ...by, nowMs: 0 }),
    examplePayload,
    explain: ({ delivery }) => `It is ${delivery.state}.`,
    checkUrl: ({ hostname }) =>
      hostname === '10.0.0.1'
        ? { reason: 'private-address', message: '10.0.0.1 is a private address; see EGRESS_ALLOW' }
        : null,
    onResending() {},
    site: { answer: async () => null },
    generateSecret: () => generateSecret(systemRandom),
    checkSecret,
    config: CONFIG,
    metrics,
    clock,
    ids,
    random: systemRandom,
    log: silentLog,
    isReady: () => true,
  }
}
