/**
 * A past for the charts. Nobody can wait a day for a picture, and the server takes no time from
 * outside; so the minutes that it counted are repeated backwards, by a drawn course of a day, in the
 * database of a server that was stopped. No delivery is made up: only what the charts count.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { seededRandom } from '../../test/support/seeded-random.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const HOURS = 24
const STEP_MINUTES = 15

export function drawPast(dataDir: string): void {
  const database = new DatabaseSync(join(dataDir, 'chatzuri.db'))
  const rows = database.prepare('SELECT * FROM stats_minutes').all()
  const names = Object.keys(rows[0] ?? {})
  const places = names.map(() => '?').join(', ')
  const insert = database.prepare(`INSERT OR IGNORE INTO stats_minutes VALUES (${places})`)
  const random = seededRandom(11)
  for (let back = STEP_MINUTES; back < HOURS * 60; back += STEP_MINUTES) {
    for (const row of rows) {
      const minute = Number(row.minute) - back * MINUTE_MS
      // Most in the afternoon, least at night; and the warehouse broke only a few hours ago.
      const hour = (minute % DAY_MS) / (60 * MINUTE_MS)
      const course = 1 + Math.sin(((hour - 9) / 24) * 2 * Math.PI)
      const factor = Math.round(course * (1 + 2 * random.fraction()))
      const isBroken = Number(row.failed_attempts) > Number(row.delivered)
      if (factor === 0 || (isBroken && back > 4 * 60)) continue
      const values = names.map((name) => {
        const value = row[name] ?? null
        if (name === 'minute') return minute
        if (typeof value !== 'number') return value
        if (isBroken && name === 'exhausted') return factor
        return value * factor
      })
      insert.run(...values)
    }
  }
  database.close()
}
