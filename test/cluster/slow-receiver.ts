/**
 * The receiving end of a cluster, in a process of its own. Slow on purpose: a request that two nodes
 * make at once is seen as two that overlap. Paths that begin with /flaky fail once for every fifth
 * event: an endpoint that had failed as a whole would have its retries brought forward.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Heard, SlowReceiverTell } from './slow-receiver-protocol.ts'

const ANSWER_AFTER_MS = 50

/** Requests that are open now, by path and event. */
const open = new Map<string, number>()
const FLAKY_EVERY = 5
const seen = new Set<string>()

async function onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? ''
  const webhookId = String(request.headers['webhook-id'])
  const key = `${path} ${webhookId}`
  const heard: Heard = {
    path,
    webhookId,
    body: '',
    startedAt: Date.now(),
    endedAt: 0,
    status: null,
    overlapped: (open.get(key) ?? 0) > 0,
  }
  open.set(key, (open.get(key) ?? 0) + 1)
  // Answered, or given up by its sender: either way nobody is at it any more.
  response.once('close', () => {
    const left = (open.get(key) ?? 1) - 1
    if (left > 0) open.set(key, left)
    else open.delete(key)
    heard.endedAt = Date.now()
    if (response.writableFinished) heard.status = response.statusCode
    tell({ kind: 'heard', heard })
  })
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  heard.body = Buffer.concat(chunks).toString('latin1')
  await pause(ANSWER_AFTER_MS)
  response.writeHead(statusFor(path, key), { 'content-type': 'application/json' })
  response.end('{"received":true}')
}

function statusFor(path: string, key: string): number {
  if (!path.startsWith('/flaky') || seen.has(key)) return 200
  seen.add(key)
  return seen.size % FLAKY_EVERY === 0 ? 500 : 200
}

function tell(message: SlowReceiverTell): void {
  process.send?.(message)
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  onRequest(request, response).catch(() => response.destroy())
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () => {
  tell({ kind: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
})
// Without the test there is nobody to receive for.
process.on('disconnect', () => process.exit(0))
