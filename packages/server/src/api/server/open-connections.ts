/**
 * What is open on each connection, for two bounds that a server needs against its own clients.
 *
 * While it runs: how many requests a connection may have open at a time. HTTP/1.1 lets a client send
 * the next ones before it has read an answer (RFC 9112 section 9.3.2), and Node takes whatever one
 * read brings: 1,500 small requests, whose answers wait in memory for a client that may never read
 * them. Measured: 20 such connections made a healthy request wait for 2 to 4 s.
 *
 * While it stops: nobody keeps it. A request that was received as a whole is answered, each of those
 * that came behind each other on one connection; what says nothing, or has not finished saying it, is
 * cut, and so is an answer that isn't made or read in time. Node itself waits for all of these.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'

/** Clients that pipeline at all seldom go beyond ten. */
export const PIPELINED_MAX = 32
/** For what is on its way through the machine as the stop begins: bytes of a request sent before it. */
const ARRIVAL_MS = 100
/** For answers that are being made or read as the stop begins. */
export const ANSWER_MS_MAX_AT_STOP = 30_000

interface OpenConnectionsOptions {
  server: Server
  clock: Clock
  log: Log
}

export class OpenConnections {
  readonly #options: OpenConnectionsOptions
  /** The requests of each that are not answered to the last byte, in their order. */
  readonly #open = new Map<Socket, IncomingMessage[]>()
  #isEnding = false
  #cancelCut = () => {}

  constructor(options: OpenConnectionsOptions) {
    this.#options = options
    const { server } = options
    server.on('connection', (socket: Socket) => this.#opened(socket))
    // Before whoever answers it.
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#began(request, response),
    )
  }

  /** True from the moment in which `end` is called. */
  get isEnding(): boolean {
    return this.#isEnding
  }

  /**
   * Whether this answer is the connection's last, and has to say so. One with others behind it must
   * not: what follows `Connection: close` is thrown away (RFC 9112 section 9.6).
   */
  endsWith(request: IncomingMessage): boolean {
    return this.#isEnding && this.#open.get(request.socket)?.at(-1) === request
  }

  /** The stop begins; that no more connections come is the caller's affair. */
  end(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    const { clock } = this.#options
    const cancelFirst = clock.setTimer(ARRIVAL_MS, () => this.#cutUnfinished())
    const cancelLast = clock.setTimer(ANSWER_MS_MAX_AT_STOP, () => this.cut())
    this.#cancelCut = () => {
      cancelFirst()
      cancelLast()
    }
    if (this.#open.size === 0) this.#cancelCut()
  }

  /** Whatever is open ends at once. */
  cut(): void {
    if (this.#open.size === 0) return
    this.#options.log.warn({ connections: this.#open.size }, 'connections.cut')
    for (const socket of this.#open.keys()) socket.destroy()
  }

  #opened(socket: Socket): void {
    this.#open.set(socket, [])
    socket.once('close', () => {
      this.#open.delete(socket)
      if (this.#isEnding && this.#open.size === 0) this.#cancelCut()
    })
  }

  #began(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const requests = this.#open.get(socket)
    // What was read together with the request that was one too many is still being parsed.
    if (requests === undefined || socket.destroyed) return
    if (requests.length >= PIPELINED_MAX) return void socket.destroy()
    requests.push(request)
    response.once('close', () => {
      requests.splice(requests.indexOf(request), 1)
      if (this.#isEnding && !requests.some(isWhole)) socket.destroySoon()
    })
  }

  #cutUnfinished(): void {
    for (const [socket, requests] of this.#open) {
      if (!requests.some(isWhole)) socket.destroy()
    }
  }
}

function isWhole({ complete }: IncomingMessage): boolean {
  return complete
}
