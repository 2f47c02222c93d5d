import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import zlib from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { forward } from './listen/forward.ts'

const TEXT = '{"success":false,"why":"Zoë"}'

async function answered(coding: string, body: Buffer) {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-encoding': coding }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const handed = {
    deliveryId: 'dlv_1',
    eventId: 'evt_1',
    eventType: 'a.b',
    attemptNumber: 1,
    headers: {},
    body: '{}',
    timeoutSeconds: 5,
  }
  const { result } = await forward(handed, new URL(`http://127.0.0.1:${port}/`))
  return result.kind === 'answered' ? result.body : result.message
}

test.each([
  ['gzip', zlib.gzipSync(TEXT)],
  ['deflate', zlib.deflateSync(TEXT)],
  ['deflate', zlib.deflateRawSync(TEXT)],
  ['br', zlib.brotliCompressSync(TEXT)],
  ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(TEXT))],
  ['gzip', Buffer.from(TEXT)],
  ['br', Buffer.from(TEXT)],
  ['none', Buffer.from(TEXT)],
])('what is forwarded and answered as %s is reported as text', async (coding, body) => {
  expect(await answered(coding, body)).toBe(TEXT)
})

test('a bomb is reported as its beginning', async () => {
  const bomb = zlib.gzipSync(Buffer.alloc(20_000_000, 'a'))
  expect(await answered('gzip', bomb)).toBe('a'.repeat(2_048))
})
