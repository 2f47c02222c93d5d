/**
 * The bare loop that the server is measured against: it signs and posts, and does nothing else. No
 * store, no queue, no retry, no record; the same bytes, headers and signatures to the same receiver.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { Pool } from 'undici'
import { monotonicMs } from './monotonic.ts'

interface BareRun {
  receiverUrl: string
  path: string
  bodies: readonly string[]
  connections: number
}

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
// A key that Node has imported once costs a tenth of one that it imports for each signature.
const GUIDE_KEY = createSecretKey(Buffer.from(SECRET))
const MODERN_KEY = createSecretKey(Buffer.from(SECRET.slice('whsec_'.length), 'base64'))

/** Posts every body once; how long that took, in ms. */
export async function runBareLoop(run: BareRun): Promise<number> {
  const { receiverUrl, path, bodies, connections } = run
  const pool = new Pool(receiverUrl, { connections, pipelining: 1 })
  let next = 0
  const work = async () => {
    for (let index = next++; index < bodies.length; index = next++) {
      const body = bodies[index] ?? ''
      const headers = signedHeaders(`evt_${index.toString().padStart(26, '0')}`, body)
      const answer = await pool.request({ path, method: 'POST', headers, body })
      await answer.body.dump()
      if (answer.statusCode !== 200) throw new Error(`The receiver answered ${answer.statusCode}`)
    }
  }
  const startedAt = monotonicMs()
  await Promise.all(Array.from({ length: connections }, work))
  const elapsedMs = monotonicMs() - startedAt
  await pool.close()
  return elapsedMs
}

export function signedHeaders(id: string, body: string): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000).toString()
  const content = `${id}.${timestamp}.${body}`
  return {
    'content-type': 'application/json',
    'user-agent': 'Chatzuri-Webhooks/bench',
    accept: 'application/json',
    'x-chatzuri-signature': hmac('sha1', GUIDE_KEY, body, 'hex'),
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${hmac('sha256', MODERN_KEY, content, 'base64')}`,
  }
}

function hmac(
  algorithm: 'sha1' | 'sha256',
  key: KeyObject,
  text: string,
  encoding: 'hex' | 'base64',
): string {
  return createHmac(algorithm, key).update(text).digest(encoding)
}
