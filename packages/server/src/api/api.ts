/**
 * The HTTP API: one file for each resource, one list of routes that makes both the server and its
 * OpenAPI document. It checks shapes, asks the rooms through `ApiDeps`, and presents what they say.
 * It never answers 202 before `ingest` has resolved, never shows a secret where it isn't asked for
 * one, and never answers anything but JSON to what went wrong.
 */
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Attempt } from '../delivery.ts'
import type { Ids } from '../id.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { DeliveryDetail, Store } from '../store/store.ts'
import { createAuthenticate } from './auth.ts'
import { type ChangeFeed, createChangeFeed } from './change-feed.ts'
import { chatbotRoutes } from './chatbots.ts'
import { createCursors } from './cursor.ts'
import { deliveryRoutes } from './deliveries.ts'
import { docsRoutes } from './docs.ts'
import { eventTypeRoutes } from './event-types.ts'
import { eventRoutes } from './events.ts'
import { healthRoutes } from './health.ts'
import { createHttpServer } from './http-server.ts'
import { readJsonBodies } from './json-body.ts'
import { leadRoutes } from './leads.ts'
import { answerUnknownRoutes } from './not-found.ts'
import { recoveryRoutes } from './recoveries.ts'
import { mountRoute, type Route } from './route.ts'
import { statsRoutes } from './stats.ts'
import { streamRoutes } from './stream.ts'
import { webhookActionRoutes } from './webhook-actions.ts'
import { webhookSecretRoutes } from './webhook-secrets.ts'
import { webhookRoutes } from './webhooks.ts'

/** All that the API needs of the other rooms and the world; `main.ts` gives it. */
export interface ApiDeps {
  store: Store
  /** Both check what a body means, and throw an `ApiError` for what they can't take. */
  ingest: {
    acceptLead(
      chatbotId: string,
      lead: LeadFields,
      idempotencyKey: string | null,
    ): Promise<{ leadId: string; conversationId: string; eventId: string }>
    acceptEvents(
      chatbotId: string,
      events: { eventType: string; payload: Record<string, unknown> }[],
      options: { route: 'events' | 'events/batch'; idempotencyKey: string | null },
    ): Promise<{ eventIds: string[] }>
  }
  /** Sends one example now; null: no such webhook. Default type: the webhook's first. */
  sendTest(
    webhookId: string,
    eventType?: string,
  ): Promise<{ deliveryId: string; attempt: Attempt } | null>
  /** What is sent, with the owner's own values masked; null: there is nothing left to send. */
  previewRequest(detail: DeliveryDetail): RequestPreview | null
  /** One plain sentence. */
  explain(detail: DeliveryDetail): string
  /** The egress guard's word on an address, at set-up time. */
  checkUrl(url: URL): { reason: string; message: string } | null
  /** A recovery was created: it need not wait for the clock. */
  onRecovery(): void
  generateSecret(): string
  /** Null: fine; else why not, as a sentence. */
  checkSecret(secret: string): string | null
  config: ApiConfig
  metrics: Metrics
  clock: Clock
  ids: Ids
  log: Log
  /** False while the server starts or stops. */
  isReady(): boolean
}

export interface LeadFields {
  conversationId?: string | null
  customerName?: string | null
  customerEmail?: string | null
  customerPhone?: string | null
}

export interface RequestPreview {
  method: 'POST'
  url: string
  headers: Record<string, string>
  body: string
}

export interface ApiConfig {
  /** Without a trailing slash. */
  publicUrl: string
  adminKey: string
  version: string
  /** CIDRs whose `X-Forwarded-*` is believed. */
  trustedProxies: string[]
  /** Seals cursors; nodes of one server share it. */
  cursorKey: Buffer
  retryScheduleMs: number[]
  webhooksMaxPerChatbot: number
  /** A server that only delivers answers who watches it, and nothing else. */
  healthOnly: boolean
}

/** Ready to listen; `close()` ends the streams and waits for requests that are being answered. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { metrics, log, config } = deps
  const { app, isClosing } = createHttpServer({ trustedProxies: config.trustedProxies, log })
  readJsonBodies(app)
  const feed = createChangeFeed(deps)
  app.addHook('preClose', (done) => {
    feed.close()
    done()
  })
  const routes = config.healthOnly ? healthRoutes(deps) : apiRoutes(deps, feed)
  const authenticate = createAuthenticate(config.adminKey)
  for (const route of routes) {
    mountRoute(app, route, { authenticate, isClosing, metrics, log })
  }
  answerUnknownRoutes(app, routes)
  await app.ready()
  return app
}

export function apiRoutes(deps: ApiDeps, feed: ChangeFeed): Route[] {
  const cursors = createCursors(deps.config.cursorKey)
  const routes = [
    ...chatbotRoutes(deps, cursors),
    ...webhookRoutes(deps, cursors),
    ...webhookSecretRoutes(deps),
    ...webhookActionRoutes(deps),
    ...recoveryRoutes(deps),
    ...leadRoutes(deps, cursors),
    ...eventRoutes(deps),
    ...eventTypeRoutes(),
    ...deliveryRoutes(deps, cursors),
    ...statsRoutes(deps),
    ...streamRoutes(feed),
    ...healthRoutes(deps),
  ]
  return [...routes, ...docsRoutes(routes, deps.config)]
}
