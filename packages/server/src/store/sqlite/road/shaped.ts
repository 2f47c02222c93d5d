/** What makes the bytes of a delivery whose body has another form than the guide's. */
import { eventIdOf, leadIdOf } from '../../../id.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import type { Claim } from '../../road.ts'
import { type ShapedRow, toShaped } from '../../rules/shaped.ts'
import type { Core } from '../core.ts'

/** Nothing: it has the guide's. */
export function shapedOf(
  core: Core,
  { id, shape }: Pick<DeliveryRow, 'id' | 'shape'>,
): Pick<Claim, 'shaped'> {
  if (shape === null) return {}
  const eventId = eventIdOf(id)
  const row = core.get<ShapedRow>(READ, shape, leadIdOf(eventId), eventId)
  return row ? { shaped: toShaped(row) } : {}
}

const READ = `SELECT s.body, l.id AS lead_id, l.extras, l.consent,
    coalesce(l.created_at, e.created_at) AS accepted_at
  FROM shapes s LEFT JOIN leads l ON l.id = ?2 LEFT JOIN events e ON e.id = ?3 WHERE s.id = ?1`
