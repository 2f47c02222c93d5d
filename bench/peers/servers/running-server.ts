/** A webhook server that already runs, found by its name and URL, as a contender. */

import { type BenchWorld, until } from '../../bench-world.ts'
import { treeCpuSeconds } from '../../process-usage.ts'
import { type Contender, PATIENCE_MS, TIMEOUT_SECONDS } from '../contender.ts'
import type { Environment, ServerAdapter } from './adapter.ts'
import { chatzuri } from './chatzuri.ts'
import { convoy } from './convoy.ts'
import { outpost } from './outpost.ts'
import { PeerApi } from './peer-api.ts'
import { svix } from './svix.ts'

export const ADAPTERS: readonly [ServerAdapter, ...ServerAdapter[]] = [
  chatzuri,
  svix,
  outpost,
  convoy,
]

export interface RunningServer {
  adapter: ServerAdapter
  url: string
  environment: Environment
  /** Of it and of its stores; none: its CPU is not told. */
  pids: readonly number[]
}

/** `NAME=URL`; throws in one sentence where something is missing. */
export function readRunningServer(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  pids: readonly number[],
): RunningServer {
  const [name = '', ...rest] = text.split('=')
  const url = rest.join('=')
  const adapter = ADAPTERS.find((known) => known.name === name)
  if (!adapter) {
    const names = ADAPTERS.map((known) => known.name).join(', ')
    throw new Error(`--peer NAME=URL: there is an adapter for ${names}, not for "${name}"`)
  }
  if (!URL.canParse(url)) throw new Error(`--peer NAME=URL: "${url}" is no URL`)
  const needed: Record<string, string> = {}
  for (const [variable, meaning] of Object.entries(adapter.needs)) {
    const value = environment[variable]
    if (!value) throw new Error(`--peer ${name} needs ${variable} in the environment: ${meaning}`)
    needed[variable] = value
  }
  return { adapter, url, environment: needed, pids }
}

export async function withRunningServer<T>(
  world: BenchWorld,
  { adapter, url, environment, pids }: RunningServer,
  use: (contender: Contender) => Promise<T>,
): Promise<T> {
  const api = new PeerApi(url, adapter.headers(environment))
  const server = adapter.connect(api, environment)
  const { name } = adapter
  try {
    return await use({
      name,
      // Which id it gave the event is not for others to know: who times it looks into the body.
      api: { postLead: (customerId, body) => server.sendEvent(customerId, body).then(() => '') },
      addChatbot({ group, count, timeoutSeconds = TIMEOUT_SECONDS }) {
        const urls = Array.from(
          { length: count },
          (_, index) => `${world.receiver.url}/${group}/${index}`,
        )
        return server.addCustomer({ urls, timeoutSeconds })
      },
      untilRecorded: (customerId, deliveries) =>
        until(`${name} has recorded everything`, PATIENCE_MS, () =>
          server.isRecorded(customerId, deliveries),
        ),
      dropChatbot: (customerId) => server.removeCustomer(customerId),
      cpuSeconds: () =>
        pids.length === 0 ? Number.NaN : pids.reduce((sum, pid) => sum + treeCpuSeconds(pid), 0),
    })
  } finally {
    await api.close()
  }
}
