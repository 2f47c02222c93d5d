/** For node:http and what is built on it: `http.createServer(createHandler({ … }))`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { concatBytes } from './bytes.ts'
import {
  createHandler as createCoreHandler,
  type HandlerOptions,
  type ReadBody,
  type WebhookAnswer,
} from './handler.ts'

export function createHandler(
  options: HandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const handle = createCoreHandler(options)
  return async (request, response) => {
    const answer = await handle({
      method: request.method ?? '',
      headers: request.headers,
      body: (bytesMax) => readStream(request, bytesMax),
    })
    writeAnswer(response, answer)
  }
}

/** Rejects when the sender goes away before its body has ended. */
export function readStream(request: IncomingMessage, bytesMax: number): Promise<ReadBody> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.length
      if (size <= bytesMax) chunks.push(chunk)
      // What still comes is dropped, not left unread: else the sender would not read our answer.
      else resolve({ kind: 'too-large' })
    })
    request.on('end', () => resolve({ kind: 'raw', body: concatBytes(chunks) }))
    request.on('error', reject)
    const reportGone = () => reject(new Error('The sender went away before its body had ended.'))
    request.on('close', reportGone)
    // Gone before we listened: no event will come any more.
    if (request.destroyed) reportGone()
  })
}

export function writeAnswer(response: ServerResponse, answer: WebhookAnswer): void {
  // Or the sender could go on pushing what we drop for as long as it likes.
  if (answer.status === 413) response.setHeader('connection', 'close')
  response.writeHead(answer.status, answer.headers).end(answer.body)
}
