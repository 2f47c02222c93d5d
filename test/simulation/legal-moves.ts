/** Which state of a delivery may follow which, and by whose doing: delivery.ts's picture as a table. */
import type { DeliveryState } from '../../packages/server/src/delivery.ts'
import type { Call } from '../../packages/server/src/store/sqlite/engine.ts'

export type Operation = Call['name']

/** A promise that did not hold, and what was seen, in one sentence. */
export type Broken = (promise: string, sentence: string) => void

const RECORD: Operation[] = ['recordIfLeased']
const ENDS: Operation[] = ['cancel', 'settle', 'eraseLead', 'prune', 'recordIfLeased']
const AGAIN: Operation[] = ['resend', 'continueRecoveries']

const MOVES: Record<string, Operation[]> = {
  'null pending': ['accept', 'tellNotice'],
  'null parked': ['accept', 'tellNotice'],
  'pending pending': ['recordIfLeased', 'resend', 'bringForward'],
  'pending delivered': RECORD,
  'pending exhausted': RECORD,
  'pending parked': ['recordIfLeased', 'settle'],
  'pending cancelled': ENDS,
  'parked pending': ['settle'],
  'parked cancelled': ENDS,
  // An attempt that was on its way is history; the state stays.
  'parked parked': RECORD,
  'cancelled cancelled': RECORD,
  'delivered pending': AGAIN,
  'delivered parked': AGAIN,
  'exhausted pending': AGAIN,
  'exhausted parked': AGAIN,
  'cancelled pending': AGAIN,
  'cancelled parked': AGAIN,
}

export function isLegalMove(
  from: DeliveryState | null,
  to: DeliveryState,
  operations: ReadonlySet<Operation>,
): boolean {
  return (MOVES[`${from} ${to}`] ?? []).some((operation) => operations.has(operation))
}
