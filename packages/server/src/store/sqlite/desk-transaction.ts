/** What the desk's operations ask of this engine: it answers at once. */
import { type DeskTransaction, runAtOnce, type SqlValue } from '../desk/operations/transaction.ts'
import type { Core } from './core.ts'

/** Of the transaction that runs when it is asked. */
export function deskTransaction(core: Core): DeskTransaction {
  const query = <Row>(sql: string, values: readonly SqlValue[]): Row[] => {
    const { text, takesNow } = translated(sql)
    return takesNow ? core.all(text, ...values, core.tx.now) : core.all(text, ...values)
  }
  return {
    get now() {
      return core.tx.now
    },
    query,
    send: query,
    changeWebhook: (id, work) => core.changeWebhook(id, (before) => runAtOnce(work(before))),
    addWebhook: (insert) => core.addWebhook(() => runAtOnce(insert())),
    changeChatbots: (work) => core.changeChatbots(() => runAtOnce(work())),
    unsettle: (webhookId) => core.unsettle(webhookId),
    wake: (webhookId) => core.tx.woken.add(webhookId),
    // They are in memory, which forgets them by itself (road/starts.ts).
    forgetStarts: () => {},
  }
}

interface Translated {
  text: string
  /** Its last value is the transaction's instant. */
  takesNow: boolean
}

const known = new Map<string, Translated>()

/** PostgreSQL's words in this database's: places are `?1`, and nothing needs a lock. */
function translated(sql: string): Translated {
  let found = known.get(sql)
  if (found === undefined) {
    const places = [...sql.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place))
    const text = sql
      .replace(/\s+FOR (?:NO KEY UPDATE|KEY SHARE|SHARE|UPDATE)$/, '')
      .replaceAll(/\$(\d+)/g, '?$1')
      .replaceAll('chatzuri_now()', `?${Math.max(0, ...places) + 1}`)
    found = { text, takesNow: sql.includes('chatzuri_now()') }
    known.set(sql, found)
  }
  return found
}
