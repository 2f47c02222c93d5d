/**
 * Clients: what a request costs by the server's own client, by undici's `Client` as the server had
 * it, and by `node:http` with its tolerant parser; no server around it, the same receiver, the same
 * bytes, 32 at a time. The receiver takes most of a core, so CPU tells more than the rate.
 */
import { Agent, request as httpRequest } from 'node:http'
import { Pool } from 'undici'
import { systemClock } from '../../packages/server/src/clock.ts'
import { systemRandom } from '../../packages/server/src/random.ts'
import { createGuard } from '../../packages/server/src/send/guard.ts'
import { createSend } from '../../packages/server/src/send/send.ts'
import { signedHeaders } from '../bare-loop.ts'
import { tell } from '../bench-world.ts'
import { watch } from '../cleaning.ts'
import { type Figure, figureOf, interleave } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { ReceiverProcess } from '../receiver-process.ts'
import { leadDeliveryBody } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

const OPEN = 32

interface Client {
  post(body: string, headers: Record<string, string>): Promise<number>
  close(): Promise<void>
}

interface Cost {
  perSecond: number
  /** Of this process, for a thousand requests. */
  cpuMs: number
}

export const clients: Scenario = {
  name: 'clients',
  about: "a request by the server's own client / by undici / by node:http, rate and CPU",
  stores: ['sqlite'],
  async run({ quick }) {
    const receiver = await ReceiverProcess.start(watch)
    try {
      return await compareAll(`${receiver.url}/clients`, quick ? 5_000 : 20_000)
    } finally {
      await receiver.stop()
    }
  },
}

async function compareAll(url: string, count: number): Promise<Figure[]> {
  const ours = createOurs(url)
  const undici = createUndici(url)
  const node = createNodeHttp(url)
  // Compiled code first.
  for (const client of [ours, undici, node]) await measure(client, count / 4)
  const figures = [
    ...(await compare('undici', { ours, other: undici, count })),
    ...(await compare('node:http', { ours, other: node, count })),
  ]
  for (const client of [ours, undici, node]) await client.close()
  return figures
}

async function compare(
  name: string,
  { ours, other, count }: { ours: Client; other: Client; count: number },
): Promise<Figure[]> {
  const pairs = await interleave({
    rounds: 5,
    a: () => measure(ours, count),
    b: () => measure(other, count),
  })
  for (const { a, b } of pairs) {
    tell(
      `ours ${a.perSecond.toFixed(0)}/s, ${a.cpuMs.toFixed(0)} ms of CPU for 1,000; ` +
        `${name} ${b.perSecond.toFixed(0)}/s, ${b.cpuMs.toFixed(0)} ms`,
    )
  }
  return [
    figureOf(
      pairs.map(({ a, b }) => a.perSecond / b.perSecond),
      { what: `requests a second, ours / ${name}`, unit: 'ratio' },
    ),
    figureOf(
      pairs.map(({ a, b }) => a.cpuMs / b.cpuMs),
      { what: `  CPU of a request, ours / ${name}`, unit: 'ratio' },
    ),
  ]
}

async function measure(client: Client, count: number): Promise<Cost> {
  const body = leadDeliveryBody(1, 'bot_00000000000000000000000000')
  const headers = signedHeaders('evt_00000000000000000000000001', body)
  let left = count
  const work = async () => {
    while (left-- > 0) {
      const status = await client.post(body, headers)
      if (status !== 200) throw new Error(`The receiver answered ${status}`)
    }
  }
  const cpu = process.cpuUsage()
  const startedAt = monotonicMs()
  await Promise.all(Array.from({ length: OPEN }, work))
  const elapsedMs = monotonicMs() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: (count / elapsedMs) * 1_000, cpuMs: (user + system) / count }
}

function createOurs(url: string): Client {
  const sender = createSend({
    clock: systemClock,
    random: systemRandom,
    guard: createGuard({ allow: [], allowLoopback: true }),
  })
  return {
    async post(body, headers) {
      const request = { url, headers: Object.entries(headers), body: Buffer.from(body) }
      const result = await sender.send({ ...request, timeoutMs: 30_000 })
      return result.kind === 'answered' ? result.status : 0
    },
    close: () => sender.destroy(),
  }
}

function createUndici(url: string): Client {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: OPEN, pipelining: 1 })
  return {
    async post(body, headers) {
      const answer = await pool.request({ path: pathname, method: 'POST', headers, body })
      await answer.body.text()
      return answer.statusCode
    },
    close: () => pool.destroy(),
  }
}

function createNodeHttp(url: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: OPEN })
  const options = { method: 'POST', agent, insecureHTTPParser: true }
  return {
    post(body, headers) {
      return new Promise((resolve, reject) => {
        const asking = httpRequest(url, { ...options, headers }, (answer) => {
          let text = ''
          answer.on('data', (chunk) => {
            text += chunk
          })
          answer.on('end', () => resolve(text === '' ? 0 : (answer.statusCode ?? 0)))
        })
        asking.on('error', reject)
        asking.end(body)
      })
    },
    async close() {
      agent.destroy()
    },
  }
}
