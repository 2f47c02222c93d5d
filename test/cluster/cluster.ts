/** Nodes of the real program on one real PostgreSQL, and a slow receiver; each a process. */
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { ApiClient } from '../support/api-client.ts'
import { removeDataDirs, ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'
import { Load } from './load.ts'
import { SlowReceiver } from './slow-receiver-process.ts'

export const LEASE_MS = 3_000
const LEADS_PER_SECOND = 40
const STEADY_MS = 2_500
/** Of the rate before: a second in which a busy machine stalled is no loss of a node. */
const RECOVERED_SHARE = 0.7
const PATIENCE_MS = 60_000
const LOOK_NAME = 'cluster-test'

export interface Node {
  name: string
  url: string
  /** Under which it claims at first. */
  nodeId: string
  process: ServerProcess
}

export class Cluster {
  readonly receiver: SlowReceiver
  readonly nodes: Node[] = []
  readonly #databaseUrl: string
  readonly #look: pg.Pool
  readonly #settings: Record<string, string>
  readonly #launched: ServerProcess[] = []
  #load: Load | null = null

  private constructor(databaseUrl: string, receiver: SlowReceiver) {
    this.receiver = receiver
    this.#databaseUrl = databaseUrl
    this.#look = new pg.Pool({
      connectionString: databaseUrl,
      application_name: LOOK_NAME,
      max: 2,
    })
    // The tests end the database under it.
    this.#look.on('error', () => {})
    this.#settings = {
      DATABASE_URL: databaseUrl,
      ADMIN_KEY: randomBytes(24).toString('hex'),
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      LEASE: `${LEASE_MS}ms`,
      RETRY_SCHEDULE: '0s,1s,1s,1s,2s,2s,2s,2s',
    }
  }

  static async open(databaseUrl: string): Promise<Cluster> {
    return new Cluster(databaseUrl, await SlowReceiver.start())
  }

  get load(): Load {
    if (!this.#load) throw new Error('subscribe() comes before the load')
    return this.#load
  }

  /** One after the other, so that each is known by what it adds to the list of nodes. */
  async startNodes(count: number, settings: Record<string, string> = {}): Promise<void> {
    for (let i = 0; i < count; i++) await this.startNode(settings)
  }

  async startNode(settings: Record<string, string> = {}): Promise<Node> {
    const process = this.launch(settings)
    const url = await process.ready
    const known = this.nodes.map(({ nodeId }) => nodeId)
    const [row] = await this.sql<{ id: string }>(
      'SELECT id FROM nodes WHERE NOT id = ANY($1::text[]) ORDER BY started_at DESC',
      [known],
    )
    const node = { name: `node ${known.length + 1}`, url, nodeId: row?.id ?? '', process }
    this.nodes.push(node)
    return node
  }

  launch(settings: Record<string, string> = {}): ServerProcess {
    const process = ServerProcess.launch({ settings: { ...this.#settings, ...settings } })
    this.#launched.push(process)
    return process
  }

  /** A chatbot with a webhook for each path; leads and notes go to all of them. */
  async subscribe(
    url: string,
    paths: string[],
    fieldsOf: (path: string) => Record<string, unknown> = () => ({}),
  ): Promise<Load> {
    const adminKey = this.#settings.ADMIN_KEY ?? ''
    const api = new ApiClient({ url, adminKey })
    const chatbotId = await api.createChatbot()
    for (const path of paths) {
      const eventTypes = ['lead.submit', 'note.taken']
      const fields = { url: this.receiver.url + path, eventTypes, ...fieldsOf(path) }
      await api.createWebhook(chatbotId, fields)
    }
    this.#load = new Load({ adminKey, chatbotId, leadsPerSecond: LEADS_PER_SECOND })
    return this.#load
  }

  /** Starts the load and lets it run; resolves to the rate at the receiver. */
  async steadyRate(): Promise<number> {
    this.load.use(this.nodes)
    this.load.start()
    await until(() => (this.receiver.heard.length > LEADS_PER_SECOND ? true : null), {
      what: 'the first deliveries',
      withinMs: PATIENCE_MS,
    })
    const from = Date.now()
    await pause(STEADY_MS)
    return this.receiver.ratePerSecond(from, Date.now())
  }

  /** How long it took from `since` until deliveries came as fast as before. */
  recovered(since: number, rate: number): Promise<number> {
    const look = () => this.receiver.recoveredAfterMs(since, rate * RECOVERED_SHARE)
    return until(look, { what: `${rate.toFixed(0)} deliveries/s again`, withinMs: PATIENCE_MS })
  }

  /** Deliveries that are not finished; of these, what that node claimed. */
  async inFlight(nodeId = ''): Promise<{ pending: number; held: number }> {
    const [row] = await this.sql<{ pending: number; held: number }>(
      `SELECT count(*)::int AS pending, count(*) FILTER (WHERE claimed_by = $1)::int AS held
        FROM deliveries WHERE state = 'pending'`,
      [nodeId],
    )
    return row ?? { pending: 0, held: 0 }
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    const look = async () => ((await this.inFlight()).pending === 0 ? true : null)
    const patience = { what: 'the last delivery', withinMs: PATIENCE_MS, everyMs: 100 }
    await until(look, patience).catch(async (cause: Error) => {
      const rows = await this.sql(
        `SELECT id, webhook_id, claimed_by, attempt_count, due_at - chatzuri_now() AS due_in_ms
            FROM deliveries WHERE state = 'pending' ORDER BY id LIMIT 3`,
      )
      throw new Error(`${cause.message}: ${JSON.stringify(rows)}`, { cause })
    })
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#look.query<Row>(text, values)).rows
  }

  /** Ends every connection of every node; resolves to how many there were. */
  async breakConnections(): Promise<number> {
    const rows = await this.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'chatzuri'`,
    )
    return rows.length
  }

  get databaseUrl(): string {
    return this.#databaseUrl
  }

  async close(): Promise<void> {
    const stopping = this.#load?.stop()
    await Promise.all(this.#launched.map((process) => process.kill()))
    await stopping
    await this.receiver.stop()
    await this.#look.end()
    removeDataDirs()
  }
}
