/**
 * For Fastify: `app.register(createHandler({ … }), { prefix: '/webhooks/chatzuri' })`. A plugin, so
 * that leaving the body unparsed stays inside of it and the application's own parsers stay as they are.
 */
import type { IncomingMessage } from 'node:http'
import { createHandler as createCoreHandler, type HandlerOptions } from './handler.ts'
import { readStream } from './node.ts'

/** What is used of a Fastify instance; named here so that the package needs none. */
export interface FastifyScope {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: IncomingMessage, done: (error: null) => void) => void,
  ): unknown
  all(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => unknown): unknown
}

export interface FastifyRequest {
  method: string
  raw: IncomingMessage
}

export interface FastifyReply {
  code(status: number): unknown
  headers(headers: Record<string, string>): unknown
  send(body: string): unknown
}

export function createHandler(options: HandlerOptions): (scope: FastifyScope) => Promise<void> {
  const handle = createCoreHandler(options)
  return async (scope) => {
    scope.removeAllContentTypeParsers()
    // Done without reading: the stream is ours.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.all('/', async (request, reply) => {
      const { status, headers, body } = await handle({
        method: request.method,
        headers: request.raw.headers,
        body: (bytesMax) => readStream(request.raw, bytesMax),
      })
      reply.code(status)
      reply.headers(status === 413 ? { ...headers, connection: 'close' } : headers)
      return reply.send(body)
    })
  }
}
