/** Puts what was sealed anew in the place of what an older key sealed. */
import type { SealedRow } from '../../../sealing/reseal.ts'
import type { Core } from '../../core.ts'

export interface Resealing {
  before: SealedRow
  anew: SealedRow
}

/** How many were as they had been read. */
export function reseal(core: Core, rows: Resealing[]): number {
  let count = 0
  for (const { before, anew } of rows) {
    if (before.headers === null) {
      count += core.runCounting(RESEAL_DELETED, anew.url, before.id, before.url)
      continue
    }
    count += core.runCounting(
      RESEAL,
      anew.url,
      anew.headers,
      anew.secret,
      anew.previous_secret,
      before.id,
      before.url,
      before.headers,
      before.secret,
      before.previous_secret,
    )
  }
  // What the old key sealed shall not stay in the log either.
  core.tx.erased = true
  return count
}

const RESEAL = `UPDATE webhooks SET url = ?, headers = ?, secret = ?, previous_secret = ?
  WHERE id = ? AND url = ? AND headers = ? AND secret = ? AND previous_secret IS ?`
/** What is left of one that was deleted. */
const RESEAL_DELETED = 'UPDATE deleted_webhooks SET url = ? WHERE id = ? AND url = ?'
