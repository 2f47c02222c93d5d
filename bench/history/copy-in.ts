/**
 * COPY … FROM STDIN over a `pg` client, which has the messages but no call for them
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY).
 */

import type { Socket } from 'node:net'
import type pg from 'pg'

/** What `pg` gives to a query of one's own; its types say nothing of it. */
interface CopyConnection {
  stream: Socket
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

export class CopyIn implements pg.Submittable {
  readonly started: Promise<void>
  readonly #text: string
  readonly #begun = Promise.withResolvers<void>()
  readonly #done = Promise.withResolvers<void>()
  #connection: CopyConnection | null = null

  constructor(text: string) {
    this.#text = text
    this.started = this.#begun.promise
    // Whoever ends it hears of it.
    this.#done.promise.catch(() => {})
  }

  submit(connection: pg.Connection): void {
    this.#connection = connection as unknown as CopyConnection
    this.#connection.query(this.#text)
  }

  send(text: string): void {
    this.#connection?.sendCopyFromChunk(Buffer.from(text))
  }

  /** Until the socket takes more. */
  async drained(): Promise<void> {
    const stream = this.#connection?.stream
    if (!stream?.writableNeedDrain) return
    const waited = Promise.withResolvers<void>()
    stream.once('drain', waited.resolve)
    await Promise.race([waited.promise, this.#done.promise])
  }

  end(): Promise<void> {
    this.#connection?.endCopyFrom()
    return this.#done.promise
  }

  // ─── called by the client ───────────────────────────────────────────────────────────────────────

  handleCopyInResponse(): void {
    this.#begun.resolve()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#done.resolve()
  }

  handleError(error: Error): void {
    this.#begun.reject(error)
    this.#done.reject(error)
  }
}
