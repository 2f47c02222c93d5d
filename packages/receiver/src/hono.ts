/**
 * For Hono: `app.all('/webhooks/chatzuri', createHandler({ … }))`, before or after middleware that
 * reads the body: Hono keeps what was read, and hands it out again.
 */
import type { Format } from './event.ts'
import { readRequest } from './fetch.ts'
import { createHandler as createCoreHandler, type HandlerOptions } from './handler.ts'

/** What is used of Hono's context; named here so that the package needs none. */
export interface HonoContext {
  req: { raw: Request; json(): Promise<unknown> }
}

export function createHandler<F extends Format = 'guide'>(
  options: HandlerOptions<F>,
): (context: HonoContext) => Promise<Response> {
  const handle = createCoreHandler(options)
  return async ({ req }) => {
    const { status, headers, body } = await handle({
      method: req.raw.method,
      headers: req.raw.headers,
      body: async (bytesMax) =>
        req.raw.bodyUsed
          ? { kind: 'parsed', body: await req.json() }
          : readRequest(req.raw, bytesMax),
    })
    return new Response(body, { status, headers })
  }
}
