/** Nodes that start together, that hear nothing of each other, and whose clocks are wrong. */
import { expect, onTestFinished, test } from 'vitest'
import { usePostgresAlone } from '../support/postgres.ts'
import { Cluster } from './cluster.ts'
import { expectNothingLost } from './expect-nothing-lost.ts'

const HOUR_MS = 3_600_000
/** Of the second that the schedule of these nodes waits: with its jitter of ±10 %. */
const RETRY_AFTER_MS = 900
const STARTERS = 2
const LEADS = 30
const PATIENCE_MS = 60_000

const postgres = usePostgresAlone()

test('nodes that start at once on an empty database share one schema and all work', {
  timeout: 120_000,
}, async () => {
  const cluster = await setup()
  const starting = Array.from({ length: STARTERS }, () => cluster.launch())
  const urls = await Promise.all(starting.map((process) => process.ready))
  const load = await cluster.subscribe(urls[0] ?? '', ['/first'])
  for (let i = 0; i < LEADS; i++) await load.lead({ url: urls[i % STARTERS] ?? '' })
  const { pending } = await cluster.inFlight()
  await expectNothingLost(cluster, ['/first'])
  console.log(
    `cluster, ${STARTERS} nodes started at once on an empty database: ${pending} deliveries in ` +
      `flight after ${load.promised.size} events promised`,
  )
  expect(load.promised.size).toBe(LEADS)
  expect(await cluster.sql('SELECT version FROM chatzuri_schema')).toHaveLength(1)
  expect(await cluster.sql('SELECT id FROM nodes')).toHaveLength(STARTERS)
})

test('without any notification, what another node accepted still goes out', {
  timeout: 120_000,
}, async () => {
  const cluster = await setup()
  await swallowNotifications(cluster)
  // The one accepts and can't deliver, the other hears of nothing: it has to look.
  const api = await cluster.startNode({ ROLES: 'api' })
  await cluster.startNode({ ROLES: 'deliver' })
  const load = await cluster.subscribe(api.url, ['/first'])
  for (let i = 0; i < LEADS; i++) await load.lead(api)
  const postedAt = Date.now()
  const { pending } = await cluster.inFlight()
  await expectNothingLost(cluster, ['/first'])
  const [lost] = await cluster.sql<{ count: number }>(
    'SELECT last_value::int AS count FROM swallowed WHERE is_called',
  )
  console.log(
    `cluster, ${lost?.count ?? 0} notifications lost, none heard: ${pending} deliveries in flight, ` +
      `all delivered ${Date.now() - postedAt} ms after the last was accepted`,
  )
  expect(lost?.count).toBeGreaterThan(0)
  expect(pending).toBe(LEADS)
})

test('nodes whose clocks are an hour off neither lose, hurry nor hold back a delivery', {
  timeout: 120_000,
}, async () => {
  const cluster = await setup()
  await cluster.startNode()
  await cluster.startNode(clockOffBy(HOUR_MS))
  await cluster.startNode(clockOffBy(-HOUR_MS))
  const paths = ['/steady', '/flaky']
  const load = await cluster.subscribe(cluster.nodes[1]?.url ?? '', paths)
  const rate = await cluster.steadyRate()
  for (const node of cluster.nodes) await load.burst(node, 20)
  const { pending } = await cluster.inFlight()
  await load.stop()
  const repeats = await expectNothingLost(cluster, paths)
  const waits = waitsBetweenAttempts(cluster)
  console.log(
    `cluster, clocks an hour ahead and an hour behind: ${pending} deliveries in flight at ` +
      `${rate.toFixed(0)}/s; ${load.promised.size} events promised, ${repeats} repeats, ` +
      `${waits.length} retries after ${Math.min(...waits)} to ${Math.max(...waits)} ms`,
  )
  expect(waits.length).toBeGreaterThan(20)
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(RETRY_AFTER_MS)
  expect(Math.max(...waits)).toBeLessThan(PATIENCE_MS)
  const lost = cluster.nodes.flatMap(({ process }) =>
    process.out.filter((line) => line.includes('lease.lost')),
  )
  expect(lost).toEqual([])
})

async function setup(): Promise<Cluster> {
  const cluster = await Cluster.open(await postgres.createDatabase())
  onTestFinished(() => cluster.close())
  return cluster
}

/** A function of that name that is found before PostgreSQL's own: it counts, and tells nobody. */
async function swallowNotifications(cluster: Cluster): Promise<void> {
  const name = new URL(cluster.databaseUrl).pathname.slice(1)
  await cluster.sql('CREATE SEQUENCE swallowed')
  await cluster.sql(
    `CREATE FUNCTION public.pg_notify(text, text) RETURNS void LANGUAGE sql
      AS $$ SELECT nextval('swallowed') $$`,
  )
  await cluster.sql(`ALTER DATABASE ${name} SET search_path = public, pg_catalog`)
}

function clockOffBy(offMs: number): Record<string, string> {
  const preload = new URL('./an-hour-off.ts', import.meta.url).href
  return { NODE_OPTIONS: `--import ${preload}`, CLOCK_OFF_MS: String(offMs) }
}

/** At the endpoint that fails some events once. */
function waitsBetweenAttempts({ receiver }: Cluster): number[] {
  const flaky = receiver.heard.filter(({ path }) => path === '/flaky')
  return [...Map.groupBy(flaky, ({ webhookId }) => webhookId).values()].flatMap((requests) => {
    const failed = requests.find(({ status }) => status === 500)
    const good = requests.find(({ status }) => status === 200)
    return failed && good ? [good.startedAt - failed.startedAt] : []
  })
}
