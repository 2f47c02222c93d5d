/**
 * The receiving end, run in a process of its own: a bare node:http server that tells the test of
 * every request, byte for byte, and then does with it what its endpoint's steps say. The first
 * segment of a path names the endpoint; what follows is free.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Ask, ReceivedRequest, Step, Tell } from './receiver-protocol.ts'

interface Endpoint {
  steps: Step[]
  held: Set<ServerResponse>
}

const RECEIVED = '{"received":true}'
const OK: Step = { kind: 'answer', status: 200 }
const CRAWL_PIECES = 50

const endpoints = new Map<string, Endpoint>()

function endpointOf(name: string): Endpoint {
  let endpoint = endpoints.get(name)
  if (!endpoint) {
    endpoint = { steps: [OK], held: new Set() }
    endpoints.set(name, endpoint)
  }
  return endpoint
}

function nextStep(endpoint: Endpoint): Step {
  const [step = OK, ...later] = endpoint.steps
  if (later.length > 0) endpoint.steps = later
  return step
}

async function onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const received = describe(request, Buffer.concat(chunks))
  // Told before it is answered: who sees the delivery delivered finds the request here already.
  tell({ kind: 'received', request: received })
  const endpoint = endpointOf(received.endpoint)
  take(nextStep(endpoint), endpoint, response)
}

function describe(request: IncomingMessage, body: Buffer): ReceivedRequest {
  const target = request.url ?? ''
  const rawHeaders: [string, string][] = []
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    rawHeaders.push([request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? ''])
  }
  return {
    endpoint: /^\/([^/?]*)/.exec(target)?.[1] ?? '',
    method: request.method ?? '',
    target,
    rawHeaders,
    headers: Object.fromEntries(rawHeaders.map(([name, value]) => [name.toLowerCase(), value])),
    body,
    receivedAt: Date.now(),
    remotePort: request.socket.remotePort ?? 0,
  }
}

function take(step: Step, endpoint: Endpoint, response: ServerResponse): void {
  switch (step.kind) {
    case 'answer':
      answer(response, step)
      return
    case 'hang':
      endpoint.held.add(response)
      response.once('close', () => endpoint.held.delete(response))
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'crawl':
      crawl(response, step)
      return
  }
}

function answer(response: ServerResponse, step: Extract<Step, { kind: 'answer' }>): void {
  const { status, headers = {}, body = RECEIVED } = step
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  })
  response.end(body)
}

function crawl(response: ServerResponse, { bytes, overMs }: { bytes: number; overMs: number }) {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': bytes })
  response.flushHeaders()
  const piece = Buffer.alloc(Math.ceil(bytes / CRAWL_PIECES), 'x')
  let left = bytes
  const timer = setInterval(() => {
    response.write(piece.subarray(0, Math.min(left, piece.length)))
    left -= Math.min(left, piece.length)
    if (left === 0) response.end()
  }, overMs / CRAWL_PIECES)
  response.once('close', () => clearInterval(timer))
}

function obey(ask: Ask): void {
  const endpoint = endpointOf(ask.endpoint)
  if (ask.command === 'behave') {
    endpoint.steps = ask.steps
  } else {
    for (const response of endpoint.held) answer(response, { kind: 'answer', status: 200 })
    endpoint.held.clear()
  }
  tell({ kind: 'done', id: ask.id })
}

function tell(message: Tell): void {
  process.send?.(message)
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  // A sender that goes away in the middle of its body is none of our business.
  onRequest(request, response).catch(() => response.destroy())
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () => {
  tell({ kind: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
})
process.on('message', obey)
// Without the test there is nobody to receive for.
process.on('disconnect', () => process.exit(0))
