import { expect, test } from 'vitest'
import { listRepositoryFiles } from './source-file.ts'
import { findLonelyTwins } from './twins.ts'

const STORE = 'packages/server/src/store'

test('the roads of both engines have the same files', () => {
  const paths = listRepositoryFiles().map(({ path }) => path)
  expect(paths.filter((path) => path.startsWith(`${STORE}/sqlite/road/`)).length).toBeGreaterThan(9)
  expect(findLonelyTwins(paths)).toEqual([])
})

test.each([
  [['sqlite/road/a.ts', 'postgres/road/a.ts', 'sqlite/road/a.test.ts'], {}, 0],
  [['sqlite/road/a.ts'], {}, 1],
  [['postgres/road/a.ts'], {}, 1],
  [['sqlite/road/a.ts'], { 'sqlite/road/a.ts': 'why' }, 0],
  [['sqlite/road/a.ts', 'postgres/road/a.ts'], { 'sqlite/road/a.ts': 'why' }, 1],
  [['sqlite/core.ts'], {}, 0],
])('of %j, with the reasons %j, %i are told of', (names, alone, count) => {
  const paths = names.map((name) => `${STORE}/${name}`)
  expect(findLonelyTwins(paths, alone as Record<string, string>)).toHaveLength(count)
})
