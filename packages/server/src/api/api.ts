/**
 * The HTTP API: one file for each resource, one list of routes that makes both the server and its
 * OpenAPI document. It checks shapes, asks the rooms through `ApiDeps`, and presents what they say.
 * It never answers 202 before `ingest` has resolved, never shows a secret where it isn't asked for
 * one, and never answers anything but JSON to what went wrong.
 */
import type { FastifyInstance } from 'fastify'
import { commonHeaders } from '../security-headers.ts'
import { createAnswerSlots } from './answer-slots.ts'
import { apiKeyRoutes } from './api-keys.ts'
import { auditLogRoutes } from './audit-log.ts'
import { createAuth, rootMarkOf } from './auth.ts'
import { type ChangeFeed, createChangeFeed } from './change-feed.ts'
import { chatbotRoutes } from './chatbots.ts'
import { createCredentials } from './credentials.ts'
import { createCursors } from './cursor.ts'
import { deliveryRoutes } from './deliveries.ts'
import type { ApiDeps } from './deps.ts'
import { docsRoutes } from './docs.ts'
import { eventTypeRoutes } from './event-types.ts'
import { eventRoutes } from './events.ts'
import { healthRoutes } from './health.ts'
import { createHttpServer } from './http-server.ts'
import { integrationConversationRoutes } from './integration-conversations.ts'
import { integrationLeadRoutes } from './integration-leads.ts'
import { integrationWebhookRoutes } from './integration-webhooks.ts'
import { readJsonBodies } from './json-body.ts'
import { leadRoutes } from './leads.ts'
import { listenerRoutes } from './listeners.ts'
import { LoopTurns } from './loop-turns.ts'
import { answerUnknownRoutes } from './not-found.ts'
import { ownerLinkRoutes } from './owner-links.ts'
import { recoveryRoutes } from './recoveries.ts'
import { createRequestLimits, type RequestLimits } from './request-limits.ts'
import { mountRoute, type Route } from './route.ts'
import { type SessionDeps, sessionRoutes } from './sessions.ts'
import { createTellFailure } from './sign-in-failures.ts'
import { statsRoutes } from './stats.ts'
import { streamRoutes } from './stream.ts'
import { webhookActionRoutes } from './webhook-actions.ts'
import { webhookSecretRoutes } from './webhook-secrets.ts'
import { webhookRoutes } from './webhooks.ts'
import { widgetRoutes } from './widget.ts'

/** Ready to listen; `close()` ends the streams and waits, in bounds, for what is being answered. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { store, ids, metrics, log, config, clock } = deps
  const headers = commonHeaders(config)
  const limits = createRequestLimits({ clock, metrics, ratePerKey: config.ratePerKey })
  const { app, connections, continues } = createHttpServer({
    ...{ headers, metrics, clock, log },
    trustedProxies: config.trustedProxies,
    connections: config.connections,
  })
  readJsonBodies(app, {
    ...{ continues, metrics, clock, limits: config.bodies },
    turns: new LoopTurns(),
  })
  const feed = createChangeFeed(deps)
  app.addHook('preClose', (done) => {
    feed.close()
    done()
  })
  const { authenticate, ...access } = createAccess(deps, limits)
  access.credentials.onForget(() => feed.recheck())
  const routes = config.healthOnly ? healthRoutes(deps) : apiRoutes(deps, { feed, limits, access })
  const slots = createAnswerSlots({ clock, metrics })
  for (const route of routes) {
    const shared = { authenticate, owners: store, ids, connections, limits, slots, metrics, log }
    mountRoute(app, route, shared)
  }
  answerUnknownRoutes(app, {
    ...{ routes, metrics, log },
    site: config.healthOnly ? null : deps.site,
  })
  app.decorate('cut', () => connections.cut())
  await app.ready()
  return app
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Ends every connection at once, answered or not, so that `close` resolves. */
    cut(): void
  }
}

/** Who calls, and what sign-in needs to know of it. */
function createAccess(
  { store, clock, log, metrics, config }: ApiDeps,
  { authFailures }: RequestLimits,
) {
  const { adminKey, rootMarkKey } = config
  const rootMark = rootMarkOf({ adminKey, sealKey: rootMarkKey })
  const credentials = createCredentials({ store, clock, log, rootMark })
  const tellFailure = createTellFailure({ metrics, authFailures })
  const auth = createAuth({ adminKey, rootMark, credentials, tellFailure, config })
  return { ...auth, rootMark, credentials, tellFailure, refuseGuesser: authFailures.check }
}

export interface ApiParts {
  feed: ChangeFeed
  limits: RequestLimits
  access: Omit<SessionDeps, 'deps'>
}

export function apiRoutes(deps: ApiDeps, { feed, limits, access }: ApiParts): Route[] {
  const { credentials } = access
  const cursors = createCursors(deps.config.cursorKey)
  const routes = [
    ...chatbotRoutes(deps, cursors, credentials),
    ...webhookRoutes(deps, cursors),
    ...webhookSecretRoutes(deps),
    ...webhookActionRoutes(deps),
    ...listenerRoutes(deps),
    ...recoveryRoutes(deps),
    ...leadRoutes(deps, cursors),
    ...eventRoutes(deps),
    ...eventTypeRoutes(),
    ...deliveryRoutes(deps, cursors),
    ...integrationLeadRoutes(deps),
    ...integrationConversationRoutes(deps),
    ...integrationWebhookRoutes(deps),
    ...statsRoutes(deps),
    ...streamRoutes(feed, { metrics: deps.metrics, holds: credentials.holds }),
    ...apiKeyRoutes(deps, cursors, credentials),
    ...ownerLinkRoutes(deps),
    ...sessionRoutes({ deps, ...access }),
    ...auditLogRoutes(deps, cursors),
    ...widgetRoutes(deps, limits),
    ...healthRoutes(deps),
  ]
  return [...routes, ...docsRoutes(routes, deps.config)]
}
