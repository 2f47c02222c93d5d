/** Holds every answer of every test against what the document says of its route. */
import { deepStrictEqual } from 'node:assert'
import type { RequestLimits } from '../../src/api/access/request-limits.ts'
import { apiRoutes } from '../../src/api/api.ts'
import type { ApiDeps } from '../../src/api/deps.ts'
import { errorCodes } from '../../src/api/document/openapi.ts'
import type { Route } from '../../src/api/route.ts'
import { ERROR_CODES, type ErrorCode } from '../../src/api/shapes/error-codes.ts'
import { errorSchema } from '../../src/api/shapes/schemas.ts'
import { createMetrics } from '../../src/metrics.ts'

/** Routes to look at, not to call. */
export function describedRoutes(): Route[] {
  const sealing = { cursorKey: Buffer.alloc(32), widgetKey: Buffer.alloc(32) }
  const config = { publicUrl: 'http://localhost:8080', version: '0.0.0', retryScheduleMs: [0] }
  const deps = { config: { ...config, ...sealing }, metrics: createMetrics() }
  const feed = { hasRoom: () => true, open() {}, recheck() {}, close() {} }
  const access = { rootMark: '', credentials: {}, recognise: () => null, tellFailure() {} }
  const parts = { feed, limits: {} as RequestLimits, access: access as never }
  return apiRoutes(deps as unknown as ApiDeps, parts)
}

const routes = describedRoutes()

function routeOf(method: string, path: string): Route | undefined {
  return routes.find(
    (route) =>
      route.method === method &&
      new RegExp(`^${route.path.replace('{id}', '[^/]+').replaceAll('.', '\\.')}$`).test(path),
  )
}

/** Throws where an answer has a field, a status or a code that its route doesn't document. */
export function assertDocumented(answer: {
  method: string
  path: string
  status: number
  json: unknown
}) {
  const { method, path, status, json } = answer
  const route = routeOf(method, path)
  if (status >= 400) return assertDocumentedError(route, status, json)
  if (!route) throw new Error(`${method} ${path} answered ${status}, but is not documented`)
  deepStrictEqual(status, route.answer.status, `${method} ${path}`)
  if (!route.answer.schema) return
  deepStrictEqual(route.answer.schema.parse(json), json, `${method} ${path} as its schema says`)
}

function assertDocumentedError(route: Route | undefined, status: number, json: unknown) {
  const error = errorSchema.parse(json)
  deepStrictEqual(error, json, 'an error answer has no other fields')
  deepStrictEqual(error.statusCode, status)
  const code = error.code as ErrorCode
  deepStrictEqual(ERROR_CODES[code]?.[0], status, `the catalogue lists ${code} with its status`)
  const anywhere: ErrorCode[] = [
    'bad_request',
    'not_found',
    'method_not_allowed',
    'url_too_long',
    'headers_too_large',
  ]
  if (!route || anywhere.includes(code)) return
  if (!errorCodes(route).includes(code)) {
    throw new Error(`${route.operationId} answered ${code}, which its document does not list`)
  }
}
