/** The peers, with what each needs, and the settings that were tried. */
import type { PeerSettings } from './peer-protocol.ts'
import { startPostgres } from './postgres-store.ts'
import { redisObstacle, startRedis } from './redis-server.ts'
import type { StoreServer } from './store-server.ts'

export interface Peer {
  name: string
  program: URL
  /** Why what it needs beside its packages is not there; null: it is. */
  obstacle(): string | null
  startStore(): Promise<StoreServer>
  /**
   * Tried against each other before it is measured, the quickest is taken; `--quick` takes the first,
   * which was the quickest on two cores that others used too.
   */
  candidates: readonly [PeerSettings, ...PeerSettings[]]
  /** For the scenario of latency, where what is quickest for many is not what is soonest for one. */
  prompt?: PeerSettings
  /** For the scenario of the hanging endpoint, where the library has something against it. */
  againstHanging?: PeerSettings
  targets: { rate: number; cpu?: number; latency?: boolean }
}

const bullmq: Peer = {
  name: 'BullMQ',
  program: new URL('bullmq-sender.ts', import.meta.url),
  obstacle: redisObstacle,
  startStore: startRedis,
  candidates: [
    { concurrency: 64, autoPipelining: false },
    { concurrency: 64, autoPipelining: true },
    { concurrency: 32, autoPipelining: true },
    { concurrency: 128, autoPipelining: true },
    { concurrency: 256, autoPipelining: true },
  ],
  targets: { rate: 1.5, cpu: 0.45, latency: true },
}

const pgBoss: Peer = {
  name: 'pg-boss',
  program: new URL('pg-boss-sender.ts', import.meta.url),
  obstacle: () => null,
  startStore: startPostgres,
  candidates: [
    { batchSize: 64, localConcurrency: 4, poolSize: 20, notify: false },
    { batchSize: 64, localConcurrency: 2, poolSize: 10, notify: true },
    { batchSize: 250, localConcurrency: 2, poolSize: 40, notify: false },
    { batchSize: 32, localConcurrency: 4, poolSize: 20, notify: true },
  ],
  prompt: { batchSize: 16, localConcurrency: 8, poolSize: 20, notify: true },
  // What its documentation has against one group that takes all workers. Only with one job a worker:
  // a batch ends with its slowest.
  againstHanging: {
    batchSize: 1,
    localConcurrency: 64,
    localGroupConcurrency: 16,
    poolSize: 20,
    notify: true,
  },
  targets: { rate: 4.5 },
}

const graphileWorker: Peer = {
  name: 'graphile-worker',
  program: new URL('graphile-worker-sender.ts', import.meta.url),
  obstacle: () => null,
  startStore: startPostgres,
  candidates: [
    { concurrentJobs: 32, localQueueSize: 33, batchDelayMs: 0, poolSize: 34 },
    { concurrentJobs: 24, localQueueSize: 500, batchDelayMs: 0, poolSize: 25 },
    { concurrentJobs: 32, localQueueSize: 33, batchDelayMs: 25, poolSize: 34 },
    { concurrentJobs: 64, localQueueSize: 65, batchDelayMs: 25, poolSize: 20 },
  ],
  prompt: { concurrentJobs: 24, localQueueSize: -1, batchDelayMs: 0, poolSize: 26 },
  targets: { rate: 5 },
}

export const PEERS: readonly Peer[] = [bullmq, pgBoss, graphileWorker]
