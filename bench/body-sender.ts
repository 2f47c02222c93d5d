/**
 * Sends many large batches at once, in a process of its own, so that who measures is not measured. Each
 * is sent again while there is no room for it, as its `Retry-After` says. Tells how it went, and ends.
 */
import { request } from 'node:http'
import { parseArgs } from 'node:util'
import { BATCH_EVENTS_MAX } from './api-client.ts'
import { pause } from './bench-world.ts'
import { monotonicMs } from './monotonic.ts'

export interface BodiesSent {
  accepted: number
  /** Answered 503, again and again. */
  refused: number
  /** Reset before there was an answer. */
  cut: number
  /** Any other status, and how often. */
  others: Record<string, number>
}

/** Events as shops send them, hardly any text, or what is dearest to parse. */
const KINDS = {
  orders: (index: number, bytes: number) => {
    const line = { sku: `SKU-${index}`, count: 2, price: 49.9, name: 'A thing to be bought' }
    const lines = Array(Math.ceil(bytes / (JSON.stringify(line).length + 1))).fill(line)
    return JSON.stringify({ orderId: `order-${index}`, lines })
  },
  texts: (_: number, bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes) }),
  objects: (_: number, bytes: number) => `{"a":[${Array(Math.ceil(bytes / 3)).fill('{}')}]}`,
} as const

export type BodyKind = keyof typeof KINDS

/** Just below what a batch may have. */
const BODY_BYTES = 8 * 1024 * 1024 - 64 * 1024

function batchOf(kind: BodyKind): Buffer {
  const events = kind === 'orders' ? BATCH_EVENTS_MAX : 90
  const bytes = BODY_BYTES / events - 120
  const list = Array.from(
    { length: events },
    (_, index) => `{"eventType":"bench.bodies","payload":${KINDS[kind](index, bytes)}}`,
  )
  return Buffer.from(`{"events":[${list.join(',')}]}`)
}

interface Target {
  url: string
  key: string
  body: Buffer
}

/** Null: the connection was cut. */
function post({ url, key, body }: Target): Promise<{ status: number; retryMs: number } | null> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': body.length,
    }
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      const retryMs = Number(response.headers['retry-after'] ?? 1) * 1_000
      response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, retryMs }))
      response.once('error', () => resolve(null))
    })
    sent.once('error', () => resolve(null))
    sent.end(body)
  })
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: '' },
      key: { type: 'string', default: '' },
      kind: { type: 'string', default: 'orders' },
      count: { type: 'string', default: '120' },
      seconds: { type: 'string', default: '20' },
    },
  })
  const target = { url: values.url, key: values.key, body: batchOf(values.kind as BodyKind) }
  const told: BodiesSent = { accepted: 0, refused: 0, cut: 0, others: {} }
  const giveUpAt = monotonicMs() + Number(values.seconds) * 1_000
  const work = async () => {
    while (monotonicMs() < giveUpAt) {
      const answer = await post(target)
      if (answer?.status === 202) {
        told.accepted += 1
        return
      }
      if (answer === null) told.cut += 1
      else if (answer.status === 503) told.refused += 1
      else told.others[answer.status] = (told.others[answer.status] ?? 0) + 1
      await pause((answer?.retryMs ?? 1_000) * (0.5 + Math.random()))
    }
  }
  await Promise.all(Array.from({ length: Number(values.count) }, work))
  process.send?.(told)
  process.disconnect?.()
}

if (process.send) await main()
