/** Answers the POST to `/N` by the bytes of answer N, and ends the connection. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { RawAnswer } from './answers.ts'

interface RawServer {
  urlOf(index: number): string
  close(): Promise<void>
}

export async function startRawServer(answers: readonly RawAnswer[]): Promise<RawServer> {
  const server = createServer((socket) => {
    let request = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      request += chunk.toString('latin1')
      if (isWhole(request)) socket.end(answerTo(request, answers), 'latin1')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    urlOf: (index) => `http://127.0.0.1:${port}/${index}`,
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}

function isWhole(request: string): boolean {
  const headEnd = request.indexOf('\r\n\r\n')
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(request)?.[1] ?? 0)
  return headEnd >= 0 && request.length >= headEnd + 4 + length
}

function answerTo(request: string, answers: readonly RawAnswer[]): string {
  return answers[Number(/^POST \/(\d+) /.exec(request)?.[1])]?.text ?? ''
}
