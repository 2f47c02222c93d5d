import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openApi } from './api.ts'
import { post } from './check/post.ts'
import { forward } from './listen/forward.ts'
import { isLocalhost, isLoopback } from './localhost.ts'

/** A server on one of the loopback addresses, which answers with the host that it was asked for. */
async function setup(address = '127.0.0.1') {
  const server: Server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ host: request.headers.host, data: [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const handed = {
  deliveryId: 'dlv_1',
  eventId: 'evt_1',
  eventType: 'a.b',
  attemptNumber: 1,
  headers: {},
  body: '{}',
  timeoutSeconds: 5,
}

test.each([
  ['app.localhost', '127.0.0.1'],
  ['a.b.LOCALHOST', '127.0.0.1'],
  ['app.localhost.', '127.0.0.1'],
  ['app.localhost', '::1'],
  ['localhost', '127.0.0.1'],
])('%s is this machine, at %s, for listen and for check', async (name, address) => {
  const port = await setup(address)
  const url = new URL(`http://${name}:${port}/hook`)
  const { result } = await forward(handed, url)
  expect(result).toMatchObject({
    status: 200,
    body: JSON.stringify({ host: url.host, data: [] }),
  })
  const outgoing = { url, method: 'POST', headers: {}, body: null, timeoutMs: 5_000 }
  expect(await post({ ...outgoing, verifyTls: true })).toMatchObject({ status: 200 })
})

test('the server itself may have such a name', async () => {
  const port = await setup()
  const host = `chatzuri.localhost:${port}`
  const api = openApi({ CHATZURI_URL: `http://${host}`, CHATZURI_KEY: 'key' })
  expect(await api.get('/api/v1/chatbots')).toMatchObject({ host })
  expect(await api.post('/api/v1/chatbots', { name: 'Shop' })).toMatchObject({ host })
})

test('where nobody listens, the refusal is told as anywhere', async () => {
  const { result } = await forward(handed, new URL('http://app.localhost:1/hook'))
  expect(result).toMatchObject({ kind: 'unreachable', fault: 'connect' })
})

test('only whole names are below localhost', () => {
  for (const name of ['localhost.example', 'notlocalhost', 'a.localhost.b', '127.0.0.1.nip.io']) {
    expect(isLocalhost(name), name).toBe(false)
  }
  for (const host of ['app.localhost', '127.9.9.9', '[::1]']) expect(isLoopback(host)).toBe(true)
  for (const host of ['10.0.0.1', '[::2]', 'shop.example']) expect(isLoopback(host)).toBe(false)
})
