/** One connection for one request: any bytes go out, and whatever comes back is taken apart by hand. */
import { connect, type Socket } from 'node:net'
import { within } from '../support/until.ts'

/** Requests are small and the server is on this machine: who takes longer hangs. */
export const PATIENCE_MS = 10_000

export interface WireAnswer {
  status: number
  /** Lower-case names; of a repeated header the last. */
  headers: Record<string, string>
  body: Buffer
}

export type Exchanged =
  | { kind: 'answered'; answer: WireAnswer }
  /** The connection ended without a byte. */
  | { kind: 'closed' }
  | { kind: 'hung' }
  /** What came back is not HTTP. */
  | { kind: 'garbled'; bytes: Buffer }

interface ExchangeOptions {
  port: number
  /** What is sent, piece by piece. */
  pieces: readonly Buffer[]
  /** Says good-bye after the last piece, as a client that gives up in the middle of a body does. */
  endsEarly?: boolean
}

/** Resolves when the server has closed, or when the head of an answer without an end is there. */
export function exchange({ port, pieces, endsEarly = false }: ExchangeOptions): Promise<Exchanged> {
  const socket = connect(port, '127.0.0.1')
  const exchanged = new Promise<Exchanged>((finish) => {
    const chunks: Buffer[] = []
    socket.once('connect', () => {
      sendPieces(socket, pieces, endsEarly)
    })
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      const soFar = readAnswer(Buffer.concat(chunks))
      if (soFar && isEndless(soFar)) finish({ kind: 'answered', answer: soFar })
    })
    // A reset after an answer is how a server ends a body that it won't read.
    socket.on('error', () => {})
    socket.once('close', () => finish(readAll(Buffer.concat(chunks))))
  })
  return within(PATIENCE_MS, exchanged, 'an answer')
    .catch((): Exchanged => ({ kind: 'hung' }))
    .finally(() => socket.destroy())
}

function sendPieces(socket: Socket, pieces: readonly Buffer[], endsEarly: boolean): void {
  for (const piece of pieces) socket.write(piece)
  if (endsEarly) socket.end()
}

function readAll(bytes: Buffer): Exchanged {
  if (bytes.length === 0) return { kind: 'closed' }
  const answer = readAnswer(bytes)
  return answer ? { kind: 'answered', answer } : { kind: 'garbled', bytes }
}

/** Null: there is no whole head yet, or it isn't one. */
function readAnswer(bytes: Buffer): WireAnswer | null {
  const end = bytes.indexOf('\r\n\r\n')
  const [line = '', ...fields] = bytes
    .subarray(0, Math.max(0, end))
    .toString('latin1')
    .split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]
  if (end < 0 || status === undefined) return null
  const rest = bytes.subarray(end + 4)
  if (status === '100') return readAnswer(rest)
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const [, name = '', value = ''] = /^([^:]*): ?(.*)$/.exec(field) ?? []
    headers[name.toLowerCase()] = value
  }
  const isChunked = headers['transfer-encoding'] === 'chunked'
  const length = Number(headers['content-length'] ?? rest.length)
  const body = isChunked ? joinChunks(rest) : rest.subarray(0, length)
  return { status: Number(status), headers, body }
}

function isEndless({ headers }: WireAnswer): boolean {
  return headers['content-type']?.startsWith('text/event-stream') === true
}

function joinChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    if (lineEnd < 0 || !(size > 0)) return Buffer.concat(parts)
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
