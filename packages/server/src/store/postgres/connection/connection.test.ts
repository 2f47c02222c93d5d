/** What our connections are told, whatever the server's file, a role, the URL or a pooler say. */
import { createServer } from 'node:http'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { findPgBouncer, openPgBouncer } from '../../../../../../test/support/pgbouncer.ts'
import { OwnPostgres, usePostgres } from '../../../../../../test/support/postgres.ts'
import { until } from '../../../../../../test/support/until.ts'
import { systemClock } from '../../../clock.ts'
import { StartError, StoreUnavailable } from '../../../errors.ts'
import { createIds } from '../../../id.ts'
import { silentLog } from '../../../log.ts'
import { systemRandom } from '../../../random.ts'
import { openParts } from '../postgres-store.ts'

const encryptionKey = Buffer.alloc(32, 7)
const postgres = usePostgres()

async function open(databaseUrl: string) {
  const parts = await openParts({ databaseUrl, encryptionKey, clock: systemClock })
  onTestFinished(() => parts.store.close())
  return parts
}

async function sql(databaseUrl: string, ...statements: string[]): Promise<{ value?: string }[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    let rows: { value?: string }[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}

/** A lock that lets nobody through until so many wait, which takes as many connections. */
async function closeGate(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('SELECT pg_advisory_lock(1)')
  return {
    async openFor(count: number) {
      const look = async () => {
        const { rows } = await client.query(
          `SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database
            WHERE locktype = 'advisory' AND NOT granted AND d.datname = current_database()`,
        )
        return rows.length === count ? true : null
      }
      await until(look, { what: `${count} connections at the gate` })
      await client.query('SELECT pg_advisory_unlock(1)')
    },
  }
}

function withParameter(databaseUrl: string, name: string, value: string): string {
  const url = new URL(databaseUrl)
  url.searchParams.set(name, value)
  return url.href
}

const nameOf = (databaseUrl: string) => new URL(databaseUrl).pathname.slice(1)
const chatbot = () => ({
  id: createIds(systemClock, systemRandom).next('chatbot'),
  name: 'Shop',
  leadForm: { fields: [], greeting: '', thanks: '' },
  allowedOrigins: [],
})

const READ_SECRET = `SELECT value FROM meta WHERE key = 'server_secret'`
const SETTING = `SELECT current_setting('synchronous_commit') AS commit,
  current_setting('statement_timeout') AS timeout, pg_advisory_xact_lock_shared(1)`

test.each([
  ['in the URL', 'off', 'on'],
  ['of the database', 'off', 'on'],
  ['of the database', 'local', 'on'],
  ['of the database', 'remote_apply', 'remote_apply'],
])(
  'synchronous_commit %s is %s, and on every connection of ours it is %s',
  async (where, set, ours) => {
    const plain = await postgres.createDatabase()
    if (where !== 'in the URL') {
      await sql(plain, `ALTER DATABASE ${nameOf(plain)} SET synchronous_commit = ${set}`)
    }
    const url = withParameter(plain, 'options', `-c synchronous_commit=${set} -c work_mem=5MB`)
    const { database } = await open(where === 'in the URL' ? url : plain)
    const gate = await closeGate(plain)
    const read = () => database.read([{ sql: SETTING, parameters: [] }])
    const writes = Array.from({ length: 8 }, () => database.query<{ commit: string }>(SETTING))
    const reads = Array.from({ length: 4 }, read)
    await gate.openFor(12)
    const found = [...(await Promise.all(writes)), ...(await Promise.all(reads)).flat()].flat()
    expect(found).toHaveLength(12)
    for (const row of found) expect(row).toMatchObject({ commit: ours, timeout: '30s' })
  },
)

test('where synchronous_commit can not be set, a start is refused', async () => {
  const url = await postgres.createDatabase()
  await sql(
    url,
    `CREATE FUNCTION public.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT $2'`,
    `ALTER DATABASE ${nameOf(url)} SET search_path = public, pg_catalog`,
    `ALTER DATABASE ${nameOf(url)} SET synchronous_commit = off`,
  )
  await expect(open(url)).rejects.toThrow(/^synchronous_commit is off .* a 202 would not mean/)
})

test('a server that keeps nothing through a power cut is warned of at each start', async () => {
  const careless = new OwnPostgres({ settings: { fsync: 'off', full_page_writes: 'off' } })
  onTestFinished(() => careless.close())
  const warned: unknown[] = []
  const log = {
    ...silentLog,
    warn: (fields: unknown, message: string) => warned.push([message, fields]),
  }
  const databaseUrl = await careless.createDatabase()
  const { store } = await openParts({ databaseUrl, encryptionKey, clock: systemClock, log })
  await store.close()
  expect(warned).toEqual([
    ['database.unsafe', expect.objectContaining({ off: ['fsync', 'full_page_writes'] })],
  ])
})

test('a database that leads to another store, that only reads, or that took its rights away takes nothing', async () => {
  const [first, second] = [await postgres.createDatabase(), await postgres.createDatabase()]
  await (await openParts({ databaseUrl: second, encryptionKey, clock: systemClock })).store.close()
  const { store } = await open(first)
  await store.ping()
  const [admin, one] = [await postgres.createDatabase(), nameOf(first)]
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${one}'`
  const works = async () => {
    const made = store.createChatbot(chatbot())
    return (await made.catch(() => null)) === null ? null : true
  }

  // What is asked of each new connection, as the other store has it.
  const secretOf = async (url: string) => (await sql(url, READ_SECRET))[0]?.value
  const [own, other] = [await secretOf(first), await secretOf(second)]
  await sql(first, `UPDATE meta SET value = '${other}' WHERE key = 'server_secret'`)
  await sql(admin, cut)
  const isAnother = async () => {
    const error = await store.createChatbot(chatbot()).catch((caught: unknown) => caught)
    return /another store than at the start/.test(String(error)) || null
  }
  await until(isAnother, { what: 'another store to be told of' })
  await expect(store.ping()).rejects.toThrow(StoreUnavailable)
  await sql(first, `UPDATE meta SET value = '${own}' WHERE key = 'server_secret'`)
  await until(works, { what: 'the store to be back' })

  await sql(admin, `ALTER DATABASE ${one} SET default_transaction_read_only = on`, cut)
  const refused = async () => {
    const error = await store.createChatbot(chatbot()).catch((caught: unknown) => caught)
    return error instanceof StoreUnavailable && error.message.includes('25006') ? true : null
  }
  await until(refused, { what: 'a database that only reads to be told of' })
  await sql(admin, `ALTER DATABASE ${one} RESET default_transaction_read_only`, cut)
  await until(works, { what: 'the store to be back' })

  await sql(first, 'ALTER TABLE chatbots RENAME TO gone')
  await expect(store.createChatbot(chatbot())).rejects.toThrow(StoreUnavailable)
  await sql(first, 'ALTER TABLE gone RENAME TO chatbots')
  await store.createChatbot(chatbot())
})

test('what keeps a start from its database is a sentence with what to do', async () => {
  const url = await postgres.createDatabase()
  const at = (change: (url: URL) => void) => {
    const changed = new URL(url)
    change(changed)
    return changed.href
  }
  const web = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1')
  onTestFinished(() => void web.close())
  await until(async () => web.address(), { what: 'a web server' })
  const address = web.address()
  const webPort = String(typeof address === 'object' ? address?.port : '')
  await sql(url, 'DROP ROLE IF EXISTS limited', 'CREATE ROLE limited LOGIN')
  onTestFinished(async () => void (await sql(url, 'DROP ROLE limited')))
  const cases: [string, RegExp][] = [
    [
      at((to) => {
        to.pathname = '/nowhere'
      }),
      /"nowhere" does not exist; create it/,
    ],
    [
      at((to) => {
        to.username = 'nobody'
      }),
      /"nobody".*; look at the user and the password/,
    ],
    [
      at((to) => {
        to.username = 'limited'
      }),
      /permission denied.*; its user must own the database/,
    ],
    [
      at((to) => {
        to.port = webPort
      }),
      /is it PostgreSQL that listens there/,
    ],
    [
      at((to) => {
        to.port = '1'
      }),
      /ECONNREFUSED.*; is PostgreSQL running/,
    ],
  ]
  for (const [databaseUrl, says] of cases) {
    const error = await openParts({ databaseUrl, encryptionKey, clock: systemClock }).catch(
      (e) => e,
    )
    expect(error).toBeInstanceOf(StartError)
    expect(String(error)).toMatch(says)
    expect(String(error)).toMatch(/\.$/)
  }
})

test('PgBouncer in session mode works; in transaction or statement mode it is refused in a sentence', {
  timeout: 200_000,
}, async ({ skip }) => {
  const program = await findPgBouncer()
  if (program === null) {
    console.warn('Not run, because there is no PgBouncer: the store behind one')
    skip()
    return
  }
  const databaseUrl = await postgres.createDatabase()
  for (const mode of ['transaction', 'statement', 'session'] as const) {
    const pooler = await openPgBouncer(program, { databaseUrl, mode })
    onTestFinished(() => pooler.close())
    if (mode !== 'session') {
      const refused = openParts({ databaseUrl: pooler.url, encryptionKey, clock: systemClock })
      await expect(refused).rejects.toThrow(/pooler of DATABASE_URL .*session mode/)
      continue
    }
    const { store } = await openParts({
      databaseUrl: pooler.url,
      encryptionKey,
      clock: systemClock,
    })
    const made = chatbot()
    await Promise.all([store.createChatbot(made), ...Array.from({ length: 8 }, () => store.ping())])
    expect(await store.getChatbot(made.id)).toMatchObject({ id: made.id })
    await store.close()
  }
})
