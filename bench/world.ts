/**
 * World: what one scenario runs in. The server and the receiver are processes of their own, the load
 * comes from this one. Whatever happens, its processes are ended and its folder is removed.
 */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ApiClient } from './api-client.ts'
import { killProcess } from './end-process.ts'
import { monotonicMs } from './monotonic.ts'
import { ReceiverProcess } from './receiver-process.ts'
import { ServerProcess } from './server-process.ts'

/** On the disk that `npm start` uses: a /tmp in memory would make every commit's sync free. */
export const DATA_ROOT = fileURLToPath(new URL('../data/', import.meta.url))
const LOAD_CONNECTIONS = 64

export interface WorldOptions {
  /** Server settings other than the defaults. */
  settings?: Record<string, string>
  profileDir: string | null
}

export class World {
  readonly receiver: ReceiverProcess
  readonly #options: WorldOptions
  readonly #adminKey = randomBytes(24).toString('hex')
  readonly #dataDir: string
  #server: ServerProcess | null = null
  #api: ApiClient | null = null
  #groups = 0

  constructor(options: WorldOptions, receiver: ReceiverProcess, dataDir: string) {
    this.#options = options
    this.receiver = receiver
    this.#dataDir = dataDir
  }

  get server(): ServerProcess {
    if (!this.#server) throw new Error('The server is not started')
    return this.#server
  }

  get api(): ApiClient {
    if (!this.#api) throw new Error('The server is not started')
    return this.#api
  }

  /** On the same folder as before. */
  async startServer(): Promise<ServerProcess> {
    const { settings = {}, profileDir } = this.#options
    this.#server = await ServerProcess.start({
      ...{ dataDir: this.#dataDir, adminKey: this.#adminKey, settings, profileDir },
      onSpawn: watch,
    })
    const { url } = this.#server
    this.#api = new ApiClient({ url, adminKey: this.#adminKey, connections: LOAD_CONNECTIONS })
    return this.#server
  }

  async stopServer(how: 'orderly' | 'killed'): Promise<void> {
    const { server } = this
    await this.#api?.close()
    this.#api = null
    this.#server = null
    await (how === 'orderly' ? server.stop() : server.kill())
  }

  /** A name that no request went to yet. */
  newGroup(prefix: string): string {
    this.#groups += 1
    return `${prefix}-${this.#groups}`
  }

  /** A chatbot with `count` webhooks whose endpoints are those of a receiver's group. */
  async createChatbot(webhooks: WebhooksOf): Promise<string> {
    const chatbotId = await this.api.createChatbot()
    await this.addWebhooks(chatbotId, webhooks)
    return chatbotId
  }

  async addWebhooks(chatbotId: string, webhooks: WebhooksOf): Promise<string[]> {
    const { group, count, eventType, ...settings } = webhooks
    const ids: string[] = []
    for (let index = 0; index < count; index++) {
      const url = `${this.receiver.url}/${group}/${index}`
      ids.push(
        await this.api.createWebhook(chatbotId, { url, eventTypes: [eventType], ...settings }),
      )
    }
    return ids
  }

  /** Resolves when the group has got so many requests; with when it got the last of them. */
  async untilArrived(group: string, requests: number, withinMs = 120_000): Promise<number> {
    const { receiver } = this
    let counts = await receiver.counts(group)
    await until(`${requests} requests at ${group}`, withinMs, async () => {
      counts = await receiver.counts(group)
      return counts.requests >= requests
    })
    if (counts.requests > requests) {
      tell(`${group} got ${counts.requests} requests instead of ${requests}: some came twice`)
    }
    return counts.lastAt
  }

  /** Resolves when nothing of the chatbot waits any more: all is recorded. */
  untilRecorded(chatbotId: string): Promise<void> {
    return until(
      'everything is recorded',
      120_000,
      async () => !(await this.api.hasPending(chatbotId)),
    )
  }

  async close(): Promise<void> {
    await this.#api?.close()
    await this.#server?.stop()
    await this.receiver.stop()
  }
}

export interface WebhooksOf {
  group: string
  count: number
  eventType: string
  timeoutSeconds?: number
}

const POLL_MS = 20

export async function until(
  what: string,
  withinMs: number,
  isTrue: () => Promise<boolean>,
): Promise<void> {
  const giveUpAt = monotonicMs() + withinMs
  while (!(await isTrue())) {
    if (monotonicMs() > giveUpAt) throw new Error(`Waited ${withinMs / 1000} s in vain: ${what}`)
    await pause(POLL_MS)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A line of progress, for whoever waits. */
export function tell(text: string): void {
  process.stderr.write(`    ${text}\n`)
}

// ─── cleaning up ──────────────────────────────────────────────────────────────────────────────────

const children = new Set<ChildProcess>()
const folders = new Set<string>()

/** Gives `use` a fresh world and takes it down afterwards. */
export async function withWorld<T>(
  options: WorldOptions,
  use: (world: World) => Promise<T>,
): Promise<T> {
  mkdirSync(DATA_ROOT, { recursive: true })
  const folder = mkdtempSync(`${DATA_ROOT}bench-`)
  folders.add(folder)
  try {
    const receiver = await ReceiverProcess.start(watch)
    const world = new World(options, receiver, folder)
    try {
      await world.startServer()
      return await use(world)
    } finally {
      await world.close()
    }
  } finally {
    await cleanUp()
  }
}

/** Ends what is still running and removes what is still there. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...children].map(killProcess))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
}

/** The folder is removed at the end, if it is still there. */
export function watchFolder(folder: string): void {
  folders.add(folder)
}

/** The child is killed at the end, if it still runs. */
export function watch(child: ChildProcess): void {
  children.add(child)
  child.once('exit', () => children.delete(child))
}
