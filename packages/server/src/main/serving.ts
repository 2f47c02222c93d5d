import { createApi } from '../api/api.ts'
import type { ApiConfig, ApiDeps } from '../api/deps.ts'
import { examplePayload } from '../api/document/event-types.ts'
import { BODY_LIMITS } from '../api/server/bodies/body-budget.ts'
import { HEADERS_MS, REQUEST_MS } from '../api/server/connection-limits.ts'
import { StartError } from '../errors.ts'
import { explain } from '../explanation.ts'
import { createIngest } from '../ingest/ingest.ts'
import { commonHeaders } from '../security-headers.ts'
import { toSendResult } from '../send/reported.ts'
import type { Config } from '../settings/config.ts'
import { previewClaim, previewRequest } from '../sign/preview.ts'
import { checkSecret, generateSecret } from '../sign/secret.ts'
import type { DeliveryDetail } from '../store/store.ts'
import { VERSION } from '../version.ts'
import { joinSites } from '../web/built-files.ts'
import { openNotFoundSite } from '../web/not-found-page.ts'
import { openSite } from '../web/site.ts'
import { findSiteFolder, findWidgetFolder } from '../web/site-folder.ts'
import { openWidgetSite } from '../web/widget-site.ts'
import { WEBHOOKS_MAX_PER_CHATBOT } from '../webhook.ts'
import type { Delivering } from './delivering.ts'
import { deriveServerKeys } from './server-keys.ts'
import type { Shared } from './shared.ts'

interface Serving {
  /** Where it listens, and how browsers reach it. */
  listen(): Promise<{ url: string; publicUrl: string }>
  becomeReady(): void
  close(): Promise<void>
  cut(): void
}

/** How this server stands to those who ask it: changes while it starts and stops. */
interface State {
  ready: boolean
  publicUrl: string
}

/** api ──► ingest ──► store */
export async function createServing(shared: Shared, delivering: Delivering): Promise<Serving> {
  const { config } = shared
  const state: State = { ready: false, publicUrl: config.publicUrl ?? '' }
  observe(shared, delivering)
  const api = await createApi(apiDeps(shared, delivering, state))
  return {
    async listen() {
      const { host, port } = config
      const url = await api.listen({ host, port }).catch((error) => {
        throw listenError(error, config)
      })
      state.publicUrl ||= `http://localhost:${new URL(url).port || '80'}`
      return { url, publicUrl: state.publicUrl }
    },
    becomeReady() {
      state.ready = true
    },
    close() {
      state.ready = false
      delivering.listening.stop()
      return api.close()
    },
    cut: () => api.cut(),
  }
}

function observe({ metrics, store }: Shared, { counts }: Delivering): void {
  metrics.observe({
    inFlight: () => counts().inFlight,
    lanes: () => counts().lanes,
    queued: () => counts().queued,
    backlog: () => store.backlog(),
  })
}

function apiDeps(shared: Shared, delivering: Delivering, state: State): ApiDeps {
  const { config, store, clock, ids, log, metrics, sign, guard, random } = shared
  const { tests, listening, settling } = delivering
  return {
    store,
    ingest: createIngest({
      store,
      ids,
      metrics,
      backlogMax: config.maxBacklog,
      leaseOffer: delivering.leaseOffer,
      onAccepted: delivering.accepted,
    }),
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
    previewClaim: (claim, by) => previewClaim(sign, claim, { ...by, nowMs: clock.now() }),
    examplePayload,
    explain: (detail) => explainDetail(shared, detail),
    checkUrl: (url) => guard.checkUrl(url),
    onResending: () => settling.nudge(),
    generateSecret: () => generateSecret(random),
    site: openSites(shared, state),
    config: apiConfig(shared, state),
    isReady: () => state.ready,
  }
}

function explainDetail({ config, clock }: Shared, detail: DeliveryDetail): string {
  const { delivery, attempts, webhook } = detail
  return explain({
    delivery,
    webhookState: webhook?.state ?? null,
    webhookRest: webhook?.state === 'active' ? webhook.rest : null,
    ratePerSecond: webhook?.ratePerSecond ?? null,
    lastAttempt: attempts.at(-1),
    attemptsMax: config.retryScheduleMs.length,
    nowMs: clock.now(),
  })
}

function openSites({ random, store }: Shared, { publicUrl }: State): ApiDeps['site'] {
  const headers = commonHeaders({ publicUrl })
  return joinSites(
    openWidgetSite({ folder: findWidgetFolder(), headers, publicUrl, store }),
    openSite({ folder: findSiteFolder(), random, headers }),
    openNotFoundSite(headers),
  )
}

function apiConfig({ config, keys, store }: Shared, state: State): ApiConfig {
  return {
    get publicUrl() {
      return state.publicUrl
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
    retentionMs: config.retentionMs,
    healthOnly: !config.roles.includes('api'),
    webhooksMaxPerChatbot: WEBHOOKS_MAX_PER_CHATBOT,
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
