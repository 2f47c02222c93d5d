/**
 * The HTTP API: one file for each resource, one list of routes that makes both the server and its
 * OpenAPI document. It checks shapes, asks the rooms through `ApiDeps`, and presents what they say.
 * It never answers 202 before `ingest` has resolved, never shows a secret where it isn't asked for
 * one, and never answers anything but JSON to what went wrong.
 */
import type { FastifyInstance } from 'fastify'
import { createAuthenticate } from './auth.ts'
import { type ChangeFeed, createChangeFeed } from './change-feed.ts'
import { chatbotRoutes } from './chatbots.ts'
import { createCursors } from './cursor.ts'
import { deliveryRoutes } from './deliveries.ts'
import type { ApiDeps } from './deps.ts'
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
  const cursors = createCursors(deps.config.cursorKeys)
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
