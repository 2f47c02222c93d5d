/**
 * A node of three is lost under load: killed, or frozen for longer than its lease. The others take
 * over what it had claimed; one that comes back touches nothing of it.
 */
import { expect, onTestFinished, test } from 'vitest'
import { usePostgresAlone } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { Cluster, LEASE_MS, type Node } from './cluster.ts'
import { expectNothingLost } from './expect-nothing-lost.ts'

const PATHS = ['/first', '/second']
const BURST_EVENTS = 300
/** Far below the burst, and enough that lanes have opened their windows. */
const BURST_SEEN = 40
/** What one turn of the event loop begins: a lane's share of a window among three nodes. */
const FROZEN_IN_WRITE_MAX = 10
const PATIENCE_MS = 60_000

const postgres = usePostgresAlone()

test('a node that is killed loses nothing, and the others deliver on', {
  timeout: 180_000,
}, async () => {
  const { cluster, victim, others, rate } = await setup()
  await keepBusy(cluster, victim)
  await victim.process.kill()
  const killedAt = Date.now()
  const { pending, held } = await cluster.inFlight(victim.nodeId)
  cluster.load.use(others)

  const recoveredMs = await cluster.recovered(killedAt, rate)
  await cluster.load.stop()
  const repeats = await expectNothingLost(cluster, PATHS)
  console.log(
    `cluster, SIGKILL of ${victim.name}: ${pending} deliveries in flight, ${held} of them its own; ` +
      `${rate.toFixed(0)}/s before, again after ${recoveredMs} ms; ` +
      `${cluster.load.promised.size} events promised, ${repeats} repeats`,
  )
  expect(held).toBeGreaterThan(0)
})

test('a node that was frozen for longer than its lease records and sends nothing of what it lost', {
  timeout: 180_000,
}, async () => {
  const { cluster, victim, others, rate } = await setup()
  await keepBusy(cluster, victim)
  victim.process.signal('SIGSTOP')
  const frozenAt = Date.now()
  const { pending, held } = await cluster.inFlight(victim.nodeId)
  cluster.load.use(others)
  const recoveredMs = await cluster.recovered(frozenAt, rate)
  // Afterwards all is quiet: what is sent or written then can only be the zombie's doing.
  await cluster.load.stop()
  await cluster.drained()
  expect(Date.now() - frozenAt).toBeGreaterThan(LEASE_MS)

  const before = await witness(cluster)
  victim.process.signal('SIGCONT')
  await cameBack(cluster, victim)
  const { sent, refused } = zombieDoings(cluster, victim, before)
  // What was being posted to it when it froze is accepted now, and rightly sent.
  const after = await witness(cluster)
  const accepted = after.deliveries - before.deliveries
  expect(after.attempts - before.attempts).toBeLessThanOrEqual(accepted)
  // Requests that were between their last check and the write when it froze (design.md, promise 2):
  // as a rule none, never what was queued.
  expect(sent.length).toBeLessThanOrEqual(FROZEN_IN_WRITE_MAX + accepted)
  expect(refused).toBeGreaterThan(0)

  cluster.load.use([...others, victim])
  cluster.load.start()
  await until(() => (cluster.receiver.heard.length > before.heard + 100 ? true : null), {
    what: 'deliveries of all three',
    withinMs: PATIENCE_MS,
  })
  await cluster.load.stop()
  const repeats = await expectNothingLost(cluster, PATHS)
  console.log(
    `cluster, SIGSTOP of ${victim.name} past its lease: ${pending} deliveries in flight, ${held} of ` +
      `them its own; ${rate.toFixed(0)}/s before, again after ${recoveredMs} ms; after SIGCONT ` +
      `${refused} records refused, ${sent.length} requests sent; ` +
      `${cluster.load.promised.size} events promised, ${repeats} repeats`,
  )
  expect(held).toBeGreaterThan(0)
})

async function setup() {
  const cluster = await Cluster.open(await postgres.createDatabase())
  onTestFinished(() => cluster.close())
  // What a node tried to record is told at this level.
  await cluster.startNodes(3, { LOG_LEVEL: 'debug' })
  const [first, second, victim] = cluster.nodes
  if (!first || !second || !victim) throw new Error('three nodes were started')
  await cluster.subscribe(first.url, PATHS)
  return { cluster, victim, others: [first, second], rate: await cluster.steadyRate() }
}

/** More than it can deliver at once: it has open requests and a queue of claims. */
async function keepBusy(cluster: Cluster, node: Node): Promise<void> {
  const { receiver, load } = cluster
  await load.burst(node, BURST_EVENTS)
  const isNote = ({ body }: { body: string }) => body.includes('note.taken')
  await until(() => (receiver.heard.filter(isNote).length >= BURST_SEEN ? true : null), {
    what: 'the burst',
    withinMs: PATIENCE_MS,
  })
}

/** It has noticed its loss and begun anew under another name. */
async function cameBack(cluster: Cluster, { process }: Node): Promise<void> {
  await until(() => (process.out.some((line) => line.includes('lease.lost')) ? true : null), {
    what: 'the zombie to notice its loss',
    withinMs: PATIENCE_MS,
  })
  const live = 'SELECT id FROM nodes WHERE lease_until > chatzuri_now()'
  await until(async () => ((await cluster.sql(live)).length === 3 ? true : null), {
    what: 'the third node to be back',
    withinMs: PATIENCE_MS,
  })
  // Longer than a request takes.
  await new Promise((resolve) => setTimeout(resolve, 500))
}

/** What a zombie may not change. */
async function witness(cluster: Cluster) {
  const [attempts] = await cluster.sql<{ count: number }>(
    'SELECT count(*)::int AS count FROM all_attempts',
  )
  const [deliveries] = await cluster.sql<{ count: number }>(
    'SELECT count(*)::int AS count FROM deliveries',
  )
  return {
    attempts: attempts?.count ?? 0,
    deliveries: deliveries?.count ?? 0,
    heard: cluster.receiver.heard.length,
  }
}

function zombieDoings({ receiver }: Cluster, { process }: Node, before: { heard: number }) {
  const refused = process.out.filter((line) => line.includes('"lease_lost"')).length
  return { sent: receiver.heard.slice(before.heard), refused }
}
