/**
 * Statements on their way to the database and back. What is asked for in one turn goes out as one write
 * with one sync at its end, and is answered in one go: each trip costs both sides a wake-up, and
 * `pg` alone would make one of each statement. Statements are prepared once for each connection, and
 * how their rows look is asked for once.
 *
 * After one that failed the server skips the others of its trip: they are told the same reason.
 * Nothing overtakes what was asked before it: whoever gives a transaction up asks here for its end, too.
 */
import pg from 'pg'
import { assert } from '../../../errors.ts'
import { array, storable, valueTypes } from './parameters.ts'

interface Statement {
  /** Under which it is prepared; empty: it is not kept. */
  name: string
  text: string
  values: readonly unknown[]
}

export interface Returned {
  rows: unknown[]
  /** What was done, in PostgreSQL's words. */
  command: string
}

interface Asked extends Pick<Statement, 'name' | 'text'> {
  values: (string | null)[]
  resolve(answer: Returned): void
  reject(error: unknown): void
}

interface Column {
  name: string
  parse(text: string): unknown
}

/**
 * Names of statements that a connection has run, so that it has them, with what their rows look like.
 * Null: it answers with no rows.
 */
type Prepared = Map<string, Column[] | null>

export class Wire {
  readonly #client: pg.ClientBase
  readonly #prepared: Prepared = new Map()
  #waiting: Asked[] = []
  #isBusy = false

  constructor(client: pg.ClientBase) {
    this.#client = client
  }

  ask({ name, text, values }: Statement): Promise<Returned> {
    return new Promise((resolve, reject) => {
      const asked = { name, text, values: values.map(toText), resolve, reject }
      const isFirst = this.#waiting.push(asked) === 1
      // After all that follows from what has just been answered: that goes along.
      if (isFirst && !this.#isBusy) process.nextTick(() => this.#send())
    })
  }

  /** What has not left yet never does: it would run after the end of what it belongs to. */
  drop(reason: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(reason)
  }

  #send(): void {
    if (this.#isBusy || this.#waiting.length === 0) return
    const asked = this.#waiting
    this.#waiting = []
    this.#isBusy = true
    const trip = new Trip(asked, this.#prepared, () => {
      this.#isBusy = false
      this.#send()
    })
    this.#client.query(trip)
  }
}

/** As `pg` sees it, one query. */
class Trip extends pg.Query {
  readonly #asked: Asked[]
  readonly #known: Prepared
  #rows: unknown[] = []
  #columns: Column[] | null = null
  /** Of the answer that is coming in. */
  #at = 0
  callback: (error: Error | null) => void

  constructor(asked: Asked[], known: Prepared, done: () => void) {
    super('')
    this.#asked = asked
    this.#known = known
    this.callback = (error) => {
      this.callback = () => {}
      // `pg` says so, too, when it has waited for too long.
      if (error !== null) this.#fail(error)
      done()
    }
  }

  override submit = (connection: pg.Connection): void => {
    const sent = new Set<string>()
    connection.stream.cork()
    for (const { name, text, values } of this.#asked) {
      if (!this.#known.has(name) && !sent.has(name)) {
        // One that failed when it ran first is there all the same; of none the server says nothing.
        if (name !== '') connection.close({ type: 'S', name }, true)
        connection.parse({ name, text, types: [] }, true)
        if (name !== '') sent.add(name)
      }
      connection.bind({ statement: name, values }, true)
      if (!this.#known.has(name)) connection.describe({ type: 'P', name: '' }, true)
      connection.execute(null, true)
    }
    connection.sync()
    connection.stream.uncork()
    this.#columns = this.#columnsOf(0)
  }

  handleRowDescription({ fields }: { fields: pg.FieldDef[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: valueTypes.getTypeParser(dataTypeID),
    }))
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const columns = this.#columns ?? []
    const row: Record<string, unknown> = {}
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at]
      const text = fields[at] ?? null
      if (column) row[column.name] = text === null ? null : column.parse(text)
    }
    this.#rows.push(row)
  }

  handleCommandComplete({ text }: { text: string }): void {
    const asked = this.#asked[this.#at]
    assert(asked, 'no more is answered than was asked')
    if (asked.name !== '') this.#known.set(asked.name, this.#columns)
    asked.resolve({ rows: this.#rows, command: text })
    this.#rows = []
    this.#at += 1
    this.#columns = this.#columnsOf(this.#at)
  }

  handleError(error: Error): void {
    this.callback(error)
  }

  handleReadyForQuery(): void {
    this.callback(null)
  }

  #columnsOf(at: number): Column[] | null {
    const asked = this.#asked[at]
    return (asked && this.#known.get(asked.name)) ?? null
  }

  #fail(error: Error): void {
    for (const { reject } of this.#asked.slice(this.#at)) reject(error)
  }
}

function toText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return String(storable(value))
  if (Array.isArray(value)) return array(value)
  assert(typeof value === 'number' || typeof value === 'boolean', 'a value is a text or a number')
  return String(value)
}
