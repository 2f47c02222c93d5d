/** `docs/security.md` names the test of each promise: each of them is there. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/security.md', root), 'utf8')
const rows = page.split('\n').filter((line) => /^\| (?!promise |--)/.test(line))

test('each promise names a test, and each test that is named is there', () => {
  expect(rows.length).toBeGreaterThan(40)
  for (const row of rows) {
    const [, named = ''] = row.split(' | ')
    const files = [...named.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, path = '']) => path)
    expect(files.length, row).toBeGreaterThan(0)
    for (const file of files) {
      const isWhole = /^(test|packages)\//.test(file)
      const path = isWhole ? file : `packages/server/src/${file}`
      expect(existsSync(new URL(path, root)), path).toBe(true)
    }
  }
})
