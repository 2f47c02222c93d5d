/**
 * A past in partitions, as upkeep would have made them in all that time: sixteen of a retention, and one
 * ahead. Made here and not by the server, which makes none for what is over.
 */
import type pg from 'pg'
import { type IdKind, idFloor } from '../../packages/server/src/id.ts'
import { type Past, SPAN_MS } from './rows.ts'

const PARTITIONED = { events: 'event', finished: 'delivery', attempts: 'delivery' } as const
const EACH_MS = SPAN_MS / 16

export async function makePastPartitions(client: pg.Client, { from: begin }: Past): Promise<void> {
  for (let from = Math.floor(begin); from < Date.now() + EACH_MS; from += EACH_MS) {
    const to = from + EACH_MS
    for (const [table, kind] of Object.entries(PARTITIONED) as [string, IdKind][]) {
      const bounds = `FROM ('${idFloor(kind, from)}') TO ('${idFloor(kind, to)}')`
      const name = `${table}_${from}_${to}`
      await client.query(`CREATE TABLE ${name} PARTITION OF ${table} FOR VALUES ${bounds}`)
    }
  }
}
