/**
 * A receiver on Deno, without a package.
 *
 *     CHATZURI_SECRET=… deno run --allow-net --allow-env deno.ts
 */
import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import process from 'node:process'

/** What is used of Deno, for an editor without its types. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(address: { port: number }): void },
    handler: (request: Request) => Promise<Response>,
  ): unknown
}

const BODY_BYTES_MAX = 128 * 1024
const BODY_MS_MAX = 10_000
const TOLERANCE_SECONDS = 300
const { CHATZURI_SECRET = '', PORT = '3000' } = process.env
// It holds two, with a space between them, while one replaces the other.
const keys = CHATZURI_SECRET.split(' ').map(keyOf)
// Unset, or "undefined": keys that anybody has.
if (keys.some((key) => key.length < 16)) {
  throw new Error("Set CHATZURI_SECRET to the webhook's secret, all of it.")
}
// Keep it where you keep the leads: memory forgets at a restart.
const seen = new Set<string>()

async function webhook(request: Request): Promise<Response> {
  if (request.method !== 'POST') {
    return Response.json(
      { message: 'Method Not Allowed' },
      { status: 405, headers: { allow: 'POST' } },
    )
  }
  const body = await readBody(request)
  if (body === null) return Response.json({ message: 'The body is too large' }, { status: 413 })
  if (!isSigned(request.headers, body)) {
    return Response.json({ message: "Signature didn't match" }, { status: 400 })
  }
  const id = request.headers.get('webhook-id') ?? ''
  if (seen.has(id)) return Response.json({ received: true, duplicate: true })
  const event = JSON.parse(body.toString())
  console.log('Received:', event.eventType ?? event.event, event.payload ?? event.data) // By the webhook's format.
  seen.add(id)
  return Response.json({ received: true })
}

/** By webhook-signature and nothing else: the older header signs no time. */
function isSigned(headers: Headers, body: Buffer): boolean {
  const timestamp = headers.get('webhook-timestamp') ?? ''
  if (!/^\d{1,15}$/.test(timestamp)) return false
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const before = `${headers.get('webhook-id') ?? ''}.${timestamp}.`
  const given = (headers.get('webhook-signature') ?? '').split(' ')
  return keys.some((key) => {
    const digest = createHmac('sha256', key).update(before).update(body).digest('base64')
    return given.some((signature) => isEqual(`v1,${digest}`, signature))
  })
}

function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The bytes as they came, before request.json(), of whatever length the head speaks. Null: too many. */
async function readBody(request: Request): Promise<Buffer | null> {
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  // What is cut short is not signed. Of a sender that has gone there is nothing to cancel.
  const cancel = () => reader?.cancel().catch(() => {})
  const patience = setTimeout(cancel, BODY_MS_MAX)
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) return Buffer.concat(chunks)
      size += value.length
      if (size > BODY_BYTES_MAX) return null
      chunks.push(value)
    }
  } finally {
    clearTimeout(patience)
    if (size > BODY_BYTES_MAX) await cancel()
  }
}

/** After `whsec_` it is base64; a secret of your own is the key as it is. */
function keyOf(secret: string): Buffer {
  if (!secret.startsWith('whsec_')) return Buffer.from(secret)
  const text = secret.slice('whsec_'.length)
  const key = Buffer.from(text, 'base64')
  // Buffer passes over what is no base64.
  return key.toString('base64') === text ? key : Buffer.alloc(0)
}

Deno.serve(
  {
    hostname: '127.0.0.1',
    port: Number(PORT),
    onListen: ({ port }) => console.log(`Receiver listens on http://127.0.0.1:${port}/webhook`),
  },
  webhook,
)
