/** What no HTTP client would send: bytes to a socket, and all that comes back until it closes. */
import { connect } from 'node:net'

interface RawAnswer {
  status: number
  head: string
  json: { statusCode: number; code: string; message: string }
}

export function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.once('error', reject)
    socket.once('close', () => {
      const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n')
      const status = Number(head.split(' ')[1])
      resolve({ status, head: head.toLowerCase(), json: body === '' ? null : JSON.parse(body) })
    })
  })
}
