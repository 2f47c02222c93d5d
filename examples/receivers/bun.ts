/**
 * A receiver on Bun, without a package.
 *
 *     WEBHOOK_SECRET=… bun bun.ts
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import process from 'node:process'

/** What is used of Bun, for an editor without its types. */
declare const Bun: {
  serve(options: { hostname: string; port: number; fetch(request: Request): Promise<Response> }): {
    port: number
  }
}

const { WEBHOOK_SECRET: secret = '', PORT = '3000' } = process.env
const BODY_BYTES_MAX = 128 * 1024
if (secret === '') throw new Error("Set WEBHOOK_SECRET to the webhook's secret.")
// Keep it where you keep the leads: memory forgets at a restart.
const seen = new Set<string>()

async function webhook(request: Request): Promise<Response> {
  if (request.method !== 'POST') {
    return Response.json(
      { message: 'Method Not Allowed' },
      { status: 405, headers: { allow: 'POST' } },
    )
  }
  if (Number(request.headers.get('content-length') ?? 0) > BODY_BYTES_MAX) {
    return Response.json({ message: 'The body is too large' }, { status: 413 })
  }
  // The bytes as they came, before request.json().
  const body = new Uint8Array(await request.arrayBuffer())
  const expected = new TextEncoder().encode(createHmac('sha1', secret).update(body).digest('hex'))
  const given = new TextEncoder().encode(request.headers.get('x-chatzuri-signature') ?? '')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return Response.json({ message: "Signature didn't match" }, { status: 400 })
  }
  const id = request.headers.get('webhook-id')
  if (id !== null && seen.has(id)) return Response.json({ received: true, duplicate: true })
  const event = JSON.parse(new TextDecoder().decode(body))
  console.log('Received:', event.eventType, event.payload)
  if (id !== null) seen.add(id)
  return Response.json({ received: true })
}

const { port } = Bun.serve({ hostname: '127.0.0.1', port: Number(PORT), fetch: webhook })
console.log(`Receiver listens on http://127.0.0.1:${port}/webhook`)
