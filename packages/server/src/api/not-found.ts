/** What no route takes: another method than the path has (405), or no such path (404). */
import type { FastifyInstance } from 'fastify'
import { apiError } from './error-answer.ts'
import type { Route } from './route.ts'

export function answerUnknownRoutes(app: FastifyInstance, routes: readonly Route[]) {
  const paths = methodsByPath(routes)
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const found = paths.find(({ pattern }) => pattern.test(path))
    if (!found) throw apiError('not_found', 'There is no such route; see /docs')
    const allow = found.methods.join(', ')
    reply.header('allow', allow)
    throw apiError('method_not_allowed', `This route takes ${allow}, not ${request.method}`)
  })
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
