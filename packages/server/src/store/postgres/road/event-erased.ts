import { leadIdOf } from '../../../id.ts'
import { array } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'

/** Those of these events of whose payload nothing is left. A lead that is there is its own event. */
export async function erasedOf(tx: Transaction, eventIds: string[]): Promise<ReadonlySet<string>> {
  if (eventIds.length === 0) return new Set()
  const values = [array(eventIds), array(eventIds.map(leadIdOf))]
  const intact = await tx.query<{ id: string }>(INTACT, values)
  const gone = new Set(eventIds)
  for (const { id } of intact) gone.delete(id)
  return gone
}

const INTACT = `SELECT id FROM events WHERE id = ANY($1::text[]) AND erased = 0
  UNION ALL SELECT 'evt_' || substr(id, 6) FROM leads WHERE id = ANY($2::text[])`
