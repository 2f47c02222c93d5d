/**
 * Main: the only file that joins rooms. It builds them in the order in which an event passes
 * through them, starts them, and stops them in reverse.
 */
import { createApi } from './api/api.ts'
import { examplePayload } from './api/document/event-types.ts'
import { BODY_LIMITS } from './api/server/bodies/body-budget.ts'
import { HEADERS_MS, REQUEST_MS } from './api/server/connection-limits.ts'
import { systemClock } from './clock.ts'
import { deliver, type Rooms } from './deliver.ts'
import { StartError } from './errors.ts'
import { explain } from './explanation.ts'
import { createIds } from './id.ts'
import { createIngest } from './ingest/ingest.ts'
import { Listening } from './listen/listening.ts'
import type { Log } from './log.ts'
import { deriveServerKeys } from './main/server-keys.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { systemRandom } from './random.ts'
import { decide } from './record/decide.ts'
import { createRecord } from './record/record.ts'
import { ClockWatch } from './schedule/clock-watch.ts'
import { Lease } from './schedule/lease.ts'
import { Schedule } from './schedule/schedule.ts'
import { TestSender } from './schedule/test-sender.ts'
import { Upkeep, type UpkeepOptions } from './schedule/upkeep.ts'
import { commonHeaders } from './security-headers.ts'
import { createGuard } from './send/guard.ts'
import { toSendResult } from './send/reported.ts'
import { createSend } from './send/send.ts'
import { wideRanges } from './send/wide-ranges.ts'
import type { Config } from './settings/config.ts'
import type { Keys } from './settings/keys.ts'
import { previewRequest } from './sign/preview.ts'
import { checkSecret, generateSecret } from './sign/secret.ts'
import { createSign } from './sign/sign.ts'
import { openPostgresStore } from './store/postgres/postgres-store.ts'
import { openSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { Store } from './store/store.ts'
import { VERSION } from './version.ts'
import { joinSites } from './web/built-files.ts'
import { openSite } from './web/site.ts'
import { findSiteFolder, findWidgetFolder } from './web/site-folder.ts'
import { openWidgetSite } from './web/widget-site.ts'
import { WEBHOOKS_MAX_PER_CHATBOT } from './webhook.ts'

export interface ServerOptions {
  config: Config
  keys: Keys
  log: Log
  /** The start is given up: it rejects with this signal's reason, and what it opened is closed. */
  giveUp?: AbortSignal
  /** The server can't go on, and nothing inside of it can mend that: the process is to end. */
  onFatal(sentence: string): void
}

export interface Server {
  /** Where it listens: `http://127.0.0.1:8080`. */
  url: string
  /** How browsers reach it. */
  publicUrl: string
  /** Stops accepting, lets open attempts and answers end, gives back leases. */
  stop(): Promise<void>
  /** Ends the open attempts and connections at once, so that `stop` resolves soon. */
  cut(): void
}

export async function startServer(options: ServerOptions): Promise<Server> {
  const metrics = createMetrics()
  const store = await openStore(options, metrics)
  const world = createWorld(options, { store, metrics })
  const delivery = createDelivery(world)
  const api = await openApi(world, delivery)
  const stop = async () => {
    // Together: a client that reads slowly must not keep this node sending, nor its leases.
    await Promise.all([api.close(), delivery.stop()])
    await store.close()
  }
  const cut = () => {
    api.cut()
    delivery.cut()
  }
  try {
    options.giveUp?.throwIfAborted()
    // First: a server whose port is taken must not deliver anything either.
    const { url, publicUrl } = await api.listen()
    options.giveUp?.throwIfAborted()
    await delivery.start()
    options.giveUp?.throwIfAborted()
    api.becomeReady()
    return { url, publicUrl, stop, cut }
  } catch (error) {
    await stop()
    throw error
  }
}

/** `DATABASE_URL` is the only switch: nothing behind this function knows which store it has. */
function openStore(options: ServerOptions, metrics: Metrics): Promise<Store> {
  const { config, keys, log, onFatal } = options
  const { dataDir, databaseUrl, roles } = config
  const { seals: encryptionKey, opens: openingKeys } = keys.encryption
  const shared = { encryptionKey, openingKeys, clock: systemClock, log }
  if (databaseUrl !== null) {
    return openPostgresStore({ ...shared, databaseUrl, nodeRoles: roles })
  }
  return openSqliteStore({
    ...shared,
    dataDir,
    mode: 'threads',
    onCommitted: (durationMs) => metrics.committed(durationMs / 1000),
    onDied: ({ message }) => onFatal(message),
  })
}

type World = ReturnType<typeof createWorld>

function createWorld(
  { config, keys, log }: ServerOptions,
  { store, metrics }: { store: Store; metrics: Metrics },
) {
  const clock = systemClock
  const random = systemRandom
  for (const { range, opens } of wideRanges(config.egressAllow)) {
    const warning = `EGRESS_ALLOW=${range} lets every owner's webhooks reach ${opens.join(', ')}. Public addresses need no entry: name what is meant.`
    log.warn({ range, opens, warning }, 'egress.wide')
  }
  const guard = createGuard({
    allow: config.egressAllow,
    allowLoopback: config.egressAllowLoopback,
    ports: config.egressPortsDeny,
  })
  return {
    config,
    keys,
    log,
    store,
    clock,
    random,
    guard,
    ids: createIds(clock, random),
    metrics,
    sign: createSign({ version: VERSION, timeoutMs: config.deliveryTimeoutMs }),
  }
}

type Delivery = ReturnType<typeof createDelivery>

/** schedule ──► sign ──► send ──► record */
function createDelivery(world: World) {
  const { config, store, clock, random, ids, log, metrics, sign, guard } = world
  const delivers = config.roles.includes('deliver')
  const stopping = new AbortController()
  const cut = new AbortController()
  const sender = createSend({ clock, random, guard, proxy: config.egressProxy })
  const rooms: Rooms = {
    clock,
    sign,
    send: (request, signal, isLive) => sender.send(request, signal, isLive),
    decide: (input) =>
      watch.allow(
        decide({ ...input, scheduleMs: config.retryScheduleMs, draw: random.fraction() }),
      ),
    record: createRecord({
      store,
      clock,
      ids,
      random,
      log,
      metrics,
      disableAfterMs: config.disableAfterMs,
      stopping: stopping.signal,
      cut: cut.signal,
    }),
  }
  const schedule = new Schedule({
    store,
    clock,
    log,
    maxInFlight: config.maxInFlight,
    windowMax: config.maxInFlightPerWebhook,
    onGivenBack: () => upkeep.nudge(),
    attempt: (turn) => deliver(turn, rooms),
  })
  const listening = new Listening({
    store,
    clock,
    ids,
    sign,
    decide: rooms.decide,
    record: rooms.record,
    timeoutMs: config.deliveryTimeoutMs,
    patienceMs: config.leaseMs / 2,
  })
  const wake = (webhookIds: string[]) => {
    schedule.wake(webhookIds)
    listening.wake(webhookIds)
  }
  const tests = new TestSender({
    store,
    ids,
    exampleOf: (eventType) => JSON.stringify(examplePayload(eventType)),
    attempt: (turn) => deliver(turn, rooms),
  })
  const upkeep = new Upkeep({
    store,
    clock,
    log,
    retentionMs: config.retentionMs,
    leadRetentionMs: config.leadRetentionMs,
    leaseMs: config.leaseMs,
    clockAheadMs: () => watch.aheadMs(),
    keys: watchKeys(world),
    onResumed: wake,
    onLiveNodes: (count) => schedule.shareAmong(count),
  })
  const watch = new ClockWatch({
    clock,
    log,
    onJump(byMs) {
      if (!delivers) return
      if (byMs < 0) upkeep.clockSetBack(-byMs)
      else upkeep.clockSetForward()
    },
  })
  const lease = new Lease({
    store,
    clock,
    ids,
    log,
    leaseMs: config.leaseMs,
    onTerm(term) {
      if (delivers) schedule.beginTerm(term)
      tests.beginTerm(term)
    },
    onLost: () => schedule.loseTerm(),
  })
  store.onUncertain(() => lease.doubt())
  store.onWaiting(wake)
  store.onChange((change) => {
    if (change.type !== 'webhook.updated' || change.aspect !== 'settings') return
    upkeep.nudge()
    listening.settingsChanged(change.webhookId)
  })
  return {
    schedule,
    listening,
    tests,
    upkeep,
    async start() {
      await lease.start()
      watch.start()
      if (delivers) upkeep.start()
    },
    async stop() {
      stopping.abort()
      watch.stop()
      await upkeep.stop()
      await Promise.all([schedule.stop(), tests.stop()])
      await lease.stop()
      await sender.close()
    },
    /** Open attempts end as a fault of ours; what waits for the store waits no longer. */
    cut() {
      lease.cut()
      cut.abort()
    },
  }
}

/** The embedded store's key files, which `keys rotate` changes beside a running server. */
function watchKeys({ keys, store, config, log }: World): NonNullable<UpkeepOptions['keys']> | null {
  const files = keys.encryptionFiles
  if (files === null) return null
  return {
    async refresh() {
      const changed = files.readIfChanged()
      if (changed === null) return
      await store.useKeys({ ...changed, opens: [...changed.opens, ...config.openingKeys] })
      log.info({}, 'keys.changed')
    },
    onAllResealed: () => files.forgetOthers(),
  }
}

/** api ──► ingest ──► store */
async function openApi(world: World, { schedule, listening, tests, upkeep }: Delivery) {
  const { config, keys, store, clock, ids, log, metrics, sign, guard, random } = world
  let ready = false
  let publicUrl = config.publicUrl ?? ''
  const headers = commonHeaders({ publicUrl })
  metrics.observe({
    inFlight: () => schedule.counts().inFlight,
    lanes: () => schedule.counts().lanes,
    queued: () => schedule.counts().queued,
    backlog: () => store.backlog(),
  })
  const ingest = createIngest({
    store,
    ids,
    metrics,
    backlogMax: config.maxBacklog,
    leaseOffer: () => schedule.leaseOffer(),
    onAccepted(claims, waiting, lease) {
      schedule.offer(claims, waiting, lease)
      listening.wake(waiting)
    },
  })
  const api = await createApi({
    store,
    ingest,
    metrics,
    clock,
    ids,
    random,
    log,
    checkSecret,
    sendTest: (webhookId, eventType) => tests.send(webhookId, eventType),
    listening,
    readReport: toSendResult,
    previewRequest: (detail) => previewRequest(detail, sign, clock.now()),
    explain: ({ delivery, attempts, webhook }) =>
      explain({
        delivery,
        webhookState: webhook?.state ?? null,
        webhookRest: webhook?.state === 'active' ? webhook.rest : null,
        ratePerSecond: webhook?.ratePerSecond ?? null,
        lastAttempt: attempts.at(-1),
        attemptsMax: config.retryScheduleMs.length,
        nowMs: clock.now(),
      }),
    checkUrl: (url) => guard.checkUrl(url),
    onRecovery: () => upkeep.nudge(),
    generateSecret: () => generateSecret(random),
    site: joinSites(
      openWidgetSite({ folder: findWidgetFolder(), headers }),
      openSite({ folder: findSiteFolder(), random, headers }),
    ),
    config: {
      get publicUrl() {
        return publicUrl
      },
      adminKey: keys.adminKey,
      version: VERSION,
      trustedProxies: config.trustedProxies,
      ...deriveServerKeys(store.serverSecret),
      ratePerKey: config.ratePerKey,
      connections: {
        max: config.maxConnections,
        perAddressMax: config.maxConnectionsPerAddress,
        headersMs: HEADERS_MS,
        requestMs: REQUEST_MS,
      },
      bodies: BODY_LIMITS,
      retryScheduleMs: config.retryScheduleMs,
      healthOnly: !config.roles.includes('api'),
      webhooksMaxPerChatbot: WEBHOOKS_MAX_PER_CHATBOT,
    },
    isReady: () => ready,
  })
  return {
    async listen() {
      const { host, port } = config
      const url = await api.listen({ host, port }).catch((error) => {
        throw listenError(error, config)
      })
      publicUrl ||= `http://localhost:${new URL(url).port || '80'}`
      return { url, publicUrl }
    },
    becomeReady() {
      ready = true
    },
    close() {
      ready = false
      listening.stop()
      return api.close()
    },
    cut: () => api.cut(),
  }
}

/** What an operator gets wrong with HOST and PORT, in one sentence. */
function listenError(error: NodeJS.ErrnoException, { host, port }: Config): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        `PORT ${port} on ${host} is taken by another program; stop it, or set PORT to a free one.`,
      )
    case 'EACCES':
      return new StartError(`PORT ${port} may not be used by this user; choose one above 1023.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`HOST ${host} is no address of this machine.`)
    default:
      return error
  }
}
