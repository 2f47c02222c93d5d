/**
 * The peers of the benchmark are whole webhook senders: what they are measured at is worth something
 * only if they record, retry and survive. `npm run test:peers`; it installs them, see bench/README.md.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { cleanUp } from '../../bench/bench-world.ts'
import { installPackages } from '../../bench/peers/install.ts'
import { loadPackage } from '../../bench/peers/load-package.ts'
import { PEERS, type Peer } from '../../bench/peers/peer.ts'
import { PeerProcess } from '../../bench/peers/peer-process.ts'

const ADMIN_KEY = 'key-of-the-test'
const CHATBOT = 'bot_1'
const LEAD = '{"customerName":"Ann","customerEmail":"ann@example.com"}'

const noPackages = await installPackages()
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(cleanUp)

for (const peer of PEERS) {
  const missing = noPackages ?? peer.obstacle()
  const name = missing === null ? peer.name : `${peer.name} is missing: ${missing}`
  describe.skipIf(missing !== null)(name, () => {
    test('a delivery is recorded where the peer keeps its record', async () => {
      const { sender, store, receiver } = await setup(peer, [200])
      const eventId = await sender.api.postLead(CHATBOT, LEAD)
      await expectRecorded(sender, { delivered: 1, failed: 0 })
      await expect.poll(() => look(peer, store.url), WAIT).toEqual({ delivered: [200], waiting: 0 })
      expect(receiver.requests).toMatchObject([{ 'webhook-id': eventId }])
      const body = '"customerEmail":"ann@example.com","customerName":"Ann","customerPhone":""}}'
      expect(receiver.bodies[0]?.endsWith(body)).toBe(true)
    })

    test('an endpoint that failed is tried again with the same id and bytes', async () => {
      const { sender, receiver } = await setup(peer, [500, 200])
      const eventId = await sender.api.postLead(CHATBOT, LEAD)
      await expectRecorded(sender, { delivered: 1, failed: 1 })
      expect(receiver.requests.map((headers) => headers['webhook-id'])).toEqual([eventId, eventId])
      expect(receiver.bodies[1]).toBe(receiver.bodies[0])
    })

    test('what waits for its next attempt survives a killed process', async () => {
      const { sender, start, store } = await setup(peer, [500, 200])
      await sender.api.postLead(CHATBOT, LEAD)
      await expect.poll(() => look(peer, store.url), WAIT).toMatchObject({ waiting: 1 })
      await sender.stop('killed')
      const next = await start()
      await expectRecorded(next, { delivered: 1 })
    })

    test('a lead without the key, or of a shape that is none, is not taken', async () => {
      const { sender, receiver } = await setup(peer, [200])
      await expect(sender.api.postLead(CHATBOT, '{}')).rejects.toThrow('400')
      await expect(sender.api.postLead('bot_2', LEAD)).rejects.toThrow('404')
      const stranger = new URL(`/api/v1/chatbots/${CHATBOT}/leads`, sender.url)
      const headers = { authorization: 'Bearer wrong', 'content-type': 'application/json' }
      const { status } = await fetch(stranger, { method: 'POST', headers, body: LEAD })
      expect(status).toBe(401)
      expect(receiver.requests).toEqual([])
    })
  })
}

const WAIT = { timeout: 30_000, interval: 50 }

async function expectRecorded(sender: PeerProcess, counts: object): Promise<void> {
  await expect.poll(() => sender.recorded(CHATBOT), WAIT).toMatchObject(counts)
}

/** A peer on a fresh store, with one webhook, whose endpoint answers so; the last status for ever. */
async function setup(peer: Peer, statuses: number[]) {
  const receiver = await startReceiver(statuses)
  const store = await peer.startStore()
  closers.push(() => store.stop())
  const config = { adminKey: ADMIN_KEY, storeUrl: store.url, settings: peer.candidates[0] }
  const start = async () => {
    const started = await PeerProcess.start({ program: peer.program, config, store })
    closers.push(() => started.stop('orderly'))
    await started.setWebhooks(CHATBOT, [{ url: receiver.url, timeoutMs: 5_000 }])
    return started
  }
  return { sender: await start(), start, store, receiver }
}

async function startReceiver(statuses: number[]) {
  const requests: IncomingMessage['headers'][] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    requests.push(request.headers)
    const chunks = await request.toArray()
    bodies.push(Buffer.concat(chunks).toString())
    response.writeHead(statuses[requests.length - 1] ?? statuses.at(-1) ?? 200).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hook`, requests, bodies }
}

// ─── what a store holds ───────────────────────────────────────────────────────────────────────────

interface Look {
  /** Statuses of what is recorded as delivered. */
  delivered: number[]
  /** Jobs that wait for another attempt, in nobody's hands. */
  waiting: number
}

function look({ name }: Peer, storeUrl: string): Promise<Look> {
  switch (name) {
    case 'BullMQ':
      return lookAtRedis(storeUrl)
    case 'pg-boss':
      return lookAtPostgres(storeUrl, "SELECT count(*)::int FROM pgboss.job WHERE state = 'retry'")
    default:
      return lookAtPostgres(
        storeUrl,
        'SELECT count(*)::int FROM graphile_worker.jobs WHERE attempts > 0 AND locked_at IS NULL',
      )
  }
}

async function lookAtPostgres(storeUrl: string, countWaiting: string): Promise<Look> {
  const client = new pg.Client({ connectionString: storeUrl })
  await client.connect()
  try {
    const attempts = await client.query('SELECT status FROM attempts WHERE error IS NULL')
    const waiting = await client.query(countWaiting)
    return {
      delivered: attempts.rows.map(({ status }) => status),
      waiting: waiting.rows[0].count,
    }
  } finally {
    await client.end()
  }
}

interface BullmqApi {
  Queue: new (
    name: string,
    options: object,
  ) => {
    getCompleted(): Promise<{ returnvalue: { status: number } }[]>
    getJobCountByTypes(type: string): Promise<number>
    close(): Promise<void>
  }
}

async function lookAtRedis(storeUrl: string): Promise<Look> {
  const { Queue } = loadPackage<BullmqApi>('bullmq')
  const { hostname: host, port } = new URL(storeUrl)
  const queue = new Queue('deliveries', { connection: { host, port: Number(port) } })
  try {
    const completed = await queue.getCompleted()
    const delivered = completed.map(({ returnvalue }) => returnvalue.status)
    return { delivered, waiting: await queue.getJobCountByTypes('delayed') }
  } finally {
    await queue.close()
  }
}
