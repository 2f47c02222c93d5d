/** The audit log: an entry is written in the transaction that makes the change. */

import { isDone, noteAudit } from '../desk/operations/audit.ts'
import type { NewAuditEntry } from '../desk.ts'
import type { Database } from './connection/database.ts'
import type { Transaction } from './connection/transaction.ts'
import { deskTransaction } from './desk-transaction.ts'

/** Runs `work` in one transaction that keeps `audit` too, if the change is made. */
export function transactAudited<T>(
  database: Database,
  audit: NewAuditEntry | undefined,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return database.transact(async (tx) => {
    const value = await work(tx)
    if (audit && isDone(value)) noteAudit(deskTransaction(tx), audit)
    return value
  })
}
