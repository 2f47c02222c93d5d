import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { manualClock } from '../../../test/manual-clock.ts'
import { silentLog } from '../../log.ts'
import { ANSWER_MS_MAX_AT_STOP, OpenConnections } from './open-connections.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

test('an answer that nobody reads is cut after 30 s, and not before', async () => {
  const { connections, clock, client, answering, closed, log } = await setup()
  client.pause()
  client.write(GET)
  const [response] = await answering(1)
  response?.end(Buffer.alloc(64 * 1024 * 1024))
  connections.end()
  clock.advance(ANSWER_MS_MAX_AT_STOP - 1)
  expect(client.closed).toBe(false)
  expect(log.warn).not.toHaveBeenCalled()
  clock.advance(1)
  client.resume()
  await closed
  expect(log.warn).toHaveBeenCalledWith({ connections: 1 }, 'connections.cut')
})

test('an answer that is made within these 30 s is given, and its connection is closed', async () => {
  const { connections, clock, client, answering, closed, text } = await setup()
  client.write(GET + GET)
  const [first, second] = await answering(2)
  connections.end()
  clock.advance(ANSWER_MS_MAX_AT_STOP - 1)
  second?.end('second')
  first?.end('first')
  await closed
  expect(text()).toMatch(/first.*second/s)
  expect(clock.armed()).toEqual([])
})

test('only the last answer of a connection says that it closes', async () => {
  const { connections, client, answering } = await setup()
  client.write(GET + GET)
  const requests = (await answering(2)).map(({ req }) => req)
  expect(requests.map((request) => connections.endsWith(request))).toEqual([false, false])
  connections.end()
  expect(requests.map((request) => connections.endsWith(request))).toEqual([false, true])
})

test('what is on its way when the stop begins may still arrive; the rest of it may not', async () => {
  const { connections, clock, client, answering, closed, text } = await setup()
  const late = await client.another('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1')
  client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1')
  const [first, second] = await answering(2)
  connections.end()
  client.write('2')
  const arrived = first?.req.socket.remotePort === client.localPort ? first : second
  await once(arrived?.req.resume() ?? client, 'end')
  clock.advance(100)
  await late.end
  arrived?.end('here')
  await closed
  expect(text()).toContain('here')
})

async function setup() {
  const clock = manualClock()
  const log = { ...silentLog, warn: vi.fn() }
  const responses: ServerResponse[] = []
  const came = new EventTarget()
  const server = createServer((_request, response) => {
    responses.push(response)
    came.dispatchEvent(new Event('request'))
  })
  const connections = new OpenConnections({ server, clock, log })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  const open = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }
  const client = await open()
  let text = ''
  client.on('data', (chunk) => {
    text += chunk
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    connections,
    clock,
    log,
    closed: once(client, 'close'),
    text: () => text,
    client: Object.assign(client, {
      /** `end` resolves when it is closed. */
      async another(bytes: string) {
        const other = await open()
        other.resume().write(bytes)
        return { end: once(other, 'close') }
      },
    }),
    async answering(count: number) {
      while (responses.length < count) await once(came, 'request')
      return responses
    },
  }
}
