/** For whoever watches the process: is it alive, can it work, how is it doing. */
import { z } from 'zod'
import { sleep } from '../../clock.ts'
import { StoreUnavailable } from '../../errors.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { apiError } from '../shapes/error-answer.ts'

/** A store that hangs is as good as away. */
const PING_TIMEOUT_MS = 2_000

const statusSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Status' })

export function healthRoutes(deps: ApiDeps): Route[] {
  return [liveRoute(), readyRoute(deps), metricsRoute(deps)]
}

function liveRoute(): Route {
  return defineRoute({
    method: 'GET',
    path: '/healthz',
    operationId: 'getLiveness',
    tag: 'Server',
    summary: 'Is the process alive',
    access: 'public',
    answer: {
      status: 200,
      description: 'It is.',
      schema: statusSchema,
      example: { status: 'ok' },
    },
    handle: () => ({ status: 'ok' }),
  })
}

function readyRoute({ store, clock, isReady }: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/readyz',
    operationId: 'getReadiness',
    tag: 'Server',
    summary: 'Can it take requests',
    description: 'Fails while the server starts or stops, and while its store can not commit.',
    access: 'public',
    answer: {
      status: 200,
      description: 'It can.',
      schema: statusSchema,
      example: { status: 'ok' },
    },
    errors: ['not_ready'],
    async handle() {
      if (!isReady()) throw apiError('not_ready', 'The server is starting or stopping')
      const ending = new AbortController()
      const late = sleep(clock, PING_TIMEOUT_MS, ending.signal).then(() => {
        if (ending.signal.aborted) return
        throw apiError('not_ready', `The store did not answer within ${PING_TIMEOUT_MS} ms`)
      })
      try {
        await Promise.race([store.ping(), late])
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || error.shown === null) throw error
        throw apiError('store_unavailable', error.shown)
      } finally {
        ending.abort()
      }
      return { status: 'ok' }
    },
  })
}

function metricsRoute({ metrics }: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/metrics',
    operationId: 'getMetrics',
    tag: 'Server',
    summary: 'Metrics for Prometheus',
    description:
      'Needs the key, like the API: give it to Prometheus as `authorization: { credentials_file: … }`.',
    access: 'operator',
    answer: {
      status: 200,
      description: 'Prometheus text format.',
      contentType: metrics.contentType,
      example:
        '# TYPE chatzuri_events_accepted_total counter\nchatzuri_events_accepted_total 118\n',
    },
    async handle({ reply }) {
      return reply.header('content-type', metrics.contentType).send(await metrics.text())
    },
  })
}
