/**
 * For node:http and what is built on it (Koa, Connect, Express): `http.createServer(createHandler({ … }))`.
 * Takes the raw bytes wherever they are; when a parser has used them up, hashes what the parser made
 * of them, which is the same text because our bodies are a fixed point of JSON.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { concatBytes } from './bytes.ts'
import type { Format } from './event.ts'
import {
  createHandler as createCoreHandler,
  type HandlerOptions,
  type ReadBody,
  type WebhookAnswer,
  withinLimit,
} from './handler.ts'

/** What body parsers leave on a request. `rawBody` is what many keep with express.json's `verify`. */
export interface KeptBody {
  body?: unknown
  rawBody?: unknown
}

export interface ParsedRequest extends IncomingMessage, KeptBody {}

export function createHandler<F extends Format = 'guide'>(
  options: HandlerOptions<F>,
): (request: ParsedRequest, response: ServerResponse) => Promise<void> {
  const handle = createCoreHandler(options)
  return async (request, response) => {
    const answer = await handle({
      method: request.method ?? '',
      headers: request.headers,
      body: (bytesMax) => takeBody(request, bytesMax),
    })
    // A time-out of the application's may have answered meanwhile.
    if (!response.headersSent) writeAnswer(response, answer)
  }
}

/**
 * What somebody kept is trusted when all of it has come. Until then the stream is read to its end:
 * by us when nobody has begun, else only to wait for whoever did, whose the body then is.
 */
export async function takeBody(
  stream: ParsedRequest,
  bytesMax: number,
  kept: KeptBody = stream,
): Promise<ReadBody> {
  // They drop bits, and what is left is no longer what was signed.
  if (LOSSY.test(`${stream.readableEncoding}`)) return { kind: 'parsed', body: undefined }
  // False only of a stream: what merely looks like a request has none, and holds all there is.
  if (stream.readableEnded === false) {
    const isFresh = !stream.readableDidRead
    const read = await readStream(stream, bytesMax)
    // Adapters of serverless platforms may hand out an empty stream beside what they kept.
    if (read.kind !== 'raw' || (isFresh && (read.body.length > 0 || !kept.rawBody))) return read
  }
  const [body] = [kept.rawBody, kept.body].flatMap((each) => toBytes(each, stream) ?? [])
  return body ? withinLimit(body, bytesMax) : { kind: 'parsed', body: kept.body }
}

const LOSSY = /ascii|16|ucs/

/** Of any stream, paused or not, whoever else reads it. Rejects when the sender goes away before the end. */
function readStream(stream: IncomingMessage, bytesMax: number): Promise<ReadBody> {
  return new Promise((resolve, reject) => {
    const read = async () => {
      const chunks: Uint8Array[] = []
      let size = 0
      // Of HTTP/2 a paused request holds its frames back until this; nothing flows, as we read at once.
      stream.resume()
      for await (const chunk of stream) {
        const bytes: Uint8Array = toBytes(chunk, stream) ?? chunk
        size += bytes.length
        if (size <= bytesMax) chunks.push(bytes)
        // What still comes is dropped, not left unread: else the sender would not read our answer.
        else resolve({ kind: 'too-large' })
      }
      resolve({ kind: 'raw', body: concatBytes(chunks) })
    }
    read().catch(reject)
  })
}

/** `setEncoding` is undone: what it made of the bytes is text of the same encoding. */
function toBytes(value: unknown, stream: IncomingMessage): Uint8Array | null {
  if (typeof value === 'string') return Buffer.from(value, stream.readableEncoding ?? 'utf8')
  return value instanceof Uint8Array ? value : null
}

export function writeAnswer(response: ServerResponse, answer: WebhookAnswer): void {
  // Or the sender could go on pushing what we drop for as long as it likes.
  if (answer.status === 413) response.shouldKeepAlive = false
  response.writeHead(answer.status, answer.headers).end(answer.body)
}
