/**
 * Unpack: the beginning of a body that came compressed, though `identity` was asked for. What is
 * kept of it is bounded, and may be cut anywhere; of what unpacks from that a beginning is wanted, so
 * a bomb is never seen past its first pages.
 *
 * Never fails: a stream that breaks gives what could be read of it, and what was labelled wrongly
 * stays as it came.
 */
import { isUtf8 } from 'node:buffer'
import type { Transform } from 'node:stream'
import zlib from 'node:zlib'

export interface Unpacked {
  bytes: Buffer
  /** More would have followed. */
  isCut: boolean
}

/** Between two codings: enough for the second one to begin. */
const BETWEEN_BYTES_MAX = 64 * 1024
/** Each step unpacks so much at most, in another thread. */
const STEP_BYTES = 4 * 1024
const CODINGS_MAX = 4
/** 8 MiB, which is all that a coding of HTTP may ask for (RFC 9659, 3). */
const ZSTD_WINDOW_LOG_MAX = 23

type Coding = (bytes: Buffer) => Transform

const CODINGS = new Map<string, Coding>([
  ['gzip', deflated],
  ['x-gzip', deflated],
  ['deflate', deflated],
  ['br', () => zlib.createBrotliDecompress({ chunkSize: STEP_BYTES, finishFlush: BROTLI_CUT })],
  ['zstd', zstd],
])
const BROTLI_CUT = zlib.constants.BROTLI_OPERATION_FLUSH

/** Whether there is anything to unpack. */
export function isPacked(contentEncoding: string, bytes: Buffer): boolean {
  return codingsOf(contentEncoding, bytes).length > 0
}

/** The codings that a header names were applied in its order (RFC 9110, 8.4). */
export async function unpack(
  packed: Unpacked,
  contentEncoding: string,
  bytesMax: number,
): Promise<Unpacked> {
  const codings = codingsOf(contentEncoding, packed.bytes).reverse()
  let { bytes, isCut } = packed
  for (const [index, coding] of codings.entries()) {
    const most = index === codings.length - 1 ? bytesMax : BETWEEN_BYTES_MAX
    const step = await unpackOnce(coding(bytes), bytes, most)
    if (step.bytes.length === 0 && step.isBroken) return asItCame(bytes, isCut, bytesMax)
    bytes = step.bytes
    isCut ||= step.isBroken || step.isFull
  }
  return { bytes, isCut }
}

/** Words that name no coding (`utf-8`, `none`) are many; such a body is not packed. */
function codingsOf(contentEncoding: string, bytes: Buffer): Coding[] {
  const named = contentEncoding === '' ? [] : namedCodings(contentEncoding)
  if (named.length > 0) return named
  // Packed by a program of whose work the server in front knows nothing.
  if (isGzip(bytes)) return [deflated]
  return isZstd(bytes) ? [zstd] : []
}

function namedCodings(contentEncoding: string): Coding[] {
  return contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => CODINGS.get(name.trim()))
    .filter((coding) => coding !== undefined)
    .slice(-CODINGS_MAX)
}

interface Step {
  bytes: Buffer
  isFull: boolean
  isBroken: boolean
}

function unpackOnce(stream: Transform, packed: Buffer, bytesMax: number): Promise<Step> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let left = bytesMax
    const settle = (isBroken: boolean) => {
      resolve({ bytes: Buffer.concat(chunks), isFull: left === 0, isBroken })
      stream.destroy()
    }
    stream.on('data', (chunk: Buffer) => {
      const kept = chunk.subarray(0, left)
      chunks.push(kept)
      left -= kept.length
      if (left === 0) settle(false)
    })
    stream.once('end', () => settle(false))
    // Stays: what is destroyed at work may still fail.
    stream.on('error', () => settle(true))
    stream.end(packed)
  })
}

/** Labelled wrongly, or broken at once: text is shown, and of anything else nothing can be. */
function asItCame(bytes: Buffer, isCut: boolean, bytesMax: number): Unpacked {
  // A cut may split the last character.
  const isText = [0, 1, 2, 3].some((back) => isUtf8(bytes.subarray(0, bytes.length - back)))
  if (!isText || bytes.includes(0)) return { bytes: Buffer.alloc(0), isCut: true }
  return { bytes: bytes.subarray(0, bytesMax), isCut: isCut || bytes.length > bytesMax }
}

/** By its bytes: gzip and deflate are mistaken for each other, and deflate for its bare self. */
function deflated(bytes: Buffer): Transform {
  const { Z_SYNC_FLUSH: finishFlush } = zlib.constants
  const options = { chunkSize: STEP_BYTES, finishFlush }
  if (isGzip(bytes)) return zlib.createGunzip(options)
  // RFC 1950, 2.2: method 8, and a check over the first two bytes.
  const isZlib =
    ((bytes[0] ?? 0) & 15) === 8 && bytes.length > 1 && bytes.readUInt16BE(0) % 31 === 0
  return isZlib ? zlib.createInflate(options) : zlib.createInflateRaw(options)
}

function zstd(): Transform {
  const { ZSTD_d_windowLogMax, ZSTD_e_flush: finishFlush } = zlib.constants
  const params = { [ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX }
  return zlib.createZstdDecompress({ chunkSize: STEP_BYTES, finishFlush, params })
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

function isZstd(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2f_b528
}
