/**
 * BenchWorld: what one scenario runs in. The server and the receiver are processes of their own, the load
 * comes from this one. Whatever happens, its processes are ended and its folder is removed.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ApiClient } from './api-client.ts'
import { removeFolder, watch, watchFolder } from './cleaning.ts'
import { monotonicMs } from './monotonic.ts'
import { canReadUsage, cpuSeconds } from './process-usage.ts'
import { ReceiverProcess } from './receiver-process.ts'
import { ServerProcess } from './server-process.ts'
import { databaseCpuSeconds, postgres, type StoreName } from './stores.ts'

export { cleanUp, watch, watchFolder } from './cleaning.ts'

/** On the disk that `npm start` uses: a /tmp in memory would make every commit's sync free. */
export const DATA_ROOT = fileURLToPath(new URL('../data/', import.meta.url))
const LOAD_CONNECTIONS = 64

interface BenchWorldOptions {
  /** Default: sqlite. */
  store?: StoreName
  /** Server settings other than the defaults. */
  settings?: Record<string, string>
  profileDir: string | null
  /** Of a store that is there already; default: a fresh one. */
  home?: Home
  /** Of the checkout whose server it is; default: the working tree. */
  checkout?: string
  /** One that several worlds share; default: one of its own. */
  receiver?: ReceiverProcess
}

/** Where a server's data is, and the keys to it. */
export interface Home {
  dataDir: string
  adminKey: string
  /** Base64. */
  encryptionKey: string
  /** Null: the embedded database in the folder. */
  databaseUrl: string | null
}

/** Seconds of CPU so far. */
interface CpuUse {
  /** Of each server's process, all threads. */
  nodes: number[]
  /** Of PostgreSQL's processes; 0 for the embedded store, which is inside the node. */
  database: number
}

export function cpuSince(before: CpuUse, now: CpuUse): CpuUse {
  return {
    nodes: now.nodes.map((seconds, node) => seconds - (before.nodes[node] ?? 0)),
    database: now.database - before.database,
  }
}

/** Of all worlds: they may share a receiver. */
let groups = 0

export class BenchWorld {
  readonly receiver: ReceiverProcess
  readonly store: StoreName
  readonly home: Home
  readonly #options: BenchWorldOptions
  readonly #nodes: { server: ServerProcess; api: ApiClient }[] = []

  constructor(options: BenchWorldOptions, receiver: ReceiverProcess, home: Home) {
    this.#options = options
    this.store = options.store ?? 'sqlite'
    this.receiver = receiver
    this.home = home
  }

  /** The first one. */
  get server(): ServerProcess {
    return this.#first().server
  }

  get api(): ApiClient {
    return this.#first().api
  }

  /** One for each node. */
  get apis(): ApiClient[] {
    return this.#nodes.map(({ api }) => api)
  }

  #first() {
    const [first] = this.#nodes
    if (!first) throw new Error('The server is not started')
    return first
  }

  /** On the same store as before; one more node if there are some. */
  async startServer(): Promise<ServerProcess> {
    const { profileDir, checkout } = this.#options
    const { dataDir, adminKey, encryptionKey, databaseUrl } = this.home
    const shared = databaseUrl === null ? null : { DATABASE_URL: databaseUrl }
    const settings = { ENCRYPTION_KEY: encryptionKey, ...shared, ...this.#options.settings }
    const server = await ServerProcess.start({
      dataDir,
      adminKey,
      settings,
      profileDir,
      ...(checkout !== undefined && { checkout }),
      onSpawn: watch,
    })
    const api = new ApiClient({ url: server.url, adminKey, connections: LOAD_CONNECTIONS })
    this.#nodes.push({ server, api })
    return server
  }

  /** The one that was started last. */
  async stopServer(how: 'orderly' | 'killed'): Promise<void> {
    const last = this.#nodes.pop()
    await last?.api.close()
    await (how === 'orderly' ? last?.server.stop() : last?.server.kill())
  }

  /** Starts and stops until so many run. */
  async setNodes(count: number): Promise<void> {
    while (this.#nodes.length < count) await this.startServer()
    while (this.#nodes.length > count) await this.stopServer('orderly')
  }

  cpu(): CpuUse {
    const nodes = this.#nodes.map(({ server }) =>
      canReadUsage() ? cpuSeconds(server.pid) : Number.NaN,
    )
    return { nodes, database: this.store === 'sqlite' ? 0 : databaseCpuSeconds() }
  }

  /** A name that no request went to yet. */
  newGroup(prefix: string): string {
    groups += 1
    return `${prefix}-${groups}`
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

  /** The same, however long that takes. */
  async untilRecordedOf(chatbotId: string, withinMs = 240_000): Promise<void> {
    await until('everything is recorded', withinMs, async () => {
      await pause(100)
      return !(await this.api.hasPending(chatbotId))
    })
  }

  /** What a webhook is to get, instead of what it got before. */
  async addTypes(webhookId: string, eventTypes: string[]): Promise<void> {
    await this.api.changeWebhook(webhookId, { eventTypes })
  }

  async close(): Promise<void> {
    await this.setNodes(0)
    if (!this.#options.receiver) await this.receiver.stop()
  }
}

interface WebhooksOf {
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

/** Gives `use` a fresh world and takes it down afterwards. */
export async function withWorld<T>(
  options: BenchWorldOptions,
  use: (world: BenchWorld) => Promise<T>,
): Promise<T> {
  const home = options.home ?? (await makeHome(options.store ?? 'sqlite'))
  const receiver = options.receiver ?? (await ReceiverProcess.start(watch))
  const world = new BenchWorld(options, receiver, home)
  try {
    await world.startServer()
    return await use(world)
  } finally {
    await world.close()
    if (!options.home) await removeHome(home)
  }
}

/** A folder, and for PostgreSQL a database, with nothing in it. */
export async function makeHome(store: StoreName): Promise<Home> {
  mkdirSync(DATA_ROOT, { recursive: true })
  const dataDir = mkdtempSync(`${DATA_ROOT}bench-`)
  watchFolder(dataDir)
  const databaseUrl = store === 'sqlite' ? null : await postgres().createDatabase()
  return { dataDir, ...newKeys(), databaseUrl }
}

export function newKeys(): Pick<Home, 'adminKey' | 'encryptionKey'> {
  return {
    adminKey: randomBytes(24).toString('hex'),
    encryptionKey: randomBytes(32).toString('base64'),
  }
}

export async function removeHome({ dataDir, databaseUrl }: Home): Promise<void> {
  removeFolder(dataDir)
  if (databaseUrl !== null) await postgres().dropDatabase(databaseUrl)
}
