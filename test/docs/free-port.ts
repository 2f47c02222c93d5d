import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that systems give to outgoing connections and to who asks for any port. */
const PORT_MIN = 20_000
const PORT_MAX = 30_000

/** One that stays free until it is wanted, some seconds later: nobody gets it by chance. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN))
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
