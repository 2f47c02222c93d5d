/** The test's end of a forward proxy in another process. */
import { type ChildProcess, fork } from 'node:child_process'
import { type Ended, watchChild } from './child-processes.ts'

export interface ProxyOptions {
  port?: number
  /** `user:password`, without which it answers 407. */
  credentials?: string
  /** PEM: the proxy itself is spoken to over TLS. */
  tls?: { key: string; cert: string }
  /** What it writes to every CONNECT before it closes; `silence`: nothing, and it stays. */
  answer?: string
  /** It takes every address for this port of loopback. */
  everythingTo?: number
}

export interface Asked {
  method: string
  /** Of CONNECT: host and port. */
  target: string
  authorization: string | null
}

export type ProxyTell = { kind: 'ready'; port: number } | { kind: 'asked'; asked: Asked }

export class EgressProxyProcess {
  /** What it was asked for so far. */
  readonly asked: Asked[] = []
  port = 0
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>

  private constructor(options: ProxyOptions) {
    const program = new URL('./egress-proxy.ts', import.meta.url)
    this.#child = fork(program, [JSON.stringify(options)])
    this.#ended = watchChild(this.#child)
  }

  static async start(options: ProxyOptions = {}): Promise<EgressProxyProcess> {
    const proxy = new EgressProxyProcess(options)
    await new Promise<void>((resolve, reject) => {
      proxy.#child.on('message', (message: ProxyTell) => {
        if (message.kind === 'asked') return void proxy.asked.push(message.asked)
        proxy.port = message.port
        resolve()
      })
      proxy.#ended.then(() => reject(new Error('The proxy ended')), reject)
    })
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
