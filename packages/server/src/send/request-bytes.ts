/** Request bytes: a whole request in one buffer, to be written at once. */
import type { SignedRequest } from '../outcome.ts'

/** RFC 9110, 5.6.2 and 5.5: what would break the request, or begin another, is neither. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Throws where a header would break the request: a bug of ours, checked when a webhook is set up. */
export function requestBytes(url: URL, { headers, body }: SignedRequest): Buffer {
  let lines = ''
  let connection = 'keep-alive'
  for (const [name, value] of headers) {
    if (!TOKEN.test(name) || !VALUE.test(value)) {
      throw new Error(`Broken assumption: the header ${JSON.stringify(name)} can be sent`)
    }
    if (name === 'connection') connection = value
    else lines += `${name}: ${value}\r\n`
  }
  const head =
    `POST ${url.pathname}${url.search} HTTP/1.1\r\n` +
    `host: ${url.host}\r\nconnection: ${connection}\r\n` +
    `${lines}content-length: ${body.length}\r\n\r\n`
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 'latin1')
  body.copy(bytes, head.length)
  return bytes
}

/** Whether the request itself says that it is the last on its connection. */
export function asksToClose({ headers }: SignedRequest): boolean {
  return headers.some(([name, value]) => name === 'connection' && value !== 'keep-alive')
}
