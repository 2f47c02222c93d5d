/** Receivers to paste, with a webhook's own path and secret in them. They need nothing of ours. */

export interface Receiver {
  name: string
  file: string
  code: string
}

export interface ReceiverValues {
  url: string
  secret: string
}

export function receiversFor({ url, secret }: ReceiverValues): Receiver[] {
  const path = URL.canParse(url) ? new URL(url).pathname : '/'
  return [
    { name: 'Express', file: 'server.mjs', code: express(path, secret) },
    { name: 'Next.js', file: `app${path === '/' ? '' : path}/route.js`, code: next(secret) },
    { name: 'Fetch', file: 'handler.mjs', code: fetchHandler(secret) },
    { name: 'Python', file: 'receiver.py', code: python(path, secret) },
    { name: 'PHP', file: 'webhook.php', code: php(secret) },
  ]
}

/** The raw bytes are hashed: what a parser makes of them may be spelled differently. */
function express(path: string, secret: string): string {
  return `import crypto from 'node:crypto'
import express from 'express'

const secret = process.env.WEBHOOK_SECRET ?? ${quoted(secret)}
const app = express()

app.post(${quoted(path)}, express.raw({ type: '*/*' }), (req, res) => {
  const expected = crypto.createHmac('sha1', secret).update(req.body).digest()
  const given = Buffer.from(String(req.headers['x-chatzuri-signature']), 'hex')
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) {
    return res.status(400).json({ message: "Signature didn't match" })
  }
  const { eventType, chatbotId, payload } = JSON.parse(req.body)
  // A repeat has the same id: remember the ones that you have handled.
  console.log(req.headers['webhook-id'], eventType, chatbotId, payload)
  res.json({ received: true })
})

app.listen(process.env.PORT ?? 3000)
`
}

function next(secret: string): string {
  return `import crypto from 'node:crypto'

const secret = process.env.WEBHOOK_SECRET ?? ${quoted(secret)}

export async function POST(request) {
  const body = Buffer.from(await request.arrayBuffer())
  const expected = crypto.createHmac('sha1', secret).update(body).digest()
  const given = Buffer.from(request.headers.get('x-chatzuri-signature') ?? '', 'hex')
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) {
    return Response.json({ message: "Signature didn't match" }, { status: 400 })
  }
  const { eventType, chatbotId, payload } = JSON.parse(body.toString())
  // A repeat has the same id: remember the ones that you have handled.
  console.log(request.headers.get('webhook-id'), eventType, chatbotId, payload)
  return Response.json({ received: true })
}
`
}

function fetchHandler(secret: string): string {
  return `// Workers, Deno, Bun, Hono: whatever hands you a Request and takes a Response.
const secret = ${quoted(secret)}

export default { fetch: receive }

export async function receive(request) {
  if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
  const body = new Uint8Array(await request.arrayBuffer())
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-1' },
    false,
    ['verify'],
  )
  const given = request.headers.get('x-chatzuri-signature') ?? ''
  const bytes = Uint8Array.from(given.match(/../g) ?? [], (digits) => parseInt(digits, 16))
  // \`verify\` compares in constant time.
  if (!(await crypto.subtle.verify('HMAC', key, bytes, body))) {
    return Response.json({ message: "Signature didn't match" }, { status: 400 })
  }
  const { eventType, chatbotId, payload } = JSON.parse(new TextDecoder().decode(body))
  // A repeat has the same id: remember the ones that you have handled.
  console.log(request.headers.get('webhook-id'), eventType, chatbotId, payload)
  return Response.json({ received: true })
}
`
}

function python(path: string, secret: string): string {
  return `import hashlib
import hmac
import os

from flask import Flask, request

SECRET = os.environ.get("WEBHOOK_SECRET", ${quoted(secret, '"')})
app = Flask(__name__)


@app.post(${quoted(path, '"')})
def receive():
    expected = hmac.new(SECRET.encode(), request.get_data(), hashlib.sha1).hexdigest()
    given = request.headers.get("x-chatzuri-signature", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        return {"message": "Signature didn't match"}, 400
    event = request.get_json()
    # A repeat has the same id: remember the ones that you have handled.
    print(request.headers.get("webhook-id"), event["eventType"], event["payload"])
    return {"received": True}
`
}

function php(secret: string): string {
  return `<?php
$secret = getenv('WEBHOOK_SECRET') ?: ${quoted(secret)};
header('Content-Type: application/json');

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    http_response_code(405);
    header('Allow: POST');
    exit;
}
$body = file_get_contents('php://input');
$expected = hash_hmac('sha1', $body, $secret);
if (!hash_equals($expected, $_SERVER['HTTP_X_CHATZURI_SIGNATURE'] ?? '')) {
    http_response_code(400);
    exit(json_encode(['message' => "Signature didn't match"]));
}
$event = json_decode($body, true);
// A repeat has the same id: remember the ones that you have handled.
error_log(($_SERVER['HTTP_WEBHOOK_ID'] ?? '') . ' ' . $event['eventType'] . ' ' . json_encode($event['payload']));
echo json_encode(['received' => true]);
`
}

/** Good in each of the languages: only the backslash and the quote mean something in such a string. */
function quoted(text: string, mark = "'"): string {
  return mark + text.replaceAll('\\', '\\\\').replaceAll(mark, `\\${mark}`) + mark
}
