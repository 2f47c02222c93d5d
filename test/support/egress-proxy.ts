/**
 * A forward proxy that speaks CONNECT, run in a process of its own. It tells the test what it was
 * asked for, in the order of asking, and does it, unless its options say otherwise.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Asked, ProxyOptions, ProxyTell } from './egress-proxy-process.ts'

const options: ProxyOptions = JSON.parse(process.argv[2] ?? '{}')
const expected = options.credentials && `Basic ${btoa(options.credentials)}`

const server = options.tls ? createSecureServer(options.tls) : createServer()
server.on('request', (request, response) => {
  tell({ kind: 'asked', asked: describe(request) })
  response.writeHead(405).end()
})
server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
  client.on('error', () => {})
  tell({ kind: 'asked', asked: describe(request) })
  if (options.answer === 'silence') return
  if (options.answer !== undefined) return void client.end(options.answer)
  if (expected && request.headers['proxy-authorization'] !== expected) {
    return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
  }
  openTunnel(request.url ?? '', client, head)
})
server.on('tlsClientError', () => {})
server.listen(options.port ?? 0, '127.0.0.1', () => {
  tell({ kind: 'ready', port: (server.address() as AddressInfo).port })
})

function openTunnel(authority: string, client: Socket, head: Buffer): void {
  const { hostname, port } = new URL(`http://${authority}`)
  const host = options.everythingTo === undefined ? hostname.replace(/^\[|\]$/g, '') : '127.0.0.1'
  const beyond = connect(options.everythingTo ?? Number(port || 80), host)
  let isOpen = false
  beyond.on('connect', () => {
    isOpen = true
    client.write('HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n')
    beyond.write(head)
    client.pipe(beyond).pipe(client)
  })
  beyond.on('error', () => {
    if (isOpen) client.destroy()
    else client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')
  })
  client.on('close', () => beyond.destroy())
  beyond.on('close', () => client.destroySoon())
}

function describe({ method = '', url = '', headers }: IncomingMessage): Asked {
  return { method, target: url, authorization: headers['proxy-authorization'] ?? null }
}

function tell(message: ProxyTell): void {
  process.send?.(message)
}

process.on('disconnect', () => process.exit())
