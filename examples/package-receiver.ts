/**
 * The same receiver with `@chatzuri/webhooks`: it takes the raw bytes, insists on the modern header
 * and its age, compares in constant time, and hands out a typed event.
 *
 *     CHATZURI_SECRET=… node examples/package-receiver.ts
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHandler } from '@chatzuri/webhooks/node'

// The second name is the one that it had before.
const { CHATZURI_SECRET, WEBHOOK_SECRET, PORT = '3000' } = process.env
const secret = CHATZURI_SECRET ?? WEBHOOK_SECRET
if (!secret) {
  console.error("Set CHATZURI_SECRET to the webhook's secret, then start this again.")
  process.exit(1)
}

const seen = new Set<string>()
const handler = createHandler({
  secret,
  on: {
    // Both spellings of the lead event come here.
    'lead.submit': ({ payload }, { id }) => {
      // A delivery may come twice. A real receiver remembers the ids where it keeps the leads.
      if (id !== null && seen.has(id)) return
      if (id !== null) seen.add(id)
      console.log('Received:', payload)
    },
  },
})

const server = createServer(handler)
server.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`Receiver listens on http://localhost:${port}/webhook`)
})
