/**
 * For Fastify: `app.register(createHandler({ … }), { prefix: '/webhooks/chatzuri' })`. A plugin, so
 * that leaving the body unparsed stays inside of it and the application's own parsers stay as they are.
 */
import type { IncomingMessage } from 'node:http'
import type { Format } from './event.ts'
import { createHandler as createCoreHandler, type HandlerOptions } from './handler.ts'
import { takeBody } from './node.ts'

/** What is used of a Fastify instance; named here so that the package needs none. */
export interface FastifyScope {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    parser: (
      request: unknown,
      payload: IncomingMessage,
      done: (error: null, body: unknown) => void,
    ) => void,
  ): unknown
  all(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => unknown): unknown
}

export interface FastifyRequest {
  method: string
  raw: IncomingMessage
  /** The stream that the parser below hands on; nothing where there was no body to parse. */
  body?: unknown
  /** What `fastify-raw-body` keeps. */
  rawBody?: unknown
}

export interface FastifyReply {
  raw: { shouldKeepAlive: boolean }
  code(status: number): FastifyReply
  headers(headers: Record<string, string>): FastifyReply
  send(body: string): unknown
}

export function createHandler<F extends Format = 'guide'>(
  options: HandlerOptions<F>,
): (scope: FastifyScope) => Promise<void> {
  const handle = createCoreHandler(options)
  return async (scope) => {
    scope.removeAllContentTypeParsers()
    // Done without reading: the stream is ours, or what a preParsing hook has put in its place.
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    scope.all('/', async (request, reply) => {
      const { status, headers, body } = await handle({
        method: request.method,
        headers: request.raw.headers,
        body: (bytesMax) =>
          takeBody((request.body as IncomingMessage | null) ?? request.raw, bytesMax, {
            rawBody: request.rawBody,
          }),
      })
      // As in node.ts: what is dropped must not go on coming.
      if (status === 413) reply.raw.shouldKeepAlive = false
      return reply.code(status).headers(headers).send(body)
    })
  }
}
