/** What the pages name is there, and the map of the architecture shows the whole house. */
import { describe, expect, test } from 'vitest'
import { findDeadPaths, findUnmapped, isPage } from './page-rules.ts'
import { listRepositoryFiles } from './source-file.ts'

const FILES = listRepositoryFiles()
const PATHS = FILES.map(({ path }) => path)
const PAGES = FILES.filter(isPage)

test('every path that a page names is there', () => {
  expect(PAGES.length).toBeGreaterThan(20)
  expect(PAGES.flatMap((page) => findDeadPaths(page, PATHS))).toEqual([])
})

test('the map has a line for every file of the source, and every folder of api/ and store/', () => {
  const page = PAGES.find(({ path }) => path === 'docs/architecture.md')
  expect(page && findUnmapped(page, PATHS)).toEqual([])
})

describe('paths', () => {
  const KNOWN = ['packages/server/src/store/sqlite/accept.ts', 'test/e2e/a.test.ts', 'docs/x.md']
  test.each([
    ['see `store/sqlite/accept.ts`', 0],
    ['see `store/*/accept.ts`', 0],
    ['see `accept.ts`', 0],
    ['see `test/e2e`, `e2e/a.test.ts` and `sqlite/`', 0],
    ['`application/json` and `lead.submit`', 0],
    ['```sh\ncat store/gone.ts `store/gone.ts`\n```', 0],
    ['a page `docs/NNNN-x.md`, a test `x.test.ts` beside `x.ts`', 0],
    ['see `store/sqlite/gone.ts`', 1],
    ['see `store/*/gone.ts`', 1],
    ['see `gone.ts`', 1],
    ['see `packages/server/src/sqlite`', 1],
  ])('%j: %i dead', (text, dead) => {
    expect(findDeadPaths({ path: 'docs/y.md', text }, KNOWN)).toHaveLength(dead)
  })

  test('history keeps its names', () => {
    const pages = ['CHANGELOG.md', 'docs/decisions/0001-a.md', 'docs/decisions/README.md']
    expect(pages.filter((path) => isPage({ path, text: '' }))).toEqual(['docs/decisions/README.md'])
  })
})

describe('the map', () => {
  const map = (...rows: string[]) => ({
    path: 'docs/architecture.md',
    text: `\`a.ts\`\n## The map\n${rows.map((row) => `| ${row} | what |`).join('\n')}\n## Then\n`,
  })
  const source = (...paths: string[]) => paths.map((path) => `packages/server/src/${path}`)
  test.each([
    [map('`a.ts`, `b.ts`'), source('a.ts', 'b.ts', 'b.test.ts'), 0],
    [map('`send/`'), source('send/deep/x.ts'), 0],
    [map('`store/`', '`store/a.ts`', '`store/b/`'), source('store/a.ts', 'store/b/c.ts'), 0],
    [map(), source('a.ts'), 1],
    [map('`a`'), source('a.ts'), 1],
    [map('`store/`'), source('store/a.ts', 'store/b/c/d.ts'), 3],
  ])('%# catches what has no line', (page, paths, missing) => {
    expect(findUnmapped(page, paths)).toHaveLength(missing)
  })
})
