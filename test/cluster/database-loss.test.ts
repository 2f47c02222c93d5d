/** PostgreSQL itself goes away under load, or all connections to it break, again and again. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { OwnPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { Cluster, LEASE_MS } from './cluster.ts'
import { expectNothingLost } from './expect-nothing-lost.ts'

const PATHS = ['/first', '/second']
const BREAKS = 8
const PROBES = 5

// Never the server of TEST_DATABASE_URL: that one is not ours to crash.
const postgres = new OwnPostgres()
afterAll(() => postgres.close())

test('while PostgreSQL is away nothing is promised; when it is back everything is delivered', {
  timeout: 180_000,
}, async () => {
  const { cluster, rate } = await setup()
  const [first] = cluster.nodes
  if (first) await cluster.load.burst(first, 200)
  const { pending } = await cluster.inFlight()
  const crashedAt = Date.now()
  await postgres.crash()
  const answers = await probe(cluster)
  const readiness = await Promise.all(
    cluster.nodes.map(async ({ url }) => (await fetch(`${url}/readyz`)).status),
  )
  // So long that every lease runs out: all nodes begin anew.
  await pause(Math.max(0, crashedAt + LEASE_MS * 1.2 - Date.now()))
  await postgres.start()
  const startedAt = Date.now()

  const recoveredMs = await cluster.recovered(startedAt, rate)
  await cluster.load.stop()
  const repeats = await expectNothingLost(cluster, PATHS)
  console.log(
    `cluster, immediate stop of PostgreSQL for ${startedAt - crashedAt} ms: ${pending} deliveries in flight; ` +
      `${cluster.load.refused} posts refused; ${rate.toFixed(0)}/s before, again ${recoveredMs} ms ` +
      `after its start; ${cluster.load.promised.size} events promised, ${repeats} repeats`,
  )
  expect(new Set(answers)).toEqual(new Set(['503, Retry-After 3']))
  expect(readiness).toEqual([503, 503, 503])
})

test('connections that break are opened again; nothing is lost and no node stays deaf', {
  timeout: 180_000,
}, async () => {
  const { cluster, rate } = await setup()
  const [first] = cluster.nodes
  let broken = 0
  let inFlight = 0
  for (let round = 0; round < BREAKS; round++) {
    if (first) await cluster.load.burst(first, 50)
    inFlight += (await cluster.inFlight()).pending
    broken += await cluster.breakConnections()
    await pause(500)
  }
  const recoveredMs = await cluster.recovered(Date.now(), rate)
  await cluster.load.stop()
  const repeats = await expectNothingLost(cluster, PATHS)
  await untilListening(cluster)
  console.log(
    `cluster, ${broken} connections broken in ${BREAKS} rounds: ${inFlight} deliveries in flight ` +
      `then; ${cluster.load.refused} posts refused; ${rate.toFixed(0)}/s before, again after ` +
      `${recoveredMs} ms; ${cluster.load.promised.size} events promised, ${repeats} repeats`,
  )
  expect(broken).toBeGreaterThan(BREAKS * 3)
})

async function setup() {
  const cluster = await Cluster.open(await postgres.createDatabase())
  onTestFinished(() => cluster.close())
  await cluster.startNodes(3)
  await cluster.subscribe(cluster.nodes[0]?.url ?? '', PATHS)
  return { cluster, rate: await cluster.steadyRate() }
}

/** All of these are asked and answered while there is no database. */
async function probe({ nodes, load }: Cluster): Promise<string[]> {
  const posts = nodes.flatMap((node) => Array.from({ length: PROBES }, () => load.lead(node)))
  const answers = await Promise.all(posts)
  return answers.map((answer) =>
    answer ? `${answer.status}, Retry-After ${answer.retryAfter}` : 'no answer',
  )
}

/** One LISTEN connection of each node, soon: a broken one may be noticed by its next heartbeat. */
async function untilListening(cluster: Cluster): Promise<void> {
  const look = async () => {
    const rows = await cluster.sql(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'chatzuri' AND query IN ('LISTEN chatzuri', 'SELECT 1')`,
    )
    return rows.length === 3 ? true : null
  }
  await until(look, { what: 'every node to listen again', withinMs: 20_000 })
}
