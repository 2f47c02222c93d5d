/** The bench's end of a peer's process: a peer as a contender. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { ApiClient } from '../api-client.ts'
import { watch } from '../bench-world.ts'
import { endProcess, killProcess } from '../end-process.ts'
import { canReadUsage, treeCpuSeconds } from '../process-usage.ts'
import type {
  PeerAsk,
  PeerConfig,
  PeerReady,
  PeerReply,
  RecordedCounts,
  Webhook,
} from './peer-protocol.ts'
import type { StoreServer } from './store-server.ts'

/** As our own server has it: `npm start` and packages/server/bin/runtime.js. */
const NODE_FLAGS = ['--max-semi-space-size=16', '--no-parallel-scavenge']
const CONNECTIONS = 64

export class PeerProcess {
  readonly url: string
  readonly api: ApiClient
  readonly #child: ChildProcess
  readonly #store: StoreServer
  readonly #waiting = new Map<number, (recorded: RecordedCounts) => void>()
  #lastId = 0

  private constructor(options: {
    child: ChildProcess
    store: StoreServer
    api: ApiClient
    url: string
  }) {
    const { child } = options
    this.#child = child
    this.#store = options.store
    this.api = options.api
    this.url = options.url
    child.on('message', ({ id, recorded }: PeerReply) => {
      this.#waiting.get(id)?.(recorded)
      this.#waiting.delete(id)
    })
  }

  static async start(options: {
    program: URL
    config: PeerConfig
    store: StoreServer
  }): Promise<PeerProcess> {
    const { PATH = '' } = process.env
    const child = fork(options.program, {
      env: { PATH, NODE_ENV: 'production', PEER: JSON.stringify(options.config) },
      execArgv: NODE_FLAGS,
    })
    watch(child)
    const { url } = await ready(child)
    const { adminKey } = options.config
    const api = new ApiClient({ url, adminKey, connections: CONNECTIONS })
    return new PeerProcess({ child, store: options.store, api, url })
  }

  async setWebhooks(chatbotId: string, webhooks: Webhook[]): Promise<void> {
    await this.#ask({ command: 'webhooks', chatbotId, webhooks })
  }

  recorded(chatbotId: string): Promise<RecordedCounts> {
    return this.#ask({ command: 'counts', chatbotId })
  }

  /** Of the peer and of the server that it keeps its jobs in; NaN where that can't be read. */
  cpuSeconds(): number {
    const { pid } = this.#store
    if (pid === null || !canReadUsage()) return Number.NaN
    return treeCpuSeconds(this.#child.pid ?? 0) + treeCpuSeconds(pid)
  }

  async stop(how: 'orderly' | 'killed'): Promise<void> {
    await this.api.close()
    await (how === 'orderly' ? endProcess(this.#child) : killProcess(this.#child))
  }

  #ask(ask: Omit<PeerAsk, 'id'>): Promise<RecordedCounts> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve)
      this.#child.send({ id, ...ask }, (error) => error && reject(error))
    })
  }
}

async function ready(child: ChildProcess): Promise<PeerReady> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The peer ended before it was ready (${signal ?? code})`)
  })
  // Once it is ready, its end is nothing to be told here.
  ended.catch(() => {})
  const [message] = await Promise.race([once(child, 'message'), ended])
  return message as PeerReady
}
