/** A webhook's rate over four nodes, of which one is killed and another comes. */
import { expect, onTestFinished, test } from 'vitest'
import { usePostgresAlone } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { Cluster } from './cluster.ts'

const RATES = new Map([
  ['/ten', 10],
  ['/tenth', 0.1],
])
const NODES = 4
const EVENTS = 125
const SPAN_MS = 10_000
const PATIENCE_MS = 60_000

const postgres = usePostgresAlone()

test('four nodes keep to a rate together, also below one start a node', {
  timeout: 120_000,
}, async () => {
  const cluster = await Cluster.open(await postgres.createDatabase())
  onTestFinished(() => cluster.close())
  await cluster.startNodes(NODES)
  const [first, second] = cluster.nodes
  if (!first || !second) throw new Error('there are four nodes')
  const rateOf = (path: string) => ({ ratePerSecond: RATES.get(path) })
  const load = await cluster.subscribe(first.url, [...RATES.keys()], rateOf)
  await load.burst(first, EVENTS)
  const times = (path: string) =>
    cluster.receiver.heard
      .filter((heard) => heard.path === path)
      .map(({ startedAt }) => startedAt)
      .sort((a, b) => a - b)
  const heard = (count: number) =>
    until(() => (times('/ten').length >= count ? true : null), {
      what: `${count} deliveries`,
      withinMs: PATIENCE_MS,
    })
  await heard(40)
  await second.process.kill()
  await cluster.startNode()
  await heard(EVENTS - 10)

  const fast = times('/ten')
  const spanMs = (fast.at(-1) ?? 0) - (fast[0] ?? 0)
  const slow = times('/tenth')
  console.log(
    `cluster, ${NODES} nodes at 10/s: ${fast.length} in ${spanMs} ms, ` +
      `at most ${mostIn(fast)} in 10 s; at 0.1/s: ${slow.length}`,
  )
  expect(spanMs).toBeGreaterThan(SPAN_MS)
  expect(mostIn(fast)).toBeLessThanOrEqual(100)
  expect(fast.length / (spanMs / 1_000)).toBeGreaterThanOrEqual(8)
  expect(slow.length).toBeGreaterThanOrEqual(1)
  expect(mostIn(slow)).toBe(1)
})

function mostIn(times: number[]): number {
  const counts = times.map(
    (from) => times.filter((at) => at >= from && at <= from + SPAN_MS).length,
  )
  return Math.max(0, ...counts)
}
