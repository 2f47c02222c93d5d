/** A bare TCP server that keeps what a sender writes, to the byte, and answers 200. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

interface WireTap {
  url: string
  /** Whole requests, as they were written. */
  requests: Buffer[]
  close(): void
}

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK'

export async function openWireTap(): Promise<WireTap> {
  const requests: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    let bytes = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      const end = requestEnd(bytes)
      if (end === null || bytes.length < end) return
      requests.push(bytes.subarray(0, end))
      bytes = bytes.subarray(end)
      socket.write(ANSWER)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Null: the head isn't whole yet. Without a length there is no telling; the head is all then. */
function requestEnd(bytes: Buffer): number | null {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return null
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(`${bytes.subarray(0, head)}\r\n`)?.[1]
  return head + 4 + Number(length ?? 0)
}
