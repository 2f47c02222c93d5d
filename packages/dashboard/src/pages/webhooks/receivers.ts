/**
 * Receivers to paste, with a webhook's own path in them. They need nothing of ours; the secret comes
 * from the environment, as the line to run them says it.
 */
import { isLocalHost } from './local-host.ts'

interface Receiver {
  name: string
  file: string
  code: string
  /** In the shell, in order: what it needs, and how it is run. */
  commands: string
}

export interface ReceiverValues {
  url: string
  secret: string
  /** While `secret` replaces it. */
  previousSecret?: string | undefined
}

/** Where nothing else is said: behind a public name the port is the proxy's affair. */
const PORT = '3000'

export function receiversFor({ url, secret, previousSecret }: ReceiverValues): Receiver[] {
  const target = new URL(URL.canParse(url) ? url : `http://localhost:${PORT}/`)
  const { pathname: path } = target
  const port = isLocalHost(target.hostname) ? portOf(target) : PORT
  // No secret has a space or a quote in it.
  const held = previousSecret === undefined ? secret : `${secret} ${previousSecret}`
  const run = (command: string) => `CHATZURI_SECRET='${held}' ${command}`
  return [
    {
      name: 'Express',
      file: 'server.mjs',
      code: express(path, port),
      commands: `npm install express\n${run('node server.mjs')}`,
    },
    {
      name: 'Next.js',
      file: `app${path === '/' ? '' : path}/route.js`,
      code: next(),
      commands: `npm install next react react-dom\n${run(`npx next dev -p ${port}`)}`,
    },
    {
      name: 'Fetch',
      file: 'handler.mjs',
      code: fetchHandler(),
      commands: run(`deno serve --allow-env=CHATZURI_SECRET --port ${port} handler.mjs`),
    },
    {
      name: 'Python',
      file: 'receiver.py',
      code: python(path),
      commands: `pip install flask\n${run(`flask --app receiver run --port ${port}`)}`,
    },
    {
      name: 'PHP',
      file: 'webhook.php',
      code: php(),
      commands: run(`php -S 127.0.0.1:${port} webhook.php`),
    },
  ]
}

function portOf({ port, protocol }: URL): string {
  if (port !== '') return port
  return protocol === 'https:' ? '443' : '80'
}

const TWO = 'It holds two, with a space between them, while one replaces the other.'
/** A blank beside a secret would be a second one: the empty key, which anybody has. */
const UNSET = "Set CHATZURI_SECRET to the webhook's secret, all of it."
/** A webhook has one of three formats, and its receiver need not know which. */
const NAMES = 'event.eventType ?? event.event, event.payload ?? event.data'
const NEWER = 'By webhook-signature and nothing else: the older header signs no time.'

/** For what has Node's own crypto. The raw bytes are hashed: a parser may spell them differently. */
const NODE_CHECK = `// ${NEWER}
function isSigned(header, body) {
  const timestamp = header('webhook-timestamp')
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false
  const before = \`\${header('webhook-id')}.\${timestamp}.\`
  const given = String(header('webhook-signature')).split(' ')
  return keys.some((key) => {
    const digest = crypto.createHmac('sha256', key).update(before).update(body).digest('base64')
    return given.some((each) => isEqual(each, \`v1,\${digest}\`))
  })
}

function isEqual(given, expected) {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && crypto.timingSafeEqual(one, other)
}

function keyOf(secret) {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
}
`

const READ_BODY = `// The bytes as they came, of whatever length the head speaks; null: more than ours ever are.
async function readBody(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > 131072) return null
    chunks.push(chunk)
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}
`

function express(path: string, port: string): string {
  return `import crypto from 'node:crypto'
import express from 'express'

// ${TWO}
const keys = (process.env.CHATZURI_SECRET ?? '').trim().split(/\\s+/).map(keyOf)
if (keys.some((key) => key.length < 16)) throw new Error("${UNSET}")
const app = express()

app.post(${quoted(path)}, express.raw({ type: '*/*', limit: '128kb' }), (req, res) => {
  if (!Buffer.isBuffer(req.body) || !isSigned((name) => req.get(name), req.body)) {
    return res.status(400).json({ message: "Signature didn't match" })
  }
  const event = JSON.parse(req.body)
  // A repeat has the same id: remember the ones that you have handled.
  console.log(req.get('webhook-id'), ${NAMES})
  res.json({ received: true })
})

app.listen(process.env.PORT ?? ${port})

${NODE_CHECK}`
}

function next(): string {
  return `import crypto from 'node:crypto'

// ${TWO}
const keys = (process.env.CHATZURI_SECRET ?? '').trim().split(/\\s+/).map(keyOf)
if (keys.some((key) => key.length < 16)) throw new Error("${UNSET}")

export async function POST(request) {
  const body = await readBody(request)
  if (body === null) return Response.json({ message: 'The body is too large' }, { status: 413 })
  if (!isSigned((name) => request.headers.get(name), body)) {
    return Response.json({ message: "Signature didn't match" }, { status: 400 })
  }
  const event = JSON.parse(Buffer.from(body).toString())
  // A repeat has the same id: remember the ones that you have handled.
  console.log(request.headers.get('webhook-id'), ${NAMES})
  return Response.json({ received: true })
}

${NODE_CHECK}
${READ_BODY}`
}

function fetchHandler(): string {
  return `// Deno, Bun, Hono, Workers (with nodejs_compat): whatever hands you a Request and takes a Response.
// ${TWO}
const keys = (globalThis.process?.env.CHATZURI_SECRET ?? '').trim().split(/\\s+/).map(keyOf)
if (keys.some((key) => key.length < 16)) throw new Error("${UNSET}")

export default { fetch: receive }

export async function receive(request) {
  if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
  const body = await readBody(request)
  if (body === null) return Response.json({ message: 'The body is too large' }, { status: 413 })
  if (!(await isSigned(request.headers, body))) {
    return Response.json({ message: "Signature didn't match" }, { status: 400 })
  }
  const event = JSON.parse(new TextDecoder().decode(body))
  // A repeat has the same id: remember the ones that you have handled.
  console.log(request.headers.get('webhook-id'), ${NAMES})
  return Response.json({ received: true })
}

// ${NEWER}
async function isSigned(headers, body) {
  const timestamp = headers.get('webhook-timestamp')
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false
  const before = new TextEncoder().encode(\`\${headers.get('webhook-id')}.\${timestamp}.\`)
  const content = new Uint8Array([...before, ...body])
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const given = (headers.get('webhook-signature') ?? '').split(' ')
  const signatures = given.filter((each) => /^v1,[A-Za-z0-9+/]{43}=$/.test(each))
  for (const bytes of keys) {
    const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify'])
    for (const signature of signatures) {
      // \`verify\` compares in constant time.
      if (await crypto.subtle.verify('HMAC', key, decode(signature.slice(3)), content)) return true
    }
  }
  return false
}

function keyOf(secret) {
  return secret.startsWith('whsec_') ? decode(secret.slice(6)) : new TextEncoder().encode(secret)
}

function decode(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

${READ_BODY}`
}

function python(path: string): string {
  return `import base64
import hashlib
import hmac
import os
import re
import time

from flask import Flask, request

# ${TWO}
SECRETS = os.environ.get("CHATZURI_SECRET", "").split()
KEYS = [base64.b64decode(each[6:]) if each.startswith("whsec_") else each.encode() for each in SECRETS]
if not KEYS or min(map(len, KEYS)) < 16:
    raise SystemExit("${UNSET}")
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 128 * 1024


@app.post(${quoted(path, '"')})
def receive():
    if not is_signed(request.headers, request.get_data()):
        return {"message": "Signature didn't match"}, 400
    event = request.get_json()
    # A repeat has the same id: remember the ones that you have handled.
    print(request.headers["webhook-id"], event.get("eventType", event.get("event")), event.get("payload", event.get("data")))
    return {"received": True}


# ${NEWER}
def is_signed(headers, body):
    timestamp = headers.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,15}", timestamp) or abs(time.time() - int(timestamp)) > 300:
        return False
    before = f"{headers.get('webhook-id', '')}.{timestamp}.".encode("latin-1")
    given = headers.get("webhook-signature", "").encode("latin-1").split(b" ")
    for key in KEYS:
        digest = hmac.new(key, before + body, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(digest)
        if any(hmac.compare_digest(expected, signature) for signature in given):
            return True
    return False
`
}

function php(): string {
  return `<?php
// ${TWO}
$keys = array_map('key_of', preg_split('/\\s+/', trim(getenv('CHATZURI_SECRET') ?: '')));
header('Content-Type: application/json');

if (min(array_map('strlen', $keys)) < 16) {
    error_log("${UNSET}");
    http_response_code(500);
    exit;
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    http_response_code(405);
    header('Allow: POST');
    exit;
}
$body = file_get_contents('php://input', false, null, 0, 131073);
if (strlen($body) > 131072) {
    http_response_code(413);
    exit(json_encode(['message' => 'The body is too large']));
}
if (!is_signed($body, $keys)) {
    http_response_code(400);
    exit(json_encode(['message' => "Signature didn't match"]));
}
$event = json_decode($body, true);
// A repeat has the same id: remember the ones that you have handled.
error_log($_SERVER['HTTP_WEBHOOK_ID'] . ' ' . ($event['eventType'] ?? $event['event']) . ' ' . json_encode($event['payload'] ?? $event['data']));
echo json_encode(['received' => true]);

// ${NEWER}
function is_signed($body, $keys)
{
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (!preg_match('/^[0-9]{1,15}$/D', $timestamp) || abs(time() - (int) $timestamp) > 300) {
        return false;
    }
    $content = ($_SERVER['HTTP_WEBHOOK_ID'] ?? '') . ".$timestamp.$body";
    foreach ($keys as $key) {
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', $content, $key, true));
        foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
            if (hash_equals($expected, $given)) {
                return true;
            }
        }
    }
    return false;
}

function key_of($secret)
{
    return strncmp($secret, 'whsec_', 6) === 0 ? base64_decode(substr($secret, 6)) : $secret;
}
`
}

/** Good in each of the languages: only the backslash and the quote mean something in such a string. */
function quoted(text: string, mark = "'"): string {
  return mark + text.replaceAll('\\', '\\\\').replaceAll(mark, `\\${mark}`) + mark
}
