import { type Clock, systemClock } from '../clock.ts'
import { createIds, type Ids } from '../id.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { type Random, systemRandom } from '../random.ts'
import { createGuard, type Guard } from '../send/guard.ts'
import { wideRanges } from '../send/wide-ranges.ts'
import type { Config } from '../settings/config.ts'
import type { Keys } from '../settings/keys.ts'
import { createSign, type Sign } from '../sign/sign.ts'
import type { Store } from '../store/store.ts'
import { VERSION } from '../version.ts'

/** What delivery and API both stand on: the world, the store, and the two rooms that both ask. */
export interface Shared {
  config: Config
  keys: Keys
  log: Log
  store: Store
  metrics: Metrics
  clock: Clock
  random: Random
  ids: Ids
  guard: Guard
  sign: Sign
}

type SharedOptions = Pick<Shared, 'config' | 'keys' | 'log' | 'store' | 'metrics'>

export function createShared({ config, keys, log, store, metrics }: SharedOptions): Shared {
  const clock = systemClock
  const random = systemRandom
  for (const { range, opens } of wideRanges(config.egressAllow)) {
    const warning = `EGRESS_ALLOW=${range} lets every owner's webhooks reach ${opens.join(', ')}. Public addresses need no entry: name what is meant.`
    log.warn({ range, opens, warning }, 'egress.wide')
  }
  const guard = createGuard({
    allow: config.egressAllow,
    allowLoopback: config.egressAllowLoopback,
    ports: config.egressPortsDeny,
  })
  const ids = createIds(clock, random)
  const sign = createSign({ version: VERSION, timeoutMs: config.deliveryTimeoutMs })
  return { config, keys, log, store, metrics, clock, random, ids, guard, sign }
}
