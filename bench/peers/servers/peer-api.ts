/** HTTP to a webhook server that already runs, by as many connections as our own gets. */
import { Pool } from 'undici'

const CONNECTIONS = 64

export class PeerApi {
  readonly #pool: Pool
  /** Of the URL, without a slash at its end: a server may stand below a path. */
  readonly #base: string
  readonly #headers: Record<string, string>

  constructor(url: string, headers: Record<string, string>) {
    const { origin, pathname } = new URL(url)
    this.#pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 })
    this.#base = pathname.replace(/\/$/, '')
    this.#headers = headers
  }

  /** `body` is JSON. What comes back is the adapter's to know. */
  async call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: string,
  ): Promise<unknown> {
    const type = body === undefined ? null : { 'content-type': 'application/json' }
    const headers = { ...this.#headers, ...type }
    const answer = await this.#pool.request({
      method,
      path: this.#base + path,
      headers,
      body: body ?? null,
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) {
      throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text.slice(0, 400)}`)
    }
    return text === '' ? null : JSON.parse(text)
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }
}
