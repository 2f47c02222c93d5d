/** The desk's calls on this engine: they are queued, and run in the transaction of their batch. */

import {
  CALL_NAMES,
  type Calls,
  OPERATIONS,
  type SharedCalls,
  STATEMENTS,
} from '../desk/operations/operations.ts'
import { type DeskTransaction, runAtOnce, type Steps } from '../desk/operations/transaction.ts'
import type { NewAuditEntry } from '../desk.ts'
import type { Core } from './core.ts'
import { deskTransaction } from './desk-transaction.ts'
import type { WriteQueue } from './thread/write-queue.ts'

/** The calling side. */
export function queuedCalls(queue: WriteQueue): Calls {
  const calls = CALL_NAMES.map((name) => {
    return [name, (input: never, audit?: NewAuditEntry) => queue.call(name, input, audit)]
  })
  return Object.fromEntries(calls)
}

type Operation = (tx: DeskTransaction, input: never) => Steps<unknown>

/** The engine's side. */
export function deskCalls(core: Core): SharedCalls {
  const tx = deskTransaction(core)
  const operations: [name: string, operation: Operation][] = [
    ...Object.entries(OPERATIONS),
    ...Object.entries(STATEMENTS),
  ]
  const calls = operations.map(([name, operation]) => {
    return [name, (input: never) => runAtOnce(operation(tx, input))]
  })
  return Object.fromEntries(calls)
}
