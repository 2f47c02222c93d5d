import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { post } from './post.ts'

async function answering(text: string): Promise<URL> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(text, 'latin1'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  return new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`)
}

function send(url: URL) {
  return post({ url, method: 'POST', headers: {}, body: null, timeoutMs: 5_000, verifyTls: true })
}

test.each([
  ['line feeds alone', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  ['a folded line', 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok'],
  [
    'a length beside chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  [
    'headers of 20 KiB',
    `HTTP/1.1 200 OK\r\nX-A: ${'b'.repeat(20_480)}\r\nContent-Length: 2\r\n\r\nok`,
  ],
])('an answer with %s counts by its status, as for the server', async (_what, text) => {
  expect(await send(await answering(text))).toMatchObject({
    kind: 'answered',
    status: 200,
    body: 'ok',
  })
})

test('what is no HTTP is no answer', async () => {
  const answer = await send(await answering('SSH-2.0-OpenSSH_9.6\r\n'))
  expect(answer).toMatchObject({ kind: 'unreachable', code: expect.stringMatching(/^HPE_/) })
})
