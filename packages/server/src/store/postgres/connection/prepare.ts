/** Before the store opens: the database is there, has this program's schema, and knows its key. */
import pg from 'pg'
import { StartError } from '../../../errors.ts'
import { type Log, silentLog } from '../../../log.ts'
import type { Encryption } from '../../sealing/encryption.ts'
import { admit } from '../road/key-check.ts'
import { assertOwnSession, clientConfig, prepareConnection, type ServerSays } from './connection.ts'
import { migrate } from './migrations.ts'
import { databaseError } from './start-faults.ts'
import type { RunQuery } from './transaction.ts'

/** Resolves to the server secret. Throws `StartError`, always without the password. */
export async function prepareDatabase(
  databaseUrl: string,
  encryption: Encryption,
  log: Log = silentLog,
): Promise<Buffer> {
  const where = placeOf(databaseUrl)
  const client = new pg.Client({ ...clientConfig(databaseUrl), query_timeout: 0 })
  // Told by the query that it interrupts.
  client.on('error', () => {})
  try {
    await client.connect()
    const says = await prepareConnection(client, { patient: true })
    await assertOwnSession(client, { databaseUrl, says })
    warnOf(says, log)
    await migrate(client, where)
    return await admitAlone(client, encryption, where)
  } catch (error) {
    throw databaseError(error, `of DATABASE_URL (${where})`)
  } finally {
    await client.end().catch(() => {})
  }
}

/** The operator's own choice, and no promise of ours stands with it. */
function warnOf({ fsync, fullPageWrites }: ServerSays, log: Log): void {
  const off = [
    ...(fsync === 'on' ? [] : ['fsync']),
    ...(fullPageWrites === 'on' ? [] : ['full_page_writes']),
  ]
  if (off.length === 0) return
  log.warn(
    { off, hint: 'a power cut may lose what was answered 202, or damage the database' },
    'database.unsafe',
  )
}

async function admitAlone(
  client: pg.Client,
  encryption: Encryption,
  where: string,
): Promise<Buffer> {
  const query: RunQuery = async <Row>(sql: string, values: readonly unknown[] = []) =>
    (await client.query(sql, [...values])).rows as Row[]
  await client.query('BEGIN')
  const serverSecret = await admit(query, encryption, { where })
  await client.query('COMMIT')
  return serverSecret
}

/** Host, port and name of the database: never the user or the password. */
export function placeOf(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) {
    throw new StartError('DATABASE_URL must be a URL like postgres://user:password@host:5432/name.')
  }
  const { hostname, port, pathname } = new URL(databaseUrl)
  return `${hostname}:${port || '5432'}${pathname}`
}
