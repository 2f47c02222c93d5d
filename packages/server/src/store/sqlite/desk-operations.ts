/** The desk's operations on this engine, in the transaction that runs. */
import { OPERATIONS, type SharedCalls, STATEMENTS } from '../desk/operations/operations.ts'
import { type DeskTransaction, runAtOnce, type Steps } from '../desk/operations/transaction.ts'
import type { Core } from './core.ts'
import { deskTransaction } from './desk-transaction.ts'

type DeskOperations = {
  [Name in keyof SharedCalls]: (
    core: Core,
    input: Parameters<SharedCalls[Name]>[0],
  ) => ReturnType<SharedCalls[Name]>
}

const operations = [...Object.entries(OPERATIONS), ...Object.entries(STATEMENTS)]
const named = operations.map(([name, operation]) => {
  const start: (tx: DeskTransaction, input: never) => Steps<unknown> = operation
  return [name, (core: Core, input: never) => runAtOnce(start(deskTransaction(core), input))]
})

export const DESK_OPERATIONS: DeskOperations = Object.fromEntries(named)
