/** Answers that come compressed over real connections, though `identity` is asked for. */
import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { createSender, endpoint, requestTo } from '../../test/send/sender.ts'

const TEXT = '{"success":"no","why":"Zoë is unknown"}'
const SAYS_FAILED = { kind: 'answered', status: 200, body: TEXT, note: 'body_says_failed' }

/** An endpoint that answers this body under these headers, each time. */
async function setup(headers: string[], body: Buffer, { cutAt = body.length } = {}) {
  const receiver = await endpoint((socket) => {
    const head = ['HTTP/1.1 200 OK', `content-length: ${body.length}`, ...headers, '', '']
    socket.write(Buffer.concat([Buffer.from(head.join('\r\n')), body.subarray(0, cutAt)]))
    if (cutAt < body.length) socket.end()
  })
  const sender = createSender()
  return () => sender.send(requestTo(`http://127.0.0.1:${receiver.port}/hook`))
}

test.each([
  ['gzip', zlib.gzipSync(TEXT)],
  ['GZip', zlib.gzipSync(TEXT)],
  ['deflate', zlib.deflateRawSync(TEXT)],
  ['br', zlib.brotliCompressSync(TEXT)],
  ['zstd', zlib.zstdCompressSync(TEXT)],
  ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(TEXT))],
])('%s is read as what it packs', async (coding, body) => {
  const send = await setup([`content-encoding: ${coding}`], body)
  expect(await send()).toMatchObject(SAYS_FAILED)
})

test('codings in two headers are one list', async () => {
  const body = zlib.deflateSync(zlib.gzipSync(TEXT))
  const send = await setup(['content-encoding: gzip', 'content-encoding: deflate'], body)
  expect(await send()).toMatchObject(SAYS_FAILED)
})

test('one that breaks off, or is no such thing, is delivered all the same', async () => {
  const body = zlib.gzipSync(TEXT)
  const broken = await setup(['content-encoding: gzip'], body, { cutAt: body.length - 12 })
  const told = await broken()
  expect(told).toMatchObject({ kind: 'answered', status: 200 })
  expect(told.kind === 'answered' && told.body).toMatch(/^\{"success":"no"/)
  const plain = await setup(['content-encoding: gzip'], Buffer.from(TEXT))
  expect(await plain()).toMatchObject(SAYS_FAILED)
})

test('a long one shows its beginning, and a bomb no more than that', async () => {
  const long = 'Grüße '.repeat(20_000)
  const send = await setup(['content-encoding: br'], zlib.brotliCompressSync(long))
  const told = await send()
  expect(told.kind === 'answered' && long.startsWith(told.body)).toBe(true)
  expect(told.kind === 'answered' && Buffer.byteLength(told.body)).toBeGreaterThan(2_040)
  const bomb = await setup(['content-encoding: gzip'], zlib.gzipSync(Buffer.alloc(8_000_000, 'a')))
  expect(await bomb()).toMatchObject({ status: 200, body: 'a'.repeat(2_048) })
})
