/** Statements that go out together, against a server that refuses, breaks off and forgets. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../../../test/support/postgres.ts'
import { until } from '../../../../../../test/support/until.ts'
import { StoreUnavailable } from '../../../errors.ts'
import { silentLog } from '../../../log.ts'
import { Database } from './database.ts'

const postgres = usePostgres()

const INSERT = 'INSERT INTO notes VALUES ($1)'
const NOTES = 'SELECT word FROM notes ORDER BY word'
const PID = 'SELECT pg_backend_pid() AS pid'

async function setup() {
  const databaseUrl = await postgres.createDatabase()
  const admin = new pg.Client({ connectionString: databaseUrl })
  await admin.connect()
  await admin.query(`CREATE TABLE notes (word text PRIMARY KEY);
    CREATE FUNCTION chatzuri_now() RETURNS bigint LANGUAGE sql VOLATILE
      AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$`)
  let uncertain = 0
  const database = new Database({
    databaseUrl,
    log: silentLog,
    isFollowed: () => false,
    onCommit: () => {},
    onUncertain: () => {
      uncertain += 1
    },
  })
  onTestFinished(async () => {
    await database.close()
    await admin.end()
  })
  const notes = async () =>
    (await admin.query<{ word: string }>(NOTES)).rows.map(({ word }) => word)
  const open = async () => {
    const { rows } = await admin.query(`SELECT pid FROM pg_stat_activity
      WHERE application_name = 'chatzuri' AND state LIKE 'idle in transaction%'`)
    return rows.length
  }
  /** No connection of ours is left inside a transaction; a ROLLBACK may still be on its way. */
  const nothingOpen = () =>
    until(async () => ((await open()) === 0 ? true : null), {
      what: 'transactions to end',
      withinMs: 2_000,
    })
  return { admin, database, notes, nothingOpen, uncertain: () => uncertain }
}

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.catch((caught: unknown) => caught)
  return error instanceof pg.DatabaseError ? error.code : String(error)
}

test.each([false, true])(
  'what is asked together is written together (early: %s)',
  async (early) => {
    const { database, notes } = await setup()
    const found = await database.transact(
      async (tx) => {
        tx.send(INSERT, ['one'])
        tx.send(INSERT, ['two'])
        const [rows, pids] = await Promise.all([
          tx.query<{ word: string }>(NOTES),
          tx.query<{ pid: number }>(PID),
        ])
        expect(pids).toHaveLength(1)
        return rows.map(({ word }) => word)
      },
      { early },
    )
    expect(found).toEqual(['one', 'two'])
    expect(await notes()).toEqual(found)
  },
)

test('one that fails takes the whole transaction along, and is the reason', async () => {
  const { database, notes, nothingOpen } = await setup()
  await database.query(INSERT, ['there'])
  const middle = database.transact(async (tx) => {
    tx.send(INSERT, ['a'])
    tx.send(INSERT, ['there'])
    tx.send(INSERT, ['b'])
  })
  expect(await codeOf(middle)).toBe('23505')
  const awaited = database.transact(async (tx) => {
    tx.send(INSERT, ['there'])
    await tx.query(PID)
  })
  expect(await codeOf(awaited)).toBe('23505')
  await nothingOpen()
  await database.transact(async (tx) => tx.send(INSERT, ['c']))
  expect(await notes()).toEqual(['c', 'there'])
})

test.each([false, true])(
  'what was asked for and has not left when the work gives up is never written (early: %s)',
  async (early) => {
    const { database, notes, nothingOpen } = await setup()
    const given = database.transact(
      async (tx) => {
        tx.send(INSERT, ['never'])
        throw new RangeError('given up')
      },
      { early },
    )
    await expect(given).rejects.toThrow('given up')
    await nothingOpen()
    // On the same connection: it must not lie within the transaction of the one before.
    await database.query(INSERT, ['alone'])
    expect(await notes()).toEqual(['alone'])
  },
)

test('a branch of the work that goes on after another has failed writes nothing', async () => {
  const { database, notes, nothingOpen } = await setup()
  await database.query(INSERT, ['there'])
  let branch: Promise<unknown> = Promise.resolve()
  const isTold = Promise.withResolvers<void>()
  const failed = database.transact(async (tx) => {
    const goesOn = async () => {
      await tx.query(PID)
      await tx.query(INSERT, ['at once'])
    }
    const later = async () => {
      await isTold.promise
      await tx.query(INSERT, ['later'])
    }
    branch = Promise.allSettled([goesOn(), later()])
    await tx.query(INSERT, ['there'])
  })
  expect(await codeOf(failed)).toBe('23505')
  isTold.resolve()
  await branch
  await nothingOpen()
  expect(await notes()).toEqual(['there'])
})

test('what a trip that failed did not prepare is prepared by the next', async () => {
  const { database, notes } = await setup()
  await database.query(INSERT, ['there'])
  for (let round = 0; round < 3; round++) {
    const failed = database.transact(async (tx) => {
      tx.send(INSERT, ['there'])
      tx.send(`${INSERT} ON CONFLICT DO NOTHING`, ['more'])
    })
    expect(await codeOf(failed)).toBe('23505')
    // Prepares for itself, on the same connection, what is not ours.
    await database.readSoon([{ sql: 'SELECT $1::int AS one', parameters: [1] }])
  }
  await database.transact(async (tx) => tx.send(`${INSERT} ON CONFLICT DO NOTHING`, ['more']))
  expect(await notes()).toEqual(['more', 'there'])
})

test('a connection that forgot what was prepared, or has an old plan of it, is replaced', async () => {
  const { admin, database, notes } = await setup()
  const whole = 'SELECT * FROM notes ORDER BY word'
  await database.transact(async (tx) => {
    tx.send(INSERT, ['before'])
    await tx.query(whole)
  })
  await database.query('DEALLOCATE ALL')
  await database.transact(async (tx) => tx.send(INSERT, ['after']))
  await admin.query('ALTER TABLE notes ADD COLUMN more int')
  const rows = await database.transact((tx) => tx.query(whole))
  expect(rows).toEqual([
    { word: 'after', more: null },
    { word: 'before', more: null },
  ])
  expect(await notes()).toEqual(['after', 'before'])
})

test('a connection that is cut off before the commit left says that nothing is written', async () => {
  const { admin, database, notes, uncertain } = await setup()
  const cut = database.transact(async (tx) => {
    tx.send(INSERT, ['lost'])
    const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>(PID)
    const slow = Promise.all([tx.query('SELECT pg_sleep(20)'), tx.query(PID)])
    await Promise.all([slow, admin.query('SELECT pg_terminate_backend($1)', [pid])])
  })
  await expect(cut).rejects.toThrow(StoreUnavailable)
  expect(uncertain()).toBe(0)
  expect(await notes()).toEqual([])
  await database.transact(async (tx) => tx.send(INSERT, ['next']))
  expect(await notes()).toEqual(['next'])
})

test('one that is cut off after the commit left is told of as uncertain, once', async () => {
  const { admin, database, notes, uncertain } = await setup()
  // The commit itself waits here.
  await admin.query(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait()`)
  const cut = database.transact(async (tx) => tx.send(INSERT, ['lost']))
  const told = expect(cut).rejects.toThrow(StoreUnavailable)
  const end = async () => {
    const { rows } = await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event = 'PgSleep'`)
    return rows.length > 0 || null
  }
  await until(end, { what: 'a commit that waits' })
  await told
  expect(uncertain()).toBe(1)
  expect(await notes()).toEqual([])
})

test('8 MiB go in one trip, and come back', async () => {
  const { database } = await setup()
  const big = 'ä'.repeat(4 * 1024 * 1024)
  const [row] = await database.transact(async (tx) => {
    tx.send(INSERT, ['small'])
    return tx.query<{ back: string; size: number }>(
      'SELECT $1::text AS back, octet_length($1::text) AS size',
      [big],
    )
  })
  expect(row?.size).toBe(8 * 1024 * 1024)
  expect(row?.back === big).toBe(true)
})
