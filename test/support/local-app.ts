/** What a developer runs on their own machine: a small server that may hold its answers, or be down. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from './until.ts'

interface Heard {
  headers: IncomingHttpHeaders
  body: string
}

export class LocalApp {
  readonly heard: Heard[] = []
  status = 200
  /** Requests get no answer until `release`. */
  holds = false
  readonly #held: ServerResponse[] = []
  #server: Server | null = null
  #port = 0

  static async start(): Promise<LocalApp> {
    const app = new LocalApp()
    await app.up()
    return app
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`
  }

  /** Also again, on the same port. */
  async up(): Promise<void> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      this.heard.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      if (this.holds) this.#held.push(response)
      else response.writeHead(this.status).end('{"received":true}')
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: this.#port, host: '127.0.0.1' }, resolve)
    })
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  async down(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (!server) return
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  release(): void {
    this.holds = false
    for (const response of this.#held.splice(0)) response.writeHead(200).end('{"received":true}')
  }

  /** Ids of events, in the order in which they came. */
  ids(): string[] {
    return this.heard.map(({ headers }) => String(headers['webhook-id']))
  }

  untilHeard(count: number): Promise<Heard[]> {
    const look = () => (this.heard.length >= count ? this.heard : null)
    return until(look, { what: `${count} requests at the local app`, withinMs: 60_000 })
  }
}
