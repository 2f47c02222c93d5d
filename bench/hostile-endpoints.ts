/**
 * Endpoints that make whoever reads their answers work, a process of its own: the path's first
 * segment names the kind, and what it writes has no end. Told to, the same many write to a sink
 * instead, which is this program again: the same cores are busy, and nobody reads.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

interface Kind {
  /** Once. */
  head: string
  /** Then this, again and again. */
  piece: string
  /** Each byte in a segment of its own. */
  isBytewise?: boolean
}

export type HostileAsk =
  | { command: 'sink'; port: number; connections: number }
  | { command: 'stop' }

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const WHOLE = `${OK}Content-Length: 2\r\n\r\nok`

export const KINDS: Record<string, Kind> = {
  'interim answers': { head: '', piece: 'HTTP/1.1 103 Early Hints\r\n\r\n' },
  'interim answers with headers': {
    head: '',
    piece: `HTTP/1.1 103 X\r\n${'x: y\r\n'.repeat(500)}\r\n`,
  },
  'interim answers by bytes': { head: '', piece: 'HTTP/1.1 100 X\r\n\r\n', isBytewise: true },
  'empty lines': { head: '', piece: '\r\n' },
  'line feeds by bytes': { head: '', piece: '\n', isBytewise: true },
  'a status line without end': { head: 'HTTP/1.1 200 ', piece: 'OK ' },
  'a status line by bytes': { head: 'HTTP/1.1 200 ', piece: 'O', isBytewise: true },
  headers: { head: OK, piece: 'x-a: b\r\n' },
  'headers of one letter': { head: OK, piece: 'a:\n' },
  'a header without end': { head: `${OK}x: `, piece: 'v' },
  'folded lines': { head: `${OK}x: v\r\n`, piece: ' w\r\n' },
  'headers by bytes': { head: OK, piece: 'a: b\r\n', isBytewise: true },
  'a body': { head: `${OK}\r\n`, piece: 'body ' },
  'a long body': { head: `${OK}Content-Length: 999999999999\r\n\r\n`, piece: 'body ' },
  'a body by bytes': { head: `${OK}\r\n`, piece: 'x', isBytewise: true },
  'tiny chunks': { head: CHUNKED, piece: '1\r\nx\r\n' },
  'tiny chunks by bytes': { head: CHUNKED, piece: '1\r\nx\r\n', isBytewise: true },
  'chunks with extensions': { head: CHUNKED, piece: '1;a=b;c="d"\r\nx\r\n' },
  'an extension without end': { head: `${CHUNKED}1;`, piece: 'a=b;' },
  trailers: { head: `${CHUNKED}0\r\n`, piece: 'x: y\r\n' },
  surplus: { head: WHOLE, piece: WHOLE },
  'surplus by bytes': { head: WHOLE, piece: WHOLE, isBytewise: true },
  garbage: { head: '', piece: '\0\x01\x02garbage' },
  'a length and chunks': {
    head: `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`,
    piece: '1\r\nx\r\n',
  },
}

const FLOOD_BYTES = 16 * 1024
/** In a turn of the loop: this process has other sockets, too. */
const BYTES_IN_A_TURN = 32
const names = Object.keys(KINDS)
const toSink = new Set<Socket>()

/** Until the other side has had enough. */
function write(socket: Socket, { head, piece, isBytewise = false }: Kind): void {
  const flood = piece.repeat(Math.ceil(FLOOD_BYTES / piece.length))
  let at = 0
  const next = (): void => {
    if (socket.destroyed) return
    let isTaken = true
    if (isBytewise) {
      for (let i = 0; i < BYTES_IN_A_TURN && isTaken; i++) {
        isTaken = socket.write(piece.charAt(at++ % piece.length), 'latin1')
      }
    } else isTaken = socket.write(flood, 'latin1')
    if (isTaken) setImmediate(next)
    else socket.once('drain', next)
  }
  socket.setNoDelay(isBytewise)
  socket.write(head, 'latin1')
  next()
}

function kindOf(name: string): Kind {
  return KINDS[decodeURIComponent(name)] ?? { head: WHOLE, piece: WHOLE }
}

function onConnection(socket: Socket): void {
  socket.on('error', () => {})
  socket.once('data', (chunk) => {
    socket.resume()
    write(socket, kindOf(/^POST \/([^/ ]*)/.exec(chunk.toString('latin1'))?.[1] ?? ''))
  })
}

function obey(ask: HostileAsk): void {
  if (ask.command === 'stop') {
    for (const socket of toSink) socket.destroy()
    toSink.clear()
    return
  }
  for (let index = 0; index < ask.connections; index++) {
    const socket = connect(ask.port, '127.0.0.1')
    socket.on('error', () => {})
    toSink.add(socket)
    write(socket, kindOf(names[index % names.length] ?? ''))
  }
}

function serve(onSocket: (socket: Socket) => void): void {
  const server = createServer(onSocket)
  server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 }, () => {
    process.send?.({ port: (server.address() as AddressInfo).port })
  })
  process.on('disconnect', () => process.exit(0))
}

if (process.argv[2] === 'sink') serve((socket) => socket.on('error', () => {}).resume())
else if (process.argv[2] === 'hostile') {
  serve(onConnection)
  process.on('message', (ask: HostileAsk) => obey(ask))
}
