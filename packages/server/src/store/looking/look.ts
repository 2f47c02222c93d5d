/**
 * A look into a store from outside: reads beside a server that runs, or while none does. For commands
 * that tell of a store and change nothing in it.
 */
import { existsSync } from 'node:fs'
import pg from 'pg'
import { StartError } from '../../errors.ts'
import type { Erasure } from '../../lead.ts'
import { clientConfig, prepareConnection } from '../postgres/connection/connection.ts'
import { readSchemaVersion } from '../postgres/connection/migrations.ts'
import { placeOf } from '../postgres/connection/prepare.ts'
import { databaseError } from '../postgres/connection/start-faults.ts'
import { type ErasureRow, toErasure } from '../reading/rows.ts'
import { assertNotBeforeFirst } from '../rules/schema-version.ts'
import { sealingKeyOf } from '../sealing/encryption.ts'
import { KEY_CHECK, UNFINISHED_CHECK } from '../sealing/key-check.ts'
import { COUNT_SEALED_WITH, countByKey } from '../sealing/sealed-with.ts'
import { databasePath, openForReading } from '../sqlite/file/database.ts'
import { assertOurs } from '../sqlite/file/whose-file.ts'

export interface StorePlace {
  dataDir: string
  /** Null: the embedded store in `dataDir`. */
  databaseUrl: string | null
}

interface Look {
  keys(): Promise<KeyState>
  /** Oldest first, page by page. */
  erasures(page: { after: string; limit: number }): Promise<Erasure[]>
  close(): Promise<void>
}

export interface KeyState {
  /** The key that was the last to begin to seal; null: none has. */
  present: string | null
  /** How many webhooks each key has sealed something of, by its id. */
  counts: ReadonlyMap<string, number>
  /** Servers that run, with the ids of their keys, the one that seals first. Of PostgreSQL only. */
  nodes: { id: string; keys: string[] }[]
}

type Run = <Row>(sql: string, values: (string | number)[]) => Promise<Row[]>

/** Throws `StartError` when it isn't there. */
export async function lookInto({ dataDir, databaseUrl }: StorePlace): Promise<Look> {
  return databaseUrl === null ? lookIntoFolder(dataDir) : lookIntoDatabase(databaseUrl)
}

function lookIntoFolder(dataDir: string): Look {
  if (!existsSync(databasePath(dataDir))) {
    throw new StartError(`There is no Chatzuri database in the folder ${dataDir}.`)
  }
  assertOurs(dataDir)
  const db = openForReading(databasePath(dataDir))
  const run: Run = async <Row>(sql: string, values: (string | number)[]) =>
    db.prepare(sql.replaceAll(/\$\d/g, '?')).all(...values) as Row[]
  return { ...looking(run, async () => []), close: async () => db.close() }
}

async function lookIntoDatabase(databaseUrl: string): Promise<Look> {
  const where = placeOf(databaseUrl)
  const client = new pg.Client(clientConfig(databaseUrl))
  // Told by the query that it interrupts.
  client.on('error', () => {})
  const told = (error: unknown) => {
    return databaseError(error, where)
  }
  const run: Run = async <Row>(sql: string, values: (string | number)[]) => {
    const found = await client.query(sql, values).catch((error: unknown) => {
      throw told(error)
    })
    return found.rows as Row[]
  }
  try {
    await client.connect()
    await prepareConnection(client)
    await assertReadable(client, where)
  } catch (error) {
    await client.end().catch(() => {})
    throw told(error)
  }
  const nodes = async () => {
    const rows = await run<{ id: string; keys: string }>(LIVE_NODES, [])
    return rows.map(({ id, keys }) => ({ id, keys: keys.split(',').filter((key) => key !== '') }))
  }
  return { ...looking(run, nodes), close: () => client.end() }
}

/** A newer version's can be read; what is from before the first has other tables. */
async function assertReadable(client: pg.ClientBase, where: string): Promise<void> {
  const version = await readSchemaVersion(client)
  if (version === null) throw new StartError(`There is no Chatzuri store in the database ${where}.`)
  assertNotBeforeFirst(version, `The database ${where}`)
}

function looking(run: Run, readNodes: () => Promise<KeyState['nodes']>): Omit<Look, 'close'> {
  return {
    async keys() {
      const [check] = await run<{ value: string }>(READ_META, [KEY_CHECK])
      const value = check?.value
      const isUnsealed = value === undefined || value === UNFINISHED_CHECK
      const groups = await run<{ sealed_with: string; count: number }>(COUNT_SEALED_WITH, [])
      return {
        present: isUnsealed ? null : sealingKeyOf(value),
        counts: countByKey(groups.map((group) => ({ ...group, count: Number(group.count) }))),
        nodes: await readNodes(),
      }
    },
    async erasures({ after, limit }) {
      return (await run<ErasureRow>(ERASURES, [after, limit])).map(toErasure)
    },
  }
}

const READ_META = 'SELECT value FROM meta WHERE key = $1'
const ERASURES = 'SELECT * FROM erasures WHERE id > $1 ORDER BY id LIMIT $2'
const LIVE_NODES = `SELECT id, keys FROM nodes
  WHERE lease_until > chatzuri_now() AND roles <> 'listen' ORDER BY id`
