/** Before the store opens: the database is there, has this program's schema, and knows its key. */
import pg from 'pg'
import { StartError } from '../../errors.ts'
import type { Encryption } from '../encryption.ts'
import { clientConfig } from './database.ts'
import { reasonOf } from './faults.ts'
import { admit } from './key-check.ts'
import { migrate } from './migrations.ts'
import type { Query } from './transaction.ts'

/** Resolves to the server secret. Throws `StartError`, always without the password. */
export async function prepareDatabase(
  databaseUrl: string,
  encryption: Encryption,
): Promise<Buffer> {
  const where = placeOf(databaseUrl)
  const client = new pg.Client({ ...clientConfig(databaseUrl), query_timeout: 0 })
  // Told by the query that it interrupts.
  client.on('error', () => {})
  try {
    await client.connect()
    await migrate(client, where)
    return await admitAlone(client, encryption, where)
  } catch (error) {
    if (error instanceof StartError) throw error
    const why = reasonOf(error).replaceAll('\n', ' ')
    throw new StartError(`The database of DATABASE_URL (${where}) cannot be used: ${why}.`)
  } finally {
    await client.end().catch(() => {})
  }
}

async function admitAlone(
  client: pg.Client,
  encryption: Encryption,
  where: string,
): Promise<Buffer> {
  const query: Query = async <Row>(sql: string, values: readonly unknown[]) =>
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
