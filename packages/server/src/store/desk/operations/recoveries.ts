/** A recovery, as it is noted; the road resends by it (`continueRecoveries`). */
import type { DeliveryState } from '../../../delivery.ts'
import type { OnceRefusal } from '../../desk.ts'
import type { RecoveryRow } from '../../reading/rows.ts'
import type { Repeated } from './audit.ts'
import { makeOnce, type OnceRecord } from './once.ts'
import { insertOf } from './statements.ts'
import { answerOf, type DeskTransaction, rowOf, type Statement, type Steps } from './transaction.ts'

export interface RecoveryValues {
  id: string
  webhookId: string
  since: number
  until: number
  states: DeliveryState[]
  lastStatus: number | null
  lastError: string | null
  /** Counted by the reader, which may take its time. */
  total: number
  once: OnceRecord | null
}

export function* createRecovery(
  tx: DeskTransaction,
  values: RecoveryValues,
): Steps<RecoveryRow | Repeated<RecoveryRow> | OnceRefusal | null> {
  const { id, once } = values
  return yield* makeOnce(tx, { id, once, find: FIND, make: () => addRecovery(tx, values) })
}

function* addRecovery(
  tx: DeskTransaction,
  { id, webhookId, since, until, states, lastStatus, lastError, total }: RecoveryValues,
): Steps<RecoveryRow | null> {
  const [webhook] = yield* answerOf(tx.query(READ_WEBHOOK, [webhookId]))
  if (!webhook) return null
  const failure = [lastStatus, lastError]
  const span = [id, webhookId, since, until, JSON.stringify(states)]
  const values = [...span, ...failure, total, since, tx.now]
  return yield* rowOf<RecoveryRow>(tx, INSERT, values)
}

/** The store's clock. */
export function* readClock(tx: Statement, _: null): Steps<number> {
  return (yield* rowOf<{ now: number }>(tx, READ_CLOCK, [])).now
}

const READ_WEBHOOK = 'SELECT id FROM webhooks WHERE id = $1'
const FIND = 'SELECT * FROM recoveries WHERE id = $1'
const SPAN_COLUMNS = ['id', 'webhook_id', 'since', 'until', 'states', 'last_status', 'last_error']
const COLUMNS = [...SPAN_COLUMNS, 'total', 'cursor_at', 'created_at']
const INSERT = insertOf('recoveries', COLUMNS, '*')
const READ_CLOCK = 'SELECT chatzuri_now() AS now'
