import zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { isPacked, type Unpacked, unpack } from './unpack.ts'

const KEPT = 2_048
const PACKED = 64 * 1024
const TEXT = `{"success":false,"why":"${'Grüße '.repeat(20)}"}`
const LONG = Array.from({ length: 14_000 }, (_, n) => `line ${n * 7919} `).join('')

const QUICK = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }

const PACKERS: [string, (bytes: Buffer) => Buffer][] = [
  ['gzip', zlib.gzipSync],
  ['x-gzip', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['deflate', zlib.deflateRawSync],
  ['br', (bytes) => zlib.brotliCompressSync(bytes, QUICK)],
  ['zstd', zlib.zstdCompressSync],
  // Mistaken for each other.
  ['gzip', zlib.deflateSync],
  ['deflate', zlib.gzipSync],
]

/** As it is kept. */
function kept(packed: Buffer): Unpacked {
  return { bytes: packed.subarray(0, PACKED), isCut: packed.length > PACKED }
}

async function textOf(packed: Buffer, coding: string): Promise<string> {
  return (await unpack(kept(packed), coding, KEPT)).bytes.toString()
}

describe.each(PACKERS)('what is packed as %s (%#)', (coding, pack) => {
  test('is unpacked', async () => {
    expect(isPacked(coding, pack(Buffer.from(TEXT)))).toBe(true)
    expect(await textOf(pack(Buffer.from(TEXT)), coding)).toBe(TEXT)
    expect(await textOf(pack(Buffer.alloc(0)), coding)).toBe('')
  })

  test('shows its beginning where it is long, and where it breaks off anywhere', async () => {
    const packed = pack(Buffer.from(LONG))
    const long = await unpack(kept(packed), coding, KEPT)
    expect([long.bytes.toString(), long.isCut]).toEqual([LONG.slice(0, KEPT), true])
    const short = pack(Buffer.from(TEXT))
    for (let bytes = 0; bytes < short.length; bytes += 3) {
      const text = await textOf(short.subarray(0, bytes), coding)
      expect(TEXT.startsWith(text.replace(/\ufffd$/, '')), text).toBe(true)
    }
  })

  test('shows what came before a byte that is wrong', async () => {
    const packed = Buffer.from(pack(Buffer.from(LONG)))
    packed.fill(0xff, 1_500, 1_600)
    const text = await textOf(packed, coding)
    expect(LONG.startsWith(text.slice(0, 400))).toBe(true)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3 * KEPT)
  })
})

test('codings that stand on each other come off in the other order', async () => {
  const once = zlib.gzipSync(TEXT)
  expect(await textOf(zlib.brotliCompressSync(once), 'gzip, br')).toBe(TEXT)
  expect(await textOf(zlib.gzipSync(once), 'gzip,GZIP')).toBe(TEXT)
  const thrice = zlib.zstdCompressSync(zlib.deflateSync(once))
  expect(await textOf(thrice, 'gzip, deflate, zstd')).toBe(TEXT)
  expect(await textOf(once, 'identity, gzip, utf-8')).toBe(TEXT)
})

test.each([
  '',
  'identity',
  'utf-8',
  'none',
  'gzip',
  'br',
  'deflate',
  'zstd',
  'gzip, br',
  'compress',
])('text that is labelled as %s stays text', async (coding) => {
  expect(await textOf(Buffer.from(TEXT), coding)).toBe(TEXT)
})

test('what is packed and not labelled is known by its first bytes', async () => {
  expect(await textOf(zlib.gzipSync(TEXT), '')).toBe(TEXT)
  expect(await textOf(zlib.zstdCompressSync(TEXT), 'identity')).toBe(TEXT)
  expect(isPacked('', Buffer.from(TEXT))).toBe(false)
})

test('what is neither text nor unpacks shows nothing', async () => {
  const noise = Buffer.from(Array.from({ length: 300 }, (_, n) => (n * 97 + 131) % 256))
  for (const coding of ['gzip', 'br', 'zstd']) expect(await textOf(noise, coding)).toBe('')
})

test('a bomb costs little, also one in another, and many of them at once', async () => {
  const zeros = Buffer.alloc(16 * 1024 * 1024)
  const bombs: [string, Buffer][] = [
    ['gzip', zlib.gzipSync(zeros)],
    ['br', zlib.brotliCompressSync(zeros, QUICK)],
    ['zstd', zlib.zstdCompressSync(zeros)],
    ['gzip, gzip', zlib.gzipSync(zlib.gzipSync(zeros))],
    ['gzip, gzip, gzip, gzip, gzip, gzip', zlib.gzipSync(zlib.gzipSync(zeros))],
  ]
  const cpuBefore = process.cpuUsage()
  const results = await Promise.all(
    Array.from({ length: 40 }, () => bombs)
      .flat()
      .map(([coding, packed]) => unpack(kept(packed), coding, KEPT)),
  )
  const { user, system } = process.cpuUsage(cpuBefore)
  for (const { bytes } of results) expect(bytes.length).toBeLessThanOrEqual(KEPT)
  // Unpacked to their ends they are 3 GB.
  expect((user + system) / 1_000 / results.length).toBeLessThan(10)
})
