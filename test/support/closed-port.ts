import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** An address that nobody listens on: the port of a listener that has just closed. */
export async function closedPort(): Promise<string> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}/`
}
