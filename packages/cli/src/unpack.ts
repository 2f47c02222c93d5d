/**
 * A body that came compressed, though `identity` was asked for, as far as it can be read: bounded,
 * because an endpoint under development may answer with anything.
 */
import type { Transform } from 'node:stream'
import zlib from 'node:zlib'

const CODINGS_MAX = 4

/** The codings were applied in the header's order (RFC 9110, 8.4). */
export async function unpack(bytes: Buffer, contentEncoding: string, bytesMax: number) {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .reverse()
  let body = bytes
  for (const coding of codings.slice(0, CODINGS_MAX)) {
    const stream = streamOf(coding, body)
    if (stream === null) continue
    const unpacked = await through(stream, body, bytesMax)
    // Labelled wrongly: it stays as it came.
    if (unpacked.length === 0) return body
    body = unpacked
  }
  return body
}

function streamOf(coding: string, body: Buffer): Transform | null {
  const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      // Its first bytes tell gzip and zlib; deflate is sent bare as well.
      return body[0] === 0x1f || ((body[0] ?? 0) & 15) === 8
        ? zlib.createUnzip({ finishFlush: Z_SYNC_FLUSH })
        : zlib.createInflateRaw({ finishFlush: Z_SYNC_FLUSH })
    case 'br':
      return zlib.createBrotliDecompress({ finishFlush: BROTLI_OPERATION_FLUSH })
    case 'zstd':
      // Newer than the oldest Node that this command runs on.
      return zlib.createZstdDecompress?.({ finishFlush: ZSTD_e_flush }) ?? null
    default:
      return null
  }
}

function through(stream: Transform, packed: Buffer, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let left = bytesMax
    const settle = () => {
      resolve(Buffer.concat(chunks))
      stream.destroy()
    }
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, left))
      left = Math.max(0, left - chunk.length)
      if (left === 0) settle()
    })
    stream.once('end', settle)
    stream.on('error', settle)
    stream.end(packed)
  })
}
