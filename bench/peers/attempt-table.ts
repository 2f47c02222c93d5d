/**
 * The attempts of a peer on PostgreSQL: a row for each, as many in one insert as have gathered while
 * the one before ran. Each its own insert would be a commit, and a sync, for every attempt.
 */
import type { Attempt, Delivery } from './webhook-sender.ts'

export interface PgApi {
  Pool: new (options: { connectionString: string; max: number }) => PgPool
}

interface PgPool {
  on(event: 'error', listener: (error: Error) => void): void
  on(event: 'connect', listener: (client: Pick<PgPool, 'on'>) => void): void
  query(text: string, values?: unknown[]): Promise<unknown>
}

/** With listeners on the pool and on each connection, without which a lost connection ends the process. */
export function openPool({ Pool }: PgApi, connectionString: string, max: number): PgPool {
  const pool = new Pool({ connectionString, max })
  const tell = ({ message }: Error) => process.stderr.write(`    pool: ${message}\n`)
  pool.on('error', tell)
  pool.on('connect', (client) => client.on('error', tell))
  return pool
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id text NOT NULL,
    chatbot_id text NOT NULL,
    url text NOT NULL,
    status int,
    error text,
    duration_ms real NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX IF NOT EXISTS attempts_by_event ON attempts (event_id)`

const INSERT = `
  INSERT INTO attempts (event_id, chatbot_id, url, status, error, duration_ms)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::real[])`

type Row = Delivery & Attempt

interface Batch {
  rows: Row[]
  written: Promise<void>
}

export class AttemptTable {
  readonly #pool: PgPool
  #gathering: Batch | null = null
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(pool: PgPool) {
    this.#pool = pool
  }

  static async open(pool: PgPool): Promise<AttemptTable> {
    await pool.query(TABLE)
    return new AttemptTable(pool)
  }

  /** Resolves when it is committed. */
  record(delivery: Delivery, attempt: Attempt): Promise<void> {
    this.#gathering ??= this.#startBatch()
    this.#gathering.rows.push({ ...delivery, ...attempt })
    return this.#gathering.written
  }

  #startBatch(): Batch {
    const rows: Row[] = []
    const written = this.#writing.then(() => {
      this.#gathering = null
      return this.#insert(rows)
    })
    this.#writing = written.catch(() => {})
    return { rows, written }
  }

  async #insert(rows: Row[]): Promise<void> {
    const column = <Name extends keyof Row>(name: Name) => rows.map((row) => row[name])
    await this.#pool.query(INSERT, [
      column('eventId'),
      column('chatbotId'),
      column('url'),
      column('status'),
      column('error'),
      column('durationMs'),
    ])
  }
}
