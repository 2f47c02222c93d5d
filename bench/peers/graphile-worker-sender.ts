/**
 * A webhook sender on graphile-worker, with what its "Performance" page advises for a busy queue: a
 * local queue, jobs completed and failed in batches, a pool larger than the concurrency. Attempts
 * are rows of a table, inserted in batches, because a finished job is deleted; an attempt is
 * recorded before its job ends. The backoff is graphile-worker's own, e^attempt seconds.
 */
import { AttemptTable, openPool, type PgApi } from './attempt-table.ts'
import { loadPackage } from './load-package.ts'
import { ATTEMPTS_MAX, type Delivery, runSender, type Tools } from './webhook-sender.ts'

interface GraphileApi {
  run(options: object): Promise<unknown>
  makeWorkerUtils(options: object): Promise<{
    addJob(task: string, payload: Delivery, spec: object): Promise<unknown>
    addJobs(jobs: object[]): Promise<unknown>
  }>
  WorkerPreset: object
  Logger: new (factory: () => LogFunction) => object
}

type LogFunction = (level: string, message: string) => void

const TASK = 'deliver'

async function openQueue({ config, send, recorded }: Tools) {
  const { storeUrl: connectionString, settings } = config
  const { run, makeWorkerUtils, WorkerPreset, Logger } = loadPackage<GraphileApi>('graphile-worker')
  const pg = loadPackage<PgApi>('pg')
  const attempts = await AttemptTable.open(openPool(pg, connectionString, 2))
  const deliver = async (delivery: Delivery) => {
    const attempt = await send(delivery)
    await attempts.record(delivery, attempt)
    recorded(delivery, attempt)
    if (attempt.error !== null) throw new Error(attempt.error)
  }
  const pgPool = openPool(pg, connectionString, Number(settings.poolSize))
  const logger = new Logger(() => tellErrors)
  const jobs = await makeWorkerUtils({ pgPool, logger })
  await run({
    preset: { extends: [WorkerPreset], worker: workerOptions(config.settings) },
    taskList: { [TASK]: deliver },
    parsedCronItems: [],
    noHandleSignals: true,
    logger,
    pgPool,
  })
  return {
    async enqueue(deliveries: Delivery[]) {
      const maxAttempts = ATTEMPTS_MAX
      const [first] = deliveries
      if (deliveries.length === 1 && first) await jobs.addJob(TASK, first, { maxAttempts })
      else {
        await jobs.addJobs(
          deliveries.map((payload) => ({ identifier: TASK, payload, maxAttempts })),
        )
      }
    },
  }
}

function workerOptions(settings: Tools['config']['settings']): object {
  const { concurrentJobs, localQueueSize, batchDelayMs } = settings
  return {
    concurrentJobs,
    localQueue: { size: localQueueSize },
    completeJobBatchDelay: batchDelayMs,
    failJobBatchDelay: batchDelayMs,
    pollInterval: 500,
  }
}

/** Not that a delivery failed, which is told as an error too: that is the receiver's affair. */
function tellErrors(level: string, message: string): void {
  if (level !== 'error' || message.startsWith('Failed task')) return
  process.stderr.write(`    graphile-worker: ${message}\n`)
}

await runSender({ connections: ({ settings }) => Number(settings.concurrentJobs), openQueue })
