/**
 * `Expect: 100-continue`: a client that asks before it sends its body (curl does, from a megabyte on)
 * is told to go on only when the body is about to be read. Node by itself says so at once, also to
 * those whose key is wrong or whose body there is no room for.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

export class ContinueQuestions {
  readonly #asked = new WeakMap<IncomingMessage, ServerResponse>()

  constructor(server: Server) {
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      this.#asked.set(request, response)
      server.emit('request', request, response)
    })
  }

  /** The client waits for our word: nothing of its body is on the way. */
  isOpen(request: IncomingMessage): boolean {
    return this.#asked.has(request)
  }

  grant(request: IncomingMessage): void {
    this.#asked.get(request)?.writeContinue()
    this.#asked.delete(request)
  }
}
