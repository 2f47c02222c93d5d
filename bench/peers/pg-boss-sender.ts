/**
 * A webhook sender on pg-boss: batches that are fetched at once and settled job by job, the next one
 * without a pause while batches come back full. A queue that notifies spares its workers the polling
 * interval, and has its commits wait for each other (PostgreSQL takes a lock for the whole database
 * to commit a notification): whether it does is a setting that is tried. Attempts are rows of a table, inserted in batches; an attempt
 * is recorded before its job is settled.
 */
import { AttemptTable, openPool, type PgApi } from './attempt-table.ts'
import { loadPackage } from './load-package.ts'
import {
  ATTEMPTS_MAX,
  type Delivery,
  FIRST_RETRY_MS,
  runSender,
  type Tools,
} from './webhook-sender.ts'

interface BossJob {
  id: string
  data: Delivery
}

interface JobResult {
  id: string
  status: 'completed' | 'failed'
  output: object
}

interface PgBossApi {
  PgBoss: new (
    options: object,
  ) => {
    on(event: 'error', listener: (error: Error) => void): void
    start(): Promise<unknown>
    createQueue(name: string, options: object): Promise<void>
    send(name: string, data: Delivery, options: object): Promise<string | null>
    insert(name: string, jobs: object[]): Promise<unknown>
    work(
      name: string,
      options: object,
      handler: (jobs: BossJob[]) => Promise<JobResult[]>,
    ): Promise<string>
  }
}

const NAME = 'deliveries'
const QUEUE_OPTIONS = {
  retryLimit: ATTEMPTS_MAX - 1,
  retryDelay: FIRST_RETRY_MS / 1_000,
  retryBackoff: true,
  expireInSeconds: 300,
}

async function openQueue({ config, send, recorded }: Tools) {
  const { storeUrl: connectionString, settings } = config
  const { batchSize, localConcurrency, localGroupConcurrency = 0, notify } = settings
  const { PgBoss } = loadPackage<PgBossApi>('pg-boss')
  const attempts = await AttemptTable.open(openPool(loadPackage<PgApi>('pg'), connectionString, 2))
  const boss = new PgBoss({ connectionString, max: settings.poolSize, useListenNotify: notify })
  boss.on('error', (error) => process.stderr.write(`    pg-boss: ${error.message}\n`))
  await boss.start()
  await boss.createQueue(NAME, { ...QUEUE_OPTIONS, notify })
  const deliver = async ({ id, data }: BossJob): Promise<JobResult> => {
    const attempt = await send(data)
    await attempts.record(data, attempt)
    recorded(data, attempt)
    return { id, status: attempt.error === null ? 'completed' : 'failed', output: attempt }
  }
  const workOptions = {
    batchSize,
    localConcurrency,
    perJobResults: true,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 0.5,
    ...(localGroupConcurrency === 0 ? {} : { localGroupConcurrency }),
  }
  await boss.work(NAME, workOptions, (jobs) => Promise.all(jobs.map(deliver)))
  const groupOf = ({ url }: Delivery) => (localGroupConcurrency === 0 ? {} : { group: { id: url } })
  return {
    async enqueue(deliveries: Delivery[]) {
      const [first] = deliveries
      if (deliveries.length === 1 && first) await boss.send(NAME, first, groupOf(first))
      else
        await boss.insert(
          NAME,
          deliveries.map((data) => ({ data, ...groupOf(data) })),
        )
    },
  }
}

await runSender({
  connections: ({ settings }) => Number(settings.batchSize) * Number(settings.localConcurrency),
  openQueue,
})
