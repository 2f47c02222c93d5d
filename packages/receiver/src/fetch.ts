/** For every Fetch runtime (Next.js, Deno, Bun, Workers): a function of Request to Response. */
import { concatBytes } from './bytes.ts'
import type { Format } from './event.ts'
import {
  createHandler as createCoreHandler,
  type HandlerOptions,
  type ReadBody,
} from './handler.ts'

export function createHandler<F extends Format = 'guide'>(
  options: HandlerOptions<F>,
): (request: Request) => Promise<Response> {
  const handle = createCoreHandler(options)
  return async (request) => {
    const { status, headers, body } = await handle({
      method: request.method,
      headers: request.headers,
      body: (bytesMax) => readRequest(request, bytesMax),
    })
    return new Response(body, { status, headers })
  }
}

export async function readRequest(request: Request, bytesMax: number): Promise<ReadBody> {
  // Somebody read it before us; the refusal says what to do about it.
  if (request.bodyUsed || request.body?.locked) return { kind: 'parsed', body: undefined }
  if (request.body === null) return { kind: 'raw', body: '' }
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { kind: 'raw', body: concatBytes(chunks) }
    size += value.length
    if (size > bytesMax) {
      await reader.cancel()
      return { kind: 'too-large' }
    }
    chunks.push(value)
  }
}
