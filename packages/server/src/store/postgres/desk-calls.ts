/** The desk's calls on this engine: each a transaction, or a single statement, of its own. */
import type { Ids } from '../../id.ts'
import {
  type Calls,
  OPERATIONS,
  type OwnCalls,
  type SharedCalls,
  STATEMENTS,
} from '../desk/operations/operations.ts'
import {
  type DeskTransaction,
  runAwaiting,
  type Statement,
  type Steps,
} from '../desk/operations/transaction.ts'
import type { NewAuditEntry } from '../desk.ts'
import type { Database } from './connection/database.ts'
import { deskTransaction } from './desk-transaction.ts'
import { bulkStep } from './road/bulk.ts'
import { eraseLeads } from './road/erase.ts'
import { cancel, resend } from './road/move.ts'
import { sendEvent } from './road/send-event.ts'
import { transactAudited } from './transact-audited.ts'

export function deskCalls({ database, ids }: { database: Database; ids: Ids }): Calls {
  return { ...sharedCalls(database), ...ownCalls(database, ids) }
}

function sharedCalls(database: Database): Calls<SharedCalls> {
  const statement: Statement = { query: (sql, values) => database.query(sql, values) }
  const operations = Object.entries(OPERATIONS).map(([name, operation]) => {
    const start: (tx: DeskTransaction, input: never) => Steps<unknown> = operation
    const call = (input: never, audit?: NewAuditEntry) =>
      transactAudited(database, audit, (tx) => runAwaiting(start(deskTransaction(tx), input)))
    return [name, call]
  })
  const statements = Object.entries(STATEMENTS).map(([name, operation]) => {
    const start: (tx: Statement, input: never) => Steps<unknown> = operation
    return [name, (input: never) => runAwaiting(start(statement, input))]
  })
  return Object.fromEntries([...operations, ...statements])
}

function ownCalls(database: Database, ids: Ids): Calls<OwnCalls> {
  return {
    resend: (deliveryId, audit) => transactAudited(database, audit, (tx) => resend(tx, deliveryId)),
    cancel: (input, audit) => transactAudited(database, audit, (tx) => cancel(tx, input)),
    bulkStep: (input, audit) => transactAudited(database, audit, (tx) => bulkStep(tx, input)),
    sendEvent: (input, audit) => transactAudited(database, audit, (tx) => sendEvent(tx, input)),
    eraseLead: ({ leadId, reason }, audit) => {
      const input = { leadIds: [leadId], reason, ids }
      return transactAudited(database, audit, async (tx) => (await eraseLeads(tx, input)) > 0)
    },
  }
}
