/** An owner's endpoint: keeps what it gets and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

interface Received {
  headers: IncomingHttpHeaders
  body: string
}

export interface Endpoint {
  url: string
  received: Received[]
  /** What it answers from now on. */
  answer: { status: number; body: string; headers?: Record<string, string> }
  /** Resolves when it has got so many requests in all. */
  hasReceived(count: number): Promise<void>
}

export async function startEndpoint(): Promise<Endpoint> {
  const waiting: { count: number; tell: () => void }[] = []
  const endpoint: Endpoint = {
    url: '',
    received: [],
    answer: { status: 200, body: '{"received":true}' },
    hasReceived: (count) =>
      new Promise((tell) => {
        if (endpoint.received.length >= count) tell()
        else waiting.push({ count, tell })
      }),
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { headers } = request
    endpoint.received.push({ headers, body: Buffer.concat(chunks).toString() })
    const { status, body, headers: answered } = endpoint.answer
    response.writeHead(status, { 'content-type': 'application/json', ...answered }).end(body)
    for (const { count, tell } of waiting) if (endpoint.received.length >= count) tell()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  endpoint.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return endpoint
}
