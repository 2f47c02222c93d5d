/** Bodies that nobody asks for: their senders must still get their answer. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { type Clock, sleep } from '../../../clock.ts'
import type { ContinueQuestions } from '../expect-continue.ts'
import { createChunkCheck } from './tiny-chunks.ts'

/** How much of a rejected body is still read. */
const DRAINED_BYTES_MAX = 64 * 1024 * 1024

/** Whether something of a body may still be coming. */
export function unreadBody(
  { headers, raw }: FastifyRequest,
  continues: ContinueQuestions,
): 'none' | 'some' | 'too-much' | 'not-sent' {
  if (raw.readableEnded || raw.destroyed) return 'none'
  if (continues.isOpen(raw)) return 'not-sent'
  if (headers['transfer-encoding'] !== undefined) return 'some'
  const length = Number(headers['content-length'] ?? 0)
  if (length > DRAINED_BYTES_MAX) return 'too-much'
  return length > 0 ? 'some' : 'none'
}

/**
 * Reads what is left and drops it. Who sends a large body reads no answer before its end; to answer
 * and close earlier resets the connection, and the answer is lost with it.
 */
export function dropBody(raw: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let leftBytes = DRAINED_BYTES_MAX
    const checkChunk = createChunkCheck(raw)
    raw.on('data', (chunk: Buffer) => {
      checkChunk(chunk)
      leftBytes -= chunk.length
      if (leftBytes < 0) resolve()
      // A chunk for each turn of the loop: left to itself, libuv reads 2 MiB of a connection at a time,
      // and a hundred refused batches would hold everybody up for each of these rounds.
      raw.pause()
      setImmediate(() => raw.resume())
    })
    raw.once('end', resolve)
    raw.once('close', resolve)
    raw.resume()
  })
}

/**
 * An answer that is there at once, of known length, but whose end, and with it the connection's, waits
 * until the body has come and was dropped, `lingerMs` at most: to close earlier resets it away.
 */
export function lastWord(
  text: string,
  { raw, clock, lingerMs }: { raw: IncomingMessage; clock: Clock; lingerMs: number },
): Readable {
  async function* words() {
    yield Buffer.from(text)
    const dropped = new AbortController()
    await Promise.race([dropBody(raw), sleep(clock, lingerMs, dropped.signal)])
    dropped.abort()
  }
  return Readable.from(words(), { objectMode: false })
}
