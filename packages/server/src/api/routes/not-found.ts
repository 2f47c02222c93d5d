/** What no route takes: the dashboard, another method than the path has (405), no such path (404). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import type { Route } from '../route.ts'
import { type AnswerWatch, observeAnswer } from '../server/observe-answer.ts'
import { apiError } from '../shapes/error-answer.ts'

/** In place of a pattern, which they have none of, in the log and the figures. */
const SITE = '(site)'
const NONE = '(none)'

interface UnknownRoutesOptions extends AnswerWatch {
  routes: readonly Route[]
  /** Asked only for paths that no route has: it can't take one from the API. */
  site: ApiDeps['site'] | null
}

export function answerUnknownRoutes(
  app: FastifyInstance,
  { routes, site, ...watch }: UnknownRoutesOptions,
) {
  const paths = methodsByPath(routes)
  const fromSite = new WeakSet<FastifyRequest>()
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) {
      const route = fromSite.has(request) ? SITE : NONE
      observeAnswer(watch, { method: request.method, route, request, reply })
    }
    done()
  })
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const found = paths.find(({ pattern }) => pattern.test(path))
    if (!found && site && (await sendFromSite(site, path, { request, reply }))) {
      if (reply.statusCode === 404) reply.errorCode = 'not_found'
      else fromSite.add(request)
      return reply
    }
    if (!found) throw apiError('not_found', 'There is no such route; see /docs')
    const allow = found.methods.join(', ')
    reply.header('allow', allow)
    throw apiError('method_not_allowed', `This route takes ${allow}, not ${request.method}`)
  })
}

/** False: it isn't the site's. */
async function sendFromSite(
  site: ApiDeps['site'],
  path: string,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const answer = await site.answer({
    path,
    accept: request.headers.accept ?? '',
    acceptEncoding: String(request.headers['accept-encoding'] ?? ''),
    ifNoneMatch: request.headers['if-none-match'] ?? '',
  })
  if (answer === null) return false
  void reply.code(answer.statusCode).headers(answer.headers).send(answer.body)
  return true
}

function methodsByPath(routes: readonly Route[]): { pattern: RegExp; methods: string[] }[] {
  const methods = new Map<string, string[]>()
  for (const { path, method, endless } of routes) {
    const known = methods.get(path) ?? []
    known.push(method)
    if (method === 'GET' && !endless) known.push('HEAD')
    methods.set(path, known)
  }
  return [...methods].map(([path, known]) => ({ pattern: pathPattern(path), methods: known }))
}

function pathPattern(path: string): RegExp {
  const literal = path.split('{id}').map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('[^/]+')}$`)
}
