/** What has to hold after every misfortune. */
import { expect } from 'vitest'
import type { Cluster } from './cluster.ts'
import type { Heard } from './slow-receiver-protocol.ts'

/**
 * Every promise was kept, at every webhook, with the right content; repeats are the same to the
 * byte; nothing was attempted twice at once; the database knows all of it as delivered, with one
 * number for each attempt. Resolves to the count of repeats.
 */
export async function expectNothingLost(cluster: Cluster, paths: string[]): Promise<number> {
  const { receiver, load } = cluster
  await cluster.drained()
  const good = receiver.heard.filter(({ status }) => status === 200)
  const arrived = Map.groupBy(good, ({ path, webhookId }) => `${path} ${webhookId}`)
  expect(load.surprises).toEqual([])
  expect(load.promised.size).toBeGreaterThan(20)
  expect(notArrived(cluster, arrived, paths)).toEqual([])
  expect(differingRepeats(receiver.heard)).toEqual([])
  expect(receiver.heard.filter(({ overlapped }) => overlapped)).toEqual([])
  expect(await undelivered(cluster, paths)).toEqual([])
  expect(await attemptsCountedTwice(cluster)).toEqual([])
  return good.length - arrived.size
}

function notArrived(
  { load }: Cluster,
  arrived: Map<string, Heard[]>,
  paths: readonly string[],
): string[] {
  return [...load.promised].flatMap(([id, text]) =>
    paths
      .filter((path) => !arrived.get(`${path} ${id}`)?.[0]?.body.includes(text))
      .map((path) => `${id} (${text}) at ${path}`),
  )
}

/** Aborted ones may have come without their end. */
function differingRepeats(heard: readonly Heard[]): string[] {
  const whole = heard.filter(({ status }) => status !== null)
  return [...Map.groupBy(whole, ({ webhookId }) => webhookId)].flatMap(([id, requests]) =>
    new Set(requests.map(({ body }) => body)).size === 1 ? [] : [id],
  )
}

async function undelivered(cluster: Cluster, paths: readonly string[]): Promise<string[]> {
  const rows = await cluster.sql<{ event_id: string }>(
    `SELECT event_id FROM deliveries WHERE state = 'delivered'
      GROUP BY event_id HAVING count(*) = $1`,
    [paths.length],
  )
  const delivered = new Set(rows.map((row) => row.event_id))
  return [...cluster.load.promised.keys()].filter((id) => !delivered.has(id))
}

async function attemptsCountedTwice(cluster: Cluster): Promise<string[]> {
  const rows = await cluster.sql<{ delivery_id: string }>(
    `SELECT delivery_id FROM all_attempts GROUP BY delivery_id
      HAVING count(*) <> max(number) OR count(*) <> count(DISTINCT number)
        OR count(*) FILTER (WHERE result = 'delivered') <> 1`,
  )
  return rows.map((row) => row.delivery_id)
}
