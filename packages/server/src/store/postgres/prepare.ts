/** Before the store opens: the database is there, has this program's schema, and knows its key. */
import pg from 'pg'
import { StartError } from '../../errors.ts'
import { assertKeyMatches, type Encryption, keyCheck } from '../encryption.ts'
import { clientConfig } from './database.ts'
import { reasonOf } from './faults.ts'
import { migrate } from './migrations.ts'

/** Throws `StartError`, always without the password. */
export async function prepareDatabase(databaseUrl: string, encryption: Encryption): Promise<void> {
  const where = placeOf(databaseUrl)
  const client = new pg.Client({ ...clientConfig(databaseUrl), query_timeout: 0 })
  // Told by the query that it interrupts.
  client.on('error', () => {})
  try {
    await client.connect()
    await migrate(client, where)
    // The first key stays: this keeps its check only if there is none.
    await client.query(KEEP_CHECK, [keyCheck(encryption)])
    const { rows } = await client.query<{ value: string }>(READ_CHECK)
    assertKeyMatches(encryption, String(rows[0]?.value), where)
  } catch (error) {
    if (error instanceof StartError) throw error
    const why = reasonOf(error).replaceAll('\n', ' ')
    throw new StartError(`The database of DATABASE_URL (${where}) cannot be used: ${why}.`)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Host, port and name of the database: never the user or the password. */
function placeOf(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) {
    throw new StartError('DATABASE_URL must be a URL like postgres://user:password@host:5432/name.')
  }
  const { hostname, port, pathname } = new URL(databaseUrl)
  return `${hostname}:${port || '5432'}${pathname}`
}

const KEEP_CHECK = `INSERT INTO meta (key, value) VALUES ('key_check', $1) ON CONFLICT DO NOTHING`
const READ_CHECK = `SELECT value FROM meta WHERE key = 'key_check'`
