/** Where deliveries of the fuzzer go: mostly fine, now and then not. It keeps nothing. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** 410 last and once a round: it disables the webhook that gets it. */
const STATUSES = [200, 200, 204, 500, 200, 302, 429, 200, 404, 200, 200, 410]

interface FickleEndpoint {
  url: string
  close(): void
}

export async function openFickleEndpoint(): Promise<FickleEndpoint> {
  let count = 0
  const server = createServer((request, response) => {
    request.resume()
    const status = STATUSES[count++ % STATUSES.length] ?? 200
    response.writeHead(status, { 'retry-after': '1', location: '/', 'content-type': 'text/html' })
    response.end(status === 204 ? undefined : '{"received":true}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
