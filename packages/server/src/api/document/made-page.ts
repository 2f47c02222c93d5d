/**
 * What is made once and asked for often: compressed once, too, and known by its ETag, so that who has
 * it already gets a 304. A client generator or a page asks for 300 KB at every look otherwise.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { acceptsEncoding } from '../../text/accept-encoding.ts'

interface Made {
  plain: Buffer
  zipped: Buffer
  etag: string
}

interface Answering {
  request: FastifyRequest
  reply: FastifyReply
  headers: Record<string, string>
}

/** `make` is called at the first request: a start should not wait for what may never be read. */
export function madePage(make: () => string): (answering: Answering) => Promise<FastifyReply> {
  let made: Promise<Made> | undefined
  return async ({ request, reply, headers }) => {
    made ??= compress(make())
    const { plain, zipped, etag } = await made
    const isZipped = acceptsEncoding(request.headers['accept-encoding'] ?? '', 'gzip')
    // The bytes differ, so the tags do (RFC 9110 section 8.8.3.3).
    const tag = isZipped ? `"${etag}-gzip"` : `"${etag}"`
    // It may be kept, but is asked about each time: it changes with the version that runs.
    reply.headers({ ...headers, etag: tag, vary: 'accept-encoding', 'cache-control': 'no-cache' })
    if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
    if (isZipped) reply.header('content-encoding', 'gzip')
    return reply.send(isZipped ? zipped : plain)
  }
}

async function compress(text: string): Promise<Made> {
  const plain = Buffer.from(text)
  const zipped = await promisify(gzip)(plain)
  const etag = createHash('sha256').update(plain).digest('base64url').slice(0, 27)
  return { plain, zipped, etag }
}

/** Compared weakly, as RFC 9110 section 13.1.2 asks: in whichever encoding it was kept. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.some((tag) => tag === `"${etag}"` || tag === `"${etag}-gzip"`)
}
