/**
 * `hold`: pauses every webhook of a store that was restored, before a server starts on it. Deliveries
 * that were sent after the backup was made would be sent again at once; held, they are parked, and
 * their owners (or the operator) look first.
 */
import { type Command, EXIT, type Output } from 'chatzuri/command-line'
import { systemClock } from '../clock.ts'
import { StartError } from '../errors.ts'
import { createIds } from '../id.ts'
import { systemRandom } from '../random.ts'
import { type Config, readConfig } from '../settings/config.ts'
import { lookInto } from '../store/looking/look.ts'
import type { Store } from '../store/store.ts'
import { openOwnStore } from './own-store.ts'

/** Shown in the dashboard. */
const REASON = 'Held after a restore: what it sent after the backup was made would be sent again.'
const PAGE_ROWS = 100
const STEP_ROWS = 200

export interface HoldReport {
  kind: 'held'
  /** How many webhooks were active, or away, and are paused now. */
  webhooks: number
  /** How many deliveries wait for one to be resumed. */
  waiting: number
}

export const hold: Command = {
  name: 'hold',
  usage: '',
  about: 'Pauses every webhook of a store that was restored, before a server starts on it.',
  argumentsMax: 0,
  options: {},
  notes: `A restored store is an older truth: deliveries that were sent after the backup was made are sent once
more, with the same webhook-id, as soon as a server starts. Receivers that drop repeats by that id
don't mind. Where they don't, hold: nothing is sent until a webhook is resumed, in the dashboard or by
chatzuri webhooks resume; what must not go again is cancelled before.

After a restore into SQLite \`restore --hold\` does it. After pg_restore, or erase, run this command
with the settings of the server: DATABASE_URL, ENCRYPTION_KEY and ADMIN_KEY.`,
  async run({ env, out }) {
    const config = readConfig(env)
    await assertIdle(config)
    const { store } = await openOwnStore(config)
    try {
      const report = await holdAll(store, out)
      out.value(report, () => holdText(report))
    } finally {
      await store.close()
    }
    return EXIT.done
  },
}

/** On PostgreSQL nothing else would keep it from pausing a platform that is at work. */
async function assertIdle({ databaseUrl, dataDir }: Config): Promise<void> {
  if (databaseUrl === null) return
  const look = await lookInto({ databaseUrl, dataDir })
  const { nodes } = await look.keys().finally(() => look.close())
  if (nodes.length === 0) return
  throw new StartError(
    `${nodes.length} servers run on this database: hold is for a store that was restored, before any starts. One that was killed is forgotten when its LEASE has run out.`,
  )
}

export async function holdAll(store: Store, out: Output): Promise<HoldReport> {
  const ids = createIds(systemClock, systemRandom)
  let webhooks = 0
  for await (const { id, chatbotId } of sendingWebhooks(store)) {
    await store.setWebhookState(id, 'paused', REASON, {
      id: ids.next('audit'),
      action: 'webhook.paused',
      actor: 'root',
      sessionId: null,
      chatbotId,
      targetId: id,
      fields: [],
      address: 'command line',
    })
    webhooks += 1
    out.progress(`holding: ${webhooks} webhooks`)
  }
  let settled = 0
  for (;;) {
    const { moved } = await store.settle(STEP_ROWS)
    settled += moved
    out.progress(`holding: ${settled} deliveries`)
    if (moved < STEP_ROWS) break
  }
  out.progress(null)
  return { kind: 'held', webhooks, waiting: await store.backlog() }
}

/** What would send without its owner's word: an away one does when its listener comes back by itself. */
async function* sendingWebhooks(store: Store) {
  for await (const webhook of pages((page) => store.listWebhooks({}, page))) {
    if (webhook.state === 'active' || webhook.state === 'away') yield webhook
  }
}

async function* pages<Row extends { id: string }>(
  read: (page: { limit: number; after: string | null }) => Promise<Row[]>,
): AsyncGenerator<Row> {
  for (let after: string | null = null; ; ) {
    const rows: Row[] = await read({ limit: PAGE_ROWS, after })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_ROWS) return
    after = last.id
  }
}

export function holdText({ webhooks, waiting }: HoldReport): string {
  return `Held: ${webhooks} webhooks are paused, ${waiting} deliveries wait. Resume each in the dashboard, or with: chatzuri webhooks resume --held.`
}
