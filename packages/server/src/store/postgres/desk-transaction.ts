/** What the desk's operations ask of this engine: it promises each answer. */
import { type DeskTransaction, runAwaiting } from '../desk/operations/transaction.ts'
import type { Transaction } from './connection/transaction.ts'

export function deskTransaction(tx: Transaction): DeskTransaction {
  return {
    now: tx.now,
    query: (sql, values) => tx.query(sql, values),
    send: (sql, values) => tx.send(sql, values),
    changeWebhook: (id, work) => tx.changeWebhook(id, (before) => runAwaiting(work(before))),
    addWebhook: (insert) => tx.addWebhook(() => runAwaiting(insert())),
    changeChatbots: (work) => runAwaiting(work()),
    unsettle: (webhookId) => tx.unsettle(webhookId),
    wake: (webhookId) => tx.woken.add(webhookId),
    forgetStarts: (webhookId) => tx.send(DELETE_STARTS, [webhookId]),
  }
}

const DELETE_STARTS = 'DELETE FROM starts WHERE webhook_id = $1'
