/**
 * A webhook sender on BullMQ and Redis, as BullMQ's "Going to production" advises: AOF each second
 * and `noeviction` in Redis, `maxRetriesPerRequest: null` for workers, retries with exponential
 * backoff, finished jobs removed by age.
 *
 * The record of a delivery is the job's return value, which BullMQ writes in the same script that
 * ends the job: the cheapest place it has. A failed attempt leaves its reason in the job. A table or
 * a stream of attempts would be another round trip for each.
 */
import { loadPackage } from './load-package.ts'
import {
  ATTEMPTS_MAX,
  type Delivery,
  FIRST_RETRY_MS,
  runSender,
  type Tools,
} from './webhook-sender.ts'

interface BullJob {
  data: Delivery
}

interface BullmqApi {
  Queue: new (
    name: string,
    options: object,
  ) => {
    add(name: string, data: Delivery): Promise<unknown>
    addBulk(jobs: { name: string; data: Delivery }[]): Promise<unknown>
    waitUntilReady(): Promise<unknown>
  }
  Worker: new (
    name: string,
    process: (job: BullJob) => Promise<unknown>,
    options: object,
  ) => {
    on(event: 'completed', listener: (job: BullJob) => void): void
    on(event: 'failed', listener: (job: BullJob | undefined, error: Error) => void): void
    on(event: 'error', listener: (error: Error) => void): void
    waitUntilReady(): Promise<unknown>
  }
}

interface IoredisApi {
  Redis: new (url: string, options: object) => object
}

const NAME = 'deliveries'
const KEPT_SECONDS = 24 * 3_600
const JOB_OPTIONS = {
  attempts: ATTEMPTS_MAX,
  backoff: { type: 'exponential', delay: FIRST_RETRY_MS },
  removeOnComplete: { age: KEPT_SECONDS },
  removeOnFail: { age: 7 * KEPT_SECONDS },
}

async function openQueue({ config, send, recorded }: Tools) {
  const { Queue, Worker } = loadPackage<BullmqApi>('bullmq')
  const { Redis } = loadPackage<IoredisApi>('ioredis')
  const { concurrency, autoPipelining: enableAutoPipelining } = config.settings
  const connect = () =>
    new Redis(config.storeUrl, { maxRetriesPerRequest: null, enableAutoPipelining })
  const queue = new Queue(NAME, { connection: connect(), defaultJobOptions: JOB_OPTIONS })
  const work = async ({ data }: BullJob) => {
    const attempt = await send(data)
    if (attempt.error !== null) throw new Error(attempt.error)
    return attempt
  }
  const worker = new Worker(NAME, work, { connection: connect(), concurrency })
  // Both come after Redis has answered.
  worker.on('completed', (job) => recorded(job.data, { error: null }))
  worker.on('failed', (job, { message }) => job && recorded(job.data, { error: message }))
  worker.on('error', (error) => process.stderr.write(`    BullMQ: ${error.message}\n`))
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  return {
    async enqueue(deliveries: Delivery[]) {
      const [first] = deliveries
      if (deliveries.length === 1 && first) await queue.add('deliver', first)
      else await queue.addBulk(deliveries.map((data) => ({ name: 'deliver', data })))
    },
  }
}

await runSender({ connections: ({ settings }) => Number(settings.concurrency), openQueue })
