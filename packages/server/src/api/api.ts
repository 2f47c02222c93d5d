/**
 * The HTTP API: one file for each resource, one list of routes that makes both the server and its
 * OpenAPI document. It checks shapes, asks the rooms through `ApiDeps`, and presents what they say.
 * It never answers 202 before `ingest` has resolved, never shows a secret where it isn't asked for
 * one, and never answers anything but JSON to what went wrong.
 */
import type { FastifyInstance } from 'fastify'
import { commonHeaders } from '../security-headers.ts'
import { createAuth, rootMarkOf } from './access/auth.ts'
import { createCredentials } from './access/credentials.ts'
import { createRequestLimits, type RequestLimits } from './access/request-limits.ts'
import { createTellFailure } from './access/sign-in-failures.ts'
import type { ApiDeps } from './deps.ts'
import { docsRoutes } from './document/docs.ts'
import { eventTypeRoutes } from './document/event-types.ts'
import { mountRoute, type Route } from './route.ts'
import { apiKeyRoutes } from './routes/access/api-keys.ts'
import { auditLogRoutes } from './routes/access/audit-log.ts'
import { ownerLinkRoutes } from './routes/access/owner-links.ts'
import { type SessionDeps, sessionRoutes } from './routes/access/sessions.ts'
import { bulkRoutes } from './routes/bulk.ts'
import { chatbotRoutes } from './routes/chatbots.ts'
import { deliveryRoutes } from './routes/deliveries.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { integrationConversationRoutes } from './routes/integrations/conversations.ts'
import { integrationLeadRoutes } from './routes/integrations/leads.ts'
import { integrationWebhookRoutes } from './routes/integrations/webhooks.ts'
import { leadRoutes } from './routes/leads.ts'
import { listenerRoutes } from './routes/listeners.ts'
import { answerUnknownRoutes } from './routes/not-found.ts'
import { previewRoutes } from './routes/preview.ts'
import { leadStatsRoutes } from './routes/stats/lead-stats.ts'
import { statsRoutes } from './routes/stats/stats.ts'
import { type ChangeFeed, createChangeFeed } from './routes/stream/change-feed.ts'
import { streamRoutes } from './routes/stream/stream.ts'
import { givenUpRoutes } from './routes/webhooks/given-up.ts'
import { recoveryRoutes } from './routes/webhooks/recoveries.ts'
import { webhookActionRoutes } from './routes/webhooks/webhook-actions.ts'
import { webhookHealthRoutes } from './routes/webhooks/webhook-health.ts'
import { webhookSecretRoutes } from './routes/webhooks/webhook-secrets.ts'
import { webhookRoutes } from './routes/webhooks/webhooks.ts'
import { createAnswerSlots } from './server/answers/answer-slots.ts'
import { LoopTurns } from './server/answers/loop-turns.ts'
import { readJsonBodies } from './server/bodies/json-body.ts'
import { createHttpServer } from './server/http-server.ts'
import { createCursors } from './shapes/cursor.ts'
import { widgetRoutes } from './widget/widget.ts'

/** Ready to listen; `close()` ends the streams and waits, in bounds, for what is being answered. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { store, ids, metrics, log, config, clock, random } = deps
  const headers = commonHeaders(config)
  const limits = createRequestLimits({ clock, metrics, ratePerKey: config.ratePerKey })
  const { app, connections, continues } = createHttpServer({
    headers,
    metrics,
    clock,
    random,
    log,
    trustedProxies: config.trustedProxies,
    connections: config.connections,
  })
  readJsonBodies(app, {
    continues,
    metrics,
    clock,
    limits: config.bodies,
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
    routes,
    metrics,
    log,
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

interface ApiParts {
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
    ...webhookHealthRoutes(deps, cursors),
    ...recoveryRoutes(deps),
    ...givenUpRoutes(deps),
    ...leadRoutes(deps, cursors),
    ...eventRoutes(deps, cursors),
    ...previewRoutes(deps),
    ...eventTypeRoutes(),
    ...bulkRoutes(deps, cursors),
    ...deliveryRoutes(deps, cursors),
    ...integrationLeadRoutes(deps),
    ...integrationConversationRoutes(deps),
    ...integrationWebhookRoutes(deps),
    ...statsRoutes(deps),
    ...leadStatsRoutes(deps),
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
