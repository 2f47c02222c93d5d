/**
 * For Express 4 and 5: `app.all('/webhooks/chatzuri', createHandler({ … }))`, before or after any
 * body parser. Takes the raw bytes wherever they are; when a parser has used them up, hashes what
 * the parser made of them, which is the same text because our bodies are a fixed point of JSON.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  createHandler as createCoreHandler,
  type HandlerOptions,
  type ReadBody,
  withinLimit,
} from './handler.ts'
import { readStream, writeAnswer } from './node.ts'

/** What body parsers leave on a request. `rawBody` is what many keep with express.json's `verify`. */
export interface ParsedRequest extends IncomingMessage {
  body?: unknown
  rawBody?: unknown
}

export function createHandler(
  options: HandlerOptions,
): (request: ParsedRequest, response: ServerResponse) => Promise<void> {
  const handle = createCoreHandler(options)
  return async (request, response) => {
    const answer = await handle({
      method: request.method ?? '',
      headers: request.headers,
      body: (bytesMax) => takeBody(request, bytesMax),
    })
    writeAnswer(response, answer)
  }
}

async function takeBody(request: ParsedRequest, bytesMax: number): Promise<ReadBody> {
  for (const body of [request.rawBody, request.body]) {
    if (typeof body === 'string' || body instanceof Uint8Array) return withinLimit(body, bytesMax)
  }
  // Not by `body === undefined`: Express 4 sets it to {} for what a parser passed over, unread.
  if (!request.readableDidRead && !request.readableEnded) return readStream(request, bytesMax)
  return { kind: 'parsed', body: request.body }
}
