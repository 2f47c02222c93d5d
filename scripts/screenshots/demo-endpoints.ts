/** Where the demo's leads go: systems as a shop has them, on this machine. One of them is broken. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../../test/support/seeded-random.ts'

interface DemoEndpoints {
  url: string
  close(): Promise<void>
}

/** By their paths; what is slow gives the chart of answer times something to show. */
const SYSTEMS: Record<string, { status: number; body: string; slowMs: number }> = {
  '/crm/leads': { status: 200, body: '{"received":true}', slowMs: 60 },
  '/mail/new-lead': { status: 202, body: '{"queued":true}', slowMs: 140 },
  '/warehouse/orders': { status: 500, body: 'The warehouse is closed', slowMs: 20 },
  '/analytics/events': { status: 200, body: '{"received":true}', slowMs: 15 },
}
const PORT = 3000

export async function startDemoEndpoints(): Promise<DemoEndpoints> {
  const random = seededRandom(7)
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    const { status, body, slowMs } = SYSTEMS[path] ?? { status: 404, body: '', slowMs: 0 }
    request.resume()
    await pause(slowMs * (0.5 + random.fraction()))
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }
  const server = createServer((request, response) => void answer(request, response))
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => resolve())
    })
  // A port that looks like one, if nobody has it.
  await listen(PORT).catch(() => listen(0))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
