import { expect, test } from 'vitest'
import { createIds } from '../../src/id.ts'
import { systemRandom } from '../../src/random.ts'
import type { Change, ChangePage, ChangePlace } from '../../src/store/road.ts'
import { manualClock } from '../manual-clock.ts'
import { openWithEngine } from './folder.ts'

const START = Date.UTC(2026, 8, 14, 9, 30)
const INSERT = `INSERT INTO finished (id, webhook_id, chatbot_id, event_type, kind, state, attempt_count,
  series_attempts, created_at, finished_at)
  VALUES (?, 'wh', 'bot', 'lead.submit', 'event', 'delivered', 1, 1, ?, 0)`

/** Rows as they are written: each with the time of its id and its own instant. */
async function setup(rows: { madeAt: number; at: number }[]) {
  const { engine, store } = await openWithEngine()
  const insert = engine.db.prepare(INSERT)
  engine.db.exec('BEGIN')
  const written = rows.map(({ madeAt, at }) => {
    const id = createIds(manualClock(madeAt), systemRandom).next('delivery')
    insert.run(id, at)
    return { id, at }
  })
  engine.db.exec('COMMIT')
  const walk = async (since: number, limit: number) => {
    const pages: Change[][] = []
    for (let place: number | ChangePlace | null = since; place !== null; ) {
      const page: ChangePage = await store.changesSince(place, limit)
      pages.push(page.changes)
      place = page.next
    }
    return pages
  }
  return { written, walk }
}

const told = (changes: Change[]) =>
  changes.map((each) => `${each.at} ${each.type === 'delivery.updated' && each.delivery.id}`)

test('before, in and after an instant of very many, each change comes once and in its place', async () => {
  const batchAt = START + 60_000
  const { written, walk } = await setup([
    ...Array.from({ length: 200 }, (_, i) => ({ madeAt: START + i * 100, at: START + i * 100 })),
    // Made over some seconds, and written at once: a lead of the middle was written before them.
    ...Array.from({ length: 22_000 }, (_, i) => ({ madeAt: batchAt - (i % 4_000), at: batchAt })),
    { madeAt: batchAt - 500, at: batchAt - 499 },
    ...Array.from({ length: 200 }, (_, i) => ({
      madeAt: batchAt + i * 50,
      at: batchAt + 1 + i * 50,
    })),
  ])
  const pages = await walk(START, 3_000)
  const byKey = written.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  expect(told(pages.flat())).toEqual(byKey.map(({ at, id }) => `${at} ${id}`))
  expect(Math.max(...pages.map((page) => page.length))).toBe(3_000)
})

test('while few rows follow, an id that was made by a clock far ahead is found', async () => {
  const { written, walk } = await setup(
    Array.from({ length: 50 }, (_, i) => ({
      madeAt: START + (i % 2) * 3_600_000 + i,
      at: START + i,
    })),
  )
  const pages = await walk(START, 7)
  expect(told(pages.flat())).toEqual(written.map(({ at, id }) => `${at} ${id}`))
})
