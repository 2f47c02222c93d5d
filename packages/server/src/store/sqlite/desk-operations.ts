/** The desk's operations on this engine, in the transaction that runs. */
import { OPERATIONS, type SharedCalls, STATEMENTS } from '../desk/operations/operations.ts'
import { type DeskTransaction, runAtOnce, type Steps } from '../desk/operations/transaction.ts'
import type { Core } from './core.ts'
import { deskTransaction } from './desk-transaction.ts'

type Operation = (tx: DeskTransaction, input: never) => Steps<unknown>

export function deskOperations(core: Core): SharedCalls {
  const tx = deskTransaction(core)
  const operations: [name: string, operation: Operation][] = [
    ...Object.entries(OPERATIONS),
    ...Object.entries(STATEMENTS),
  ]
  const bound = operations.map(([name, operation]) => {
    return [name, (input: never) => runAtOnce(operation(tx, input))]
  })
  return Object.fromEntries(bound)
}
