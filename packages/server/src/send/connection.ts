/**
 * Connection: one open socket, and whoever has the word on it.
 *
 * - One exchange at a time. While there is none, any byte is one that nobody asked for: it closes the
 *   connection, so that it can't be taken for the beginning of the next answer.
 * - Crumbs are collected. Each read costs the same however little it brings, and an endpoint that
 *   writes byte by byte would make us work a thousand times as hard as one that writes pages. So
 *   after some small reads the kernel gathers what comes, for longer and longer.
 */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Clock } from '../clock.ts'

/** What takes part in a connection for the time of one exchange. */
export interface Occupant {
  onBytes(chunk: Buffer): void
  /** All that it wrote has been handed to the kernel. */
  onWritten(): void
  /** Null: the other side ended it in order. */
  onClosed(error: Error | null): void
}

interface ConnectionOptions {
  clock: Clock
  socket: Socket
  origin: string
  /** On the monotonic clock: not used again from then on. */
  expiresAt: number
  /** Bytes came that belong to no exchange: this endpoint can't be trusted to wait until it is asked. */
  onStray(): void
  onClosed(connection: Connection): void
}

const SMALL_BYTES = 512
/** Read as they come: enough for an answer that is written line by line. */
const SMALL_READS_MAX = 64
const GATHER_MS_FIRST = 10
const GATHER_MS_MAX = 250

export class Connection {
  readonly socket: Socket
  readonly origin: string
  readonly expiresAt: number
  readonly onStray: () => void
  /** While idle, on the monotonic clock. */
  idleSince = 0
  idleUntil = 0
  readonly #clock: Clock
  #occupant: Occupant | null = null
  #isReading = false
  #hasEnded = false
  #smallReads = 0
  #gatherMs = GATHER_MS_FIRST
  #cancelGathering: (() => void) | null = null
  /** One for all writes, so that the stream can gather those of a turn. */
  readonly #onWritten = (): void => this.#occupant?.onWritten()

  constructor({ clock, socket, origin, expiresAt, onStray, onClosed }: ConnectionOptions) {
    this.#clock = clock
    this.socket = socket
    this.origin = origin
    this.expiresAt = expiresAt
    this.onStray = onStray
    let failure: Error | null = null
    socket.on('error', (error) => {
      failure = error
    })
    socket.once('end', () => this.#end(null))
    socket.once('close', () => {
      this.#end(failure)
      onClosed(this)
    })
  }

  get isUsable(): boolean {
    return !this.#hasEnded && !this.socket.destroyed && this.socket.readyState === 'open'
  }

  /** All that was written has been handed to the kernel. */
  get isWritten(): boolean {
    return this.socket.writableLength === 0
  }

  get isSecure(): boolean {
    return this.socket instanceof TLSSocket
  }

  /** Begins an exchange. False: the endpoint spoke first, so this connection is used for nothing else. */
  begin(occupant: Occupant): boolean {
    if (this.#occupant !== null) throw new Error('Broken assumption: one exchange at a time')
    const spokeFirst = this.socket.readableLength > 0
    this.#occupant = occupant
    this.#smallReads = 0
    this.#gatherMs = GATHER_MS_FIRST
    if (!this.#isReading) {
      this.#isReading = true
      this.socket.on('data', (chunk) => this.#read(chunk))
    }
    return !spokeFirst
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes, this.#onWritten)
  }

  /** Ends it; what comes now is a stray byte. */
  release(): void {
    this.#occupant = null
    if (this.#cancelGathering === null) return
    this.#stopGathering()
    this.socket.resume()
  }

  destroy(): void {
    this.#stopGathering()
    this.socket.destroy()
  }

  #read(chunk: Buffer): void {
    const occupant = this.#occupant
    if (occupant === null) {
      this.onStray()
      this.destroy()
      return
    }
    occupant.onBytes(chunk)
    if (this.#occupant !== occupant) return
    if (chunk.length >= SMALL_BYTES) this.#gatherMs = GATHER_MS_FIRST
    else if (++this.#smallReads > SMALL_READS_MAX) this.#gather()
  }

  #gather(): void {
    this.socket.pause()
    this.#cancelGathering = this.#clock.setTimer(this.#gatherMs, () => {
      this.#cancelGathering = null
      // Comes as one 'data' event, whatever the pieces were.
      this.socket.read()
      if (this.#cancelGathering === null && !this.socket.destroyed) this.socket.resume()
    })
    this.#gatherMs = Math.min(this.#gatherMs * 2, GATHER_MS_MAX)
  }

  #stopGathering(): void {
    this.#cancelGathering?.()
    this.#cancelGathering = null
  }

  #end(error: Error | null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#stopGathering()
    if (this.#occupant === null) this.socket.destroy()
    else this.#occupant.onClosed(error)
  }
}
