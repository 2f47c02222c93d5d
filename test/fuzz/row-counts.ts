/** How many rows the server holds of what its callers make; what it makes itself goes on meanwhile. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const OWN_TABLES =
  /^(?:sqlite_.*|meta|unsettled|claimed|waiting|finished|attempts|stats_minutes|stats_rollups|changes|nodes|search_.*|shapes)$/

/** Rows that somebody asked for, in tables where the server adds others by itself, later. */
const ASKED_FOR: Readonly<Record<string, string>> = {
  // Those of a deleted chatbot's leads come in steps, while other requests are answered.
  erasures: "reason = 'request'",
}

export class RowCounts {
  readonly #database: DatabaseSync
  readonly #query: string

  constructor(dataDir: string) {
    this.#database = new DatabaseSync(join(dataDir, 'chatzuri.db'), {
      readOnly: true,
      timeout: 5_000,
    })
    const tables = this.#database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      .all()
      .map(({ name }) => String(name))
      .filter((name) => !OWN_TABLES.test(name))
    if (!tables.includes('leads')) throw new Error('Broken assumption: leads are in a table')
    this.#query = tables
      .map((name) => {
        const condition = ASKED_FOR[name] ?? 'TRUE'
        return `SELECT '${name}' AS name, count(*) AS rows FROM "${name}" WHERE ${condition}`
      })
      .join(' UNION ALL ')
  }

  read(): ReadonlyMap<string, number> {
    const rows = this.#database.prepare(this.#query).all()
    return new Map(rows.map(({ name, rows: count }) => [String(name), Number(count)]))
  }

  close(): void {
    this.#database.close()
  }
}

/** The tables that have more rows now. Fewer is no sign: what was deleted goes in steps, later. */
export function grownTables(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): string[] {
  return [...after].filter(([name, rows]) => rows > (before.get(name) ?? 0)).map(([name]) => name)
}
