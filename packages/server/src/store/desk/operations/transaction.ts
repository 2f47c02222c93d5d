/**
 * What an operation of the desk asks of the transaction in which it runs. It is written once, as
 * steps that wait for an answer: SQLite gives each answer at once (between BEGIN and COMMIT of its
 * thread nothing may be awaited), PostgreSQL a promise of it.
 *
 * SQL is PostgreSQL's: `$1`, and `FOR …` at the end of a statement to lock what it reads. The
 * embedded store, where nobody else writes, leaves the locks out.
 */
import { assert } from '../../../errors.ts'
import type { WebhookRow } from '../../reading/rows.ts'

export type SqlValue = string | number | null

type Awaitable<T> = T | Promise<T>

/** An operation under way: it yields answers, and is given what they hold. */
export type Steps<T> = Generator<unknown, T, unknown>

export interface DeskTransaction {
  /** One instant for the whole transaction, by the store's clock. */
  readonly now: number
  query<Row>(sql: string, values: readonly SqlValue[]): Awaitable<Row[]>
  /** A statement whose answer nobody needs. */
  send(sql: string, values: readonly SqlValue[]): void
  /**
   * The one way to change a webhook's row: `work` sees it as it is now, and returns it as it left it
   * (one that it deleted, as it was), or a word for why it changed nothing. Null: no such webhook.
   */
  changeWebhook<After extends WebhookRow | string>(
    id: string,
    work: (before: WebhookRow) => Steps<After>,
  ): Awaitable<After | null>
  /** The one way to make a webhook. */
  addWebhook(insert: () => Steps<WebhookRow>): Awaitable<WebhookRow>
  /** The one way to make or delete a chatbot. */
  changeChatbots<T>(work: () => Steps<T>): Awaitable<T>
  /** Its deliveries are to be moved to where its state says. */
  unsettle(webhookId: string): void
  /** Deliveries of it became claimable. */
  wake(webhookId: string): void
  /** Nothing is left of the bucket of its rate. */
  forgetStarts(webhookId: string): void
}

/** For an operation that is one statement: it has no transaction around it everywhere. */
export type Statement = Pick<DeskTransaction, 'query'>

/** Waits for an answer: `yield* answerOf(tx.query(…))`. */
export function* answerOf<T>(answer: Awaitable<T>): Steps<T> {
  return (yield answer) as T
}

/** The row that a statement must answer. */
export function* rowOf<Row>(tx: Statement, sql: string, values: readonly SqlValue[]): Steps<Row> {
  const [row] = yield* answerOf(tx.query<Row>(sql, values))
  assert(row, 'a row that was just read or written is there')
  return row
}

/** Runs an operation where every answer is there at once. */
export function runAtOnce<T>(steps: Steps<T>): T {
  let step = steps.next()
  while (!step.done) step = steps.next(step.value)
  return step.value
}

export async function runAwaiting<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next()
  while (!step.done) step = steps.next(await step.value)
  return step.value
}
