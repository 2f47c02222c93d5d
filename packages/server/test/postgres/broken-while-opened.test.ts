/**
 * Connections that end in one piece with the answer that they are open: between the two nobody has
 * had a turn to listen for it. A relay in front of a real PostgreSQL does it on purpose.
 */
import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { until } from '../../../../test/support/until.ts'
import { systemClock } from '../../src/clock.ts'
import { StoreUnavailable } from '../../src/errors.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'

const encryptionKey = Buffer.alloc(32, 7)
const postgres = usePostgres()
/** The server waits for a query, in no transaction: the last that it says when it is asked something. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])
const ENDED = message(
  'E',
  Buffer.from(
    'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0',
    'latin1',
  ),
)

/** Of the protocol: a letter, the length, and what it says. */
function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(letter)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

interface Relay {
  url: string
  /** Connections from now on end with their n-th answer that they are ready; 0: they don't. */
  breakAt: number
  broken: number
}

async function openRelay(databaseUrl: string): Promise<Relay> {
  const { hostname, port } = new URL(databaseUrl)
  const relay: Relay = { url: '', breakAt: 0, broken: 0 }
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    const { breakAt } = relay
    let readies = 0
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on('error', () => {})
      one.once('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
    near.on('data', (bytes) => far.write(bytes))
    far.on('data', (bytes) => {
      if (bytes.subarray(-READY.length).equals(READY)) readies += 1
      if (readies === 0 || readies !== breakAt || near.writableEnded) return void near.write(bytes)
      relay.broken += 1
      near.end(Buffer.concat([bytes, ENDED]))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  const address = server.address()
  const url = new URL(databaseUrl)
  url.port = String(typeof address === 'object' ? address?.port : '')
  relay.url = url.href
  return relay
}

async function setup() {
  const databaseUrl = await postgres.createDatabase()
  const relay = await openRelay(databaseUrl)
  const store = await openPostgresStore({
    databaseUrl: relay.url,
    encryptionKey,
    clock: systemClock,
  })
  onTestFinished(() => store.close())
  return { relay, store }
}

test('a connection that breaks as it is opened is a store that is away, and not the end of the process', async () => {
  const { relay, store } = await setup()
  relay.breakAt = 1
  const answers = await Promise.allSettled(Array.from({ length: 12 }, () => store.lanesWaiting()))
  expect(relay.broken).toBeGreaterThan(0)
  const faults = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
  expect(faults.length).toBeGreaterThan(0)
  for (const fault of faults) expect(fault).toBeInstanceOf(StoreUnavailable)
  relay.breakAt = 0
  await until(() => store.lanesWaiting().then(Array.isArray, () => null), {
    what: 'the store to work again',
  })
})
