/** What is no request, or only nearly one. */
import fc from 'fast-check'
import { type Draw, onceIn, pick } from './draw.ts'

const NEARLY = [
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET /healthz HTTP/2.0\r\n\r\n',
  'GET  /healthz  HTTP/1.1\r\nconnection: close\r\n\r\n',
  'get /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
  'GET http://[::1 HTTP/1.1\r\nconnection: close\r\n\r\n',
  'GET * HTTP/1.1\r\nconnection: close\r\n\r\n',
  'CONNECT 127.0.0.1:25 HTTP/1.1\r\nhost: x\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'POST /api/v1/chatbots HTTP/1.1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
  'POST /api/v1/chatbots HTTP/1.1\r\ncontent-length: -1\r\n\r\n{}',
  'POST /api/v1/chatbots HTTP/1.1\r\ncontent-length: 9e9\r\n\r\n{}',
  'POST /api/v1/chatbots HTTP/1.1\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /api/v1/chatbots HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n',
  'POST /api/v1/chatbots HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  'POST /api/v1/chatbots HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n',
  'GET /healthz HTTP/1.1\r\nx: a\r\n b\r\nconnection: close\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nx y: a\r\n\r\n',
  'GET /healthz HTTP/1.1\r\n: a\r\n\r\n',
  'GET /healthz HTTP/1.1\nhost: x\n\n',
  'GET /healthz HTTP/1.1\r\nx: a\0b\r\n\r\n',
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
  `GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(3_000)}\r\n`,
  '\r\n\r\n\r\n\r\n',
  '{}',
] as const

/** The client says good-bye after it, so that half a request is an answer's business at once. */
export function rawBytes(draw: Draw): Buffer {
  if (onceIn(draw, 6)) return Buffer.from(draw(fc.uint8Array, { minLength: 1, maxLength: 400 }))
  const bytes = Buffer.from(pick(draw, NEARLY), 'latin1')
  if (onceIn(draw, 2)) return bytes
  const at = draw(fc.nat, { max: bytes.length - 1 })
  if (onceIn(draw, 2)) return bytes.subarray(0, Math.max(1, at))
  const changed = Buffer.from(bytes)
  changed[at] = draw(fc.nat, { max: 255 })
  return changed
}

/** For a shell: `printf … | nc host port`. */
export function printfLine(bytes: Buffer, url: string): string {
  const { hostname, port } = new URL(url)
  const text = [...bytes.subarray(0, 400)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
  const cut = bytes.length > 400 ? ` # first 400 of ${bytes.length} bytes` : ''
  return `printf '${text.join('')}' | nc ${hostname} ${port}${cut}`
}
