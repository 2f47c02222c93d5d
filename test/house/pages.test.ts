/** What pages and comments name is there, and the map of the architecture shows the whole house. */
import { describe, expect, test } from 'vitest'
import {
  findDeadMentions,
  findDeadPaths,
  findUnmapped,
  findUnusedWords,
  isPage,
} from './page-rules.ts'
import { listRepositoryFiles } from './source-file.ts'

const FILES = listRepositoryFiles()
const PATHS = FILES.map(({ path }) => path)
const PAGES = FILES.filter(isPage)
const architecture = PAGES.find(({ path }) => path === 'docs/architecture.md')

test('every path that a page names is there', () => {
  expect(PAGES.length).toBeGreaterThan(20)
  expect(PAGES.flatMap((page) => findDeadPaths(page, PATHS))).toEqual([])
})

test('every file that a comment of the server speaks of is there', () => {
  expect(FILES.flatMap((file) => findDeadMentions(file, PATHS))).toEqual([])
})

test('the map has a line for every file of the source, and every folder of api/ and store/', () => {
  expect(architecture && findUnmapped(architecture, PATHS)).toEqual([])
})

test('every word of the glossary is one of the code', () => {
  expect(architecture?.text.match(/^\| \*\*/gm)?.length).toBeGreaterThan(30)
  expect(architecture && findUnusedWords(architecture, FILES)).toEqual([])
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

  test.each([
    ['/** As accept.ts does, and store/sqlite/accept.ts. */', 0],
    ['// (../sqlite/accept.ts, sqlite/accept.ts)', 0],
    ["import { x } from './gone.ts'", 0],
    ['/** As gone.ts does. */', 1],
    ['const x = 1 // (../accept.ts)', 1],
    ['const SQL = `\n  -- store/gone.ts says why\n`', 1],
  ])('%j: %i dead in a comment', (text, dead) => {
    const file = { path: 'packages/server/src/store/sqlite/record.ts', text }
    expect(findDeadMentions(file, KNOWN)).toHaveLength(dead)
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

test('a word of the glossary that nothing in the source is called is caught', () => {
  const text = '| word | means |\n|---|---|\n| **lane**, **lease offer** | … |\n| **queue** | … |\n'
  const source = { path: 'packages/server/src/a.ts', text: 'interface LeaseOffer {}\n// Lanes.' }
  const unused = findUnusedWords({ path: 'docs/architecture.md', text }, [source])
  expect(unused).toEqual([expect.stringContaining('"queue"')])
})
