/** The desk's operations on this engine, in the transaction that runs. */
import { OPERATIONS, type SharedCalls, STATEMENTS } from '../desk/operations/operations.ts'
import { type DeskTransaction, runAtOnce, type Steps } from '../desk/operations/transaction.ts'
import type { Core } from './core.ts'
import { deskTransaction } from './desk-transaction.ts'

type Operation = (tx: DeskTransaction, input: never) => Steps<unknown>

type DeskOperations = {
  [Name in keyof SharedCalls]: (
    core: Core,
    input: Parameters<SharedCalls[Name]>[0],
  ) => ReturnType<SharedCalls[Name]>
}

export const DESK_OPERATIONS: DeskOperations = bound([
  ...Object.entries(OPERATIONS),
  ...Object.entries(STATEMENTS),
])

function bound(operations: [name: string, operation: Operation][]): DeskOperations {
  const entries = operations.map(([name, operation]) => {
    return [name, (core: Core, input: never) => runAtOnce(operation(deskTransaction(core), input))]
  })
  return Object.fromEntries(entries)
}
