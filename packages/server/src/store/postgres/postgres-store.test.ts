import pg from 'pg'
import { usePostgres } from '../../../../../test/support/postgres.ts'
import { describeStore, type OpenStore } from '../../../test/conformance/conformance.ts'
import { manualClock } from '../../../test/manual-clock.ts'
import { systemClock } from '../../clock.ts'
import { migrate } from './connection/migrations.ts'
import { openPostgresStore } from './postgres-store.ts'

const encryptionKey = Buffer.alloc(32, 7)
const postgres = usePostgres()

/** Made once: a test has the same from a copy, which takes less than making it. */
let madeSchema: Promise<string> | null = null

/** Of the tables alone: each store makes a secret of its own. */
async function makeSchema(): Promise<string> {
  const databaseUrl = await postgres.createDatabase()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await migrate(client, 'to be copied')
  await client.end()
  return databaseUrl
}

/** The database's clock stands still, and moves when the test says so. */
const open: OpenStore = async () => {
  madeSchema ??= makeSchema()
  const databaseUrl = await postgres.createDatabase(await madeSchema)
  const clock = manualClock()
  const openStore = () => openPostgresStore({ databaseUrl, encryptionKey, clock: systemClock })
  let store = await openStore()
  const admin = new pg.Client({ connectionString: databaseUrl })
  await admin.connect()
  const setClock = () =>
    admin.query(`CREATE OR REPLACE FUNCTION chatzuri_now() RETURNS bigint LANGUAGE sql VOLATILE
      AS $$ SELECT ${clock.now()}::bigint $$`)
  await setClock()
  return {
    store,
    clock,
    async advance(ms) {
      clock.advance(ms)
      await setClock()
    },
    async reopen() {
      await store.close()
      store = await openStore()
      return store
    },
    async close() {
      await admin.end()
      await store.close()
      await postgres.dropDatabase(databaseUrl)
    },
  }
}

describeStore('PostgreSQL', open)
