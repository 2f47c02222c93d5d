/** What makes the bytes of deliveries whose bodies have another form than the guide's. */
import { eventIdOf, leadIdOf } from '../../../id.ts'
import type { Claim } from '../../road.ts'
import { type ShapedRow, toShaped } from '../../rules/shaped.ts'
import { column } from '../connection/parameters.ts'

interface Asked {
  id: string
  shape: string | null
}

interface Asking {
  query<Row>(sql: string, values: readonly unknown[]): Promise<Row[]>
}

/** By the ids of deliveries; asks nothing where all have the guide's. */
export async function shapedOf(
  asking: Asking,
  rows: readonly Asked[],
): Promise<Map<string, NonNullable<Claim['shaped']>>> {
  const shaped = rows.filter(({ shape }) => shape !== null)
  if (shaped.length === 0) return new Map()
  const found = await asking.query<ShapedRow & { id: string }>(READ, [
    column(shaped, ({ id }) => id),
    column(shaped, ({ shape }) => shape),
    column(shaped, ({ id }) => leadIdOf(eventIdOf(id))),
    column(shaped, ({ id }) => eventIdOf(id)),
  ])
  return new Map(found.map((row) => [row.id, toShaped(row)]))
}

const READ = `SELECT asked.id, s.body, l.id AS lead_id, l.extras, l.consent,
    coalesce(l.created_at, e.created_at) AS accepted_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS asked (id, shape, lead_id, event_id)
  JOIN shapes s ON s.id = asked.shape LEFT JOIN leads l ON l.id = asked.lead_id
  LEFT JOIN events e ON e.id = asked.event_id`
