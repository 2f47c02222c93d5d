/** Request bytes: a whole request in one buffer, to be written at once. */
import type { SignedRequest } from '../outcome.ts'

interface RequestBytes {
  bytes: Buffer
  /** The request itself says that it is the last on its connection. */
  isLast: boolean
}

/** RFC 9110, 5.6.2 and 5.5: what would break the request, or begin another, is neither. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const KEEP = 'keep-alive'

/** Throws where a header would break the request: a bug of ours, checked when a webhook is set up. */
export function requestBytes(
  { host, path }: { host: string; path: string },
  { headers, body }: SignedRequest,
): RequestBytes {
  let lines = ''
  let connection = KEEP
  let isLast = false
  for (const [name, value] of headers) {
    if (!TOKEN.test(name) || !VALUE.test(value)) {
      throw new Error(`Broken assumption: the header ${JSON.stringify(name)} can be sent`)
    }
    if (name === 'connection') {
      connection = value
      if (value !== KEEP) isLast = true
    } else lines += `${name}: ${value}\r\n`
  }
  const head =
    `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${connection}\r\n` +
    `${lines}content-length: ${body.length}\r\n\r\n`
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 'latin1')
  body.copy(bytes, head.length)
  return { bytes, isLast }
}
