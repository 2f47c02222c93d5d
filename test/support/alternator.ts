/** Stands before several servers, and sends each request to the next of them, as a balancer would. */
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export class Alternator {
  readonly #server: Server
  /** How many requests each got. */
  readonly counts = new Map<string, number>()
  #next = 0

  private constructor(urls: readonly string[]) {
    this.#server = createServer((incoming, outgoing) => {
      const url = urls[this.#next++ % urls.length] ?? ''
      this.counts.set(url, (this.counts.get(url) ?? 0) + 1)
      const { method, headers } = incoming
      const onward = request(url + incoming.url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.writeHead(502).end())
      outgoing.once('close', () => onward.destroy())
      incoming.pipe(onward)
    })
  }

  static async start(urls: readonly string[]): Promise<Alternator> {
    const alternator = new Alternator(urls)
    await new Promise<void>((resolve) => {
      alternator.#server.listen({ port: 0, host: '127.0.0.1' }, resolve)
    })
    return alternator
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}
