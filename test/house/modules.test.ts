/** The house rules that need a parser. Each is shown to catch what it forbids. */
import { describe, expect, test } from 'vitest'
import { findCircles } from './circles.ts'
import { findArrowsUp, findCrowdedFolders } from './folder-rules.ts'
import { findLongFunctions } from './function-length.ts'
import { DOUBLE_NAMES, TIMER_WAITS, UNREACHED_FILES, UNUSED_EXPORTS } from './known.ts'
import { beyondKnown } from './only-known.ts'
import { isTest, listRepositoryFiles } from './source-file.ts'
import { listEntries, readModule, readModules, type SourceModule } from './source-module.ts'
import { findTimerWaits } from './timer-waits.ts'
import { findDoubleNames } from './type-names.ts'
import { findUnreachedFiles } from './unreached-files.ts'
import { findUnusedExports } from './unused-exports.ts'

const FILES = listRepositoryFiles()
const MODULES = readModules(FILES)

test('imports lead back to no file, those of types included', () => {
  expect(MODULES.length).toBeGreaterThan(900)
  expect(findCircles(MODULES)).toEqual([])
})

test.each([
  ['no function passes 70 lines', MODULES.flatMap(findLongFunctions), {}],
  ['nothing is exported in vain', findUnusedExports(MODULES, listEntries(FILES)), UNUSED_EXPORTS],
  ['something leads to every file', findUnreachedFiles(MODULES, FILES), UNREACHED_FILES],
  ['in api/ and store/ imports go down only', MODULES.flatMap(findArrowsUp), {}],
  ['no folder of api/ and store/ has more than 25 entries', findCrowdedFolders(FILES), {}],
  ['no test waits by a timer', MODULES.flatMap(findTimerWaits), TIMER_WAITS],
  ['one word for one thing', findDoubleNames(MODULES), DOUBLE_NAMES],
  ['the server starts without an HTTP client', MODULES.flatMap(findHttpImports), {}],
])('%s', (_, found, known) => {
  expect(beyondKnown(found, known)).toEqual([])
})

/** To import from `node:http` loads all that it exports, and undici with it: 14 MB, 20 ms. */
function findHttpImports({ file, imports }: SourceModule): string[] {
  if (!file.path.startsWith('packages/server/src/') || isTest(file.path)) return []
  const isHttp = imports.some((each) => each.specifier === 'node:http' && !each.typeOnly)
  return isHttp ? [`${file.path} imports node:http: use process.getBuiltinModule`] : []
}

test.each([
  ["import { STATUS_CODES } from 'node:http'", 1],
  ["import type { Server } from 'node:http'", 0],
  ["const { STATUS_CODES } = process.getBuiltinModule('node:http')", 0],
])('an HTTP client in %s: %d', (text, count) => {
  const found = readModules([{ path: 'packages/server/src/a.ts', text }]).flatMap(findHttpImports)
  expect(found).toHaveLength(count)
})

describe('circles', () => {
  const IMPORTS_B: [a: string, b: string, way: string | null][] = [
    ["import { b } from './b.ts'", "import { a } from './a.ts'", 'src/a.ts → src/b.ts → src/a.ts'],
    [
      "import type { B } from './b.ts'",
      "import { a } from './a.ts'",
      'src/a.ts → src/b.ts → src/a.ts',
    ],
    ["export * from './b.ts'", "export { a } from './a.ts'", 'src/a.ts → src/b.ts → src/a.ts'],
    ["type B = import('./b.ts').B", "await import('./a.ts')", 'src/a.ts → src/b.ts → src/a.ts'],
    ["import './b.ts'", "import * as a from './a.ts'\na.x()", 'src/a.ts → src/b.ts → src/a.ts'],
    [
      "import { b } from '@x/b/deep'",
      "import { a } from './a.ts'",
      'src/a.ts → src/b.ts → src/a.ts',
    ],
    ["import type { A } from './a.ts'", '', 'src/a.ts → src/a.ts'],
    ["import { b } from './b.ts'", "import { c } from './c.ts'", null],
    ["import { b } from './b.ts'", "// import { a } from './a.ts'", null],
    // A thread of its own is no import.
    ["new Worker(new URL('./b.ts', import.meta.url))", "import { a } from './a.ts'", null],
  ]
  test.each(IMPORTS_B)('%j and %j lead in a circle: %s', (a, b, way) => {
    const files = [
      { path: 'src/a.ts', text: a },
      { path: 'src/b.ts', text: b },
      { path: 'src/package.json', text: '{"name":"@x/b","exports":{"./deep":"./b.ts"}}' },
    ]
    expect(findCircles(readModules(files))).toEqual(way === null ? [] : [way])
  })

  test('a longer way is told once, and what only leads into it is not part of it', () => {
    const to = (name: string) => `import type { X } from './${name}.ts'\n`
    const texts = { a: to('b'), b: to('c') + to('d'), c: to('d'), d: to('e') + to('b'), e: '' }
    const files = Object.entries(texts).map(([name, text]) => ({ path: `src/${name}.ts`, text }))
    expect(findCircles(readModules(files))).toEqual(['src/b.ts → src/d.ts → src/b.ts'])
  })
})

describe('functions', () => {
  const lines = (count: number) => 'x()\n'.repeat(count)
  const FORMS: [path: string, text: string, name: string | null][] = [
    ['x.ts', `function long() {\n${lines(69)}}`, 'long'],
    ['x.ts', `function short() {\n${lines(68)}}`, null],
    ['x.ts', `export default function () {\n${lines(69)}}`, 'a function'],
    ['x.ts', `const long = async () => {\n${lines(69)}}`, 'long'],
    ['x.ts', `const long = function () {\n${lines(69)}}`, 'long'],
    ['x.ts', `class A {\n  long() {\n${lines(69)}}\n}`, 'long'],
    ['x.ts', `class A {\n  long = () => {\n${lines(69)}}\n}`, 'long'],
    ['x.ts', `run(() => {\n${lines(69)}})`, 'a function'],
    ['x.ts', `const it = { long() {\n${lines(69)}} }`, 'a function'],
    ['x.ts', `function outer() {\n${lines(40)}function inner() {\n${lines(40)}}\n}`, 'outer'],
    ['x.ts', `class A {\n${'  a() {}\n'.repeat(90)}}`, null],
    ['x.ts', `describe('x', () => {\n${lines(69)}})`, 'a function'],
    ['x.test.ts', `describe('x', () => {\n${lines(69)}})`, null],
    ['x.test.ts', `test.skipIf(no)('x', async () => {\n${lines(69)}})`, null],
    ['test/x.ts', `test.each([1])('x', () => {\n${lines(69)}})`, null],
    ['test/x.ts', `function describeX() {\ntest('x', () => {\n${lines(69)}})\n}`, null],
    ['test/x.ts', `function setup() {\n${lines(69)}}`, 'setup'],
    ['test/x.ts', `function outer() { test('x', run) }\nfunction run() {\n${lines(69)}}`, 'run'],
  ]
  test.each(FORMS)('in %s of %j the one that is too long is %s', (path, text, name) => {
    const found = findLongFunctions(readModule({ path, text }))
    expect(found).toHaveLength(name === null ? 0 : 1)
    if (name !== null) expect(found[0]).toContain(`: ${name} has `)
  })
})

describe('exports', () => {
  const TEXTS: [a: string, b: string, unused: string[]][] = [
    ['export const x = 1', "import { x } from './a.ts'", []],
    ['export const x = 1', '', ['x']],
    ['export const x = 1, { y } = z', "import { x } from './a.ts'", ['y']],
    ['export interface X {}', "import { type X } from './a.ts'", []],
    ['export interface X {}', '', ['X']],
    ['export default x', "import x from './a.ts'", []],
    ['export default x', "import './a.ts'", ['default']],
    [
      'export class A {}\nexport enum B {}',
      "export { A } from './a.ts'\nimport { B } from './a.ts'",
      [],
    ],
    ['export const x = 1, y = 2', "import * as a from './a.ts'\na.x()", ['y']],
    ['export const x = 1, y = 2', "import * as a from './a.ts'\nrun(a, a.x)", []],
    ['export const x = 1', "const { x } = await import('./a.ts')", []],
    ['export const x = 1', "new Worker(new URL('./a.ts', import.meta.url))", ['x']],
    ['const x = 1\nexport { x as y }', "import { y } from './a.ts'", []],
    ["export * from './c.ts'\nexport const x = 1", "import { c } from './a.ts'", ['x', 'd']],
  ]
  test.each(TEXTS)('of %j beside %j these are exported in vain: %j', (a, b, unused) => {
    const files = [
      { path: 'src/a.ts', text: a },
      { path: 'src/b.ts', text: b },
      { path: 'src/c.ts', text: a.includes('*') ? 'export const c = 1, d = 2' : '' },
    ]
    const found = findUnusedExports(readModules(files), new Map())
    // What b.ts hands on is its own matter.
    const ours = found.filter((sentence) => !sentence.startsWith('src/b.ts'))
    const names = ours.map((sentence) => /nobody imports (\w+)/.exec(sentence)?.[1])
    expect(names).toEqual(unused)
  })

  test('a package hands out what no file of ours takes', () => {
    const module = readModule({ path: 'packages/x/src/a.ts', text: 'export const x = 1' })
    expect(findUnusedExports([module], new Map())).toHaveLength(1)
    expect(findUnusedExports([module], new Map([['x', 'packages/x/src/a.ts']]))).toEqual([])
  })
})

describe('files', () => {
  const TEXTS: [path: string, text: string, reached: boolean][] = [
    ['src/b.ts', "import './x.ts'", true],
    ['src/b.ts', "new Worker(new URL('./x.ts', import.meta.url))", true],
    ['src/b.ts', "fork(here('x.ts'))", true],
    ['other/b.ts', "fork(here('x.ts'))", false],
    ['package.json', '{"scripts":{"x":"node src/x.ts"}}', true],
    ['docs/a.md', '`src/x.ts` is fine', false],
    ['src/b.ts', "import './y.ts'", false],
  ]
  test.each(TEXTS)('%s with %j leads to src/x.ts: %s', (path, text, reached) => {
    const files = [
      { path: 'src/x.ts', text: '' },
      { path: 'src/b.test.ts', text: '' },
    ]
    const all = [
      ...files,
      { path, text },
      { path: 'package.json', text: '{"bin":"src/b.ts other/b.ts"}' },
    ]
    const found = findUnreachedFiles(readModules(files.concat({ path, text })), all)
    expect(found.filter((sentence) => sentence.startsWith('src/x.ts'))).toHaveLength(
      reached ? 0 : 1,
    )
  })
})

describe('arrows', () => {
  const IMPORTS_OF: [from: string, to: string, caught: boolean][] = [
    ['api/api.ts', './routes/leads.ts', false],
    ['api/route.ts', './access/auth.ts', false],
    ['api/access/auth.ts', '../route.ts', true],
    ['api/shapes/x.ts', '../server/y.ts', true],
    ['api/server/bodies/x.ts', '../../shapes/y.ts', false],
    ['api/routes/stream/x.ts', '../y.ts', false],
    ['api/routes/x.ts', '../widget/y.ts', true],
    ['api/routes/x.test.ts', '../widget/y.ts', false],
    ['api/another/x.ts', './y.ts', true],
    ['api/routes/x.ts', '../another/y.ts', false],
    ['store/sqlite/x.ts', '../postgres/y.ts', true],
    ['store/copying/x.ts', '../postgres/y.ts', false],
    ['store/reading/x.ts', '../sqlite/y.ts', true],
    ['store/reading/x.ts', '../store.ts', false],
    ['store/store.ts', './reading/x.ts', true],
    ['store/store.ts', './change.ts', false],
    ['send/x.ts', '../store/sqlite/y.ts', false],
  ]
  test.each(IMPORTS_OF)('%s to %s is caught: %s', (from, to, caught) => {
    const text = `import type { X } from '${to}'`
    const module = readModule({ path: `packages/server/src/${from}`, text })
    expect(findArrowsUp(module)).toHaveLength(caught ? 1 : 0)
  })

  test('entry 26 of a folder is caught, be it a file or a folder', () => {
    const files = Array.from({ length: 25 }, (_, at) => `packages/server/src/api/x/${at}.ts`)
    const paths = (also: string[]) => [...files, ...also].map((path) => ({ path, text: '' }))
    expect(findCrowdedFolders(paths([]))).toEqual([])
    expect(findCrowdedFolders(paths(['packages/server/src/api/x/y/z.ts']))).toHaveLength(1)
    expect(findCrowdedFolders(paths(['packages/server/src/api/y/z.ts']))).toEqual([])
  })
})

describe('waits', () => {
  const sleep = "import { setTimeout as sleep } from 'node:timers/promises'\n"
  test.each([
    ['setTimeout(run, 5)', true],
    ['await new Promise((resolve) => setTimeout(resolve, 5))', true],
    ['globalThis.setInterval(run, 5)', true],
    [`${sleep}await sleep(5)`, true],
    ["import * as timers from 'node:timers'\ntimers.setTimeout(run, 5)", true],
    ['await page.waitForTimeout(5)', true],
    ['const { page } = it; await it.page.waitForTimeout(5)', true],
    [`${sleep}await wake(5)`, false],
    ['socket.setTimeout(5)', false],
    ['clock.setTimer(5, run)', false],
    ["test('setTimeout(run, 5)', () => {})", false],
    ['// setTimeout(run, 5)', false],
  ])('%j is caught: %s', (text, caught) => {
    const found = (path: string) => findTimerWaits(readModule({ path, text }))
    expect(found('packages/x/src/a.test.ts')).toHaveLength(caught ? 1 : 0)
    expect(found('test/support/a.ts')).toHaveLength(caught ? 1 : 0)
    expect(found('packages/x/src/a.ts')).toEqual([])
  })

  test('one more wait in a file that is known to wait is caught', () => {
    const wait = (count: number) =>
      findTimerWaits(readModule({ path: 'a.test.ts', text: 'setTimeout(run, 5)\n'.repeat(count) }))
    const known = { 'a.test.ts waits by a timer 2 times': 'a reason' }
    expect(beyondKnown(wait(2), known)).toEqual([])
    expect(beyondKnown(wait(3), known)).toHaveLength(2)
    expect(beyondKnown(wait(1), known)).toHaveLength(2)
  })
})

describe('names of types', () => {
  const DECLARED: [a: string, b: string, aText: string, bText: string, caught: boolean][] = [
    ['send/a.ts', 'sign/b.ts', 'export interface X {}', 'export interface X {}', true],
    ['send/a.ts', 'sign/b.ts', 'export class X {}', 'export type X = 1', true],
    ['send/a.ts', 'sign/b.ts', 'export class X {}', 'type X = 1', false],
    ['send/a.ts', 'sign/b.ts', 'export class X {}', 'export const X = 1', false],
    ['send/a.ts', 'sign/b.test.ts', 'export class X {}', 'export class X {}', false],
    ['store/sqlite/a.ts', 'store/postgres/a.ts', 'export class X {}', 'export class X {}', false],
    ['store/sqlite/a.ts', 'store/rules/a.ts', 'export class X {}', 'export class X {}', true],
    ['send/a.ts', 'sign/b.ts', 'export type Record = 1', '', true],
    ['send/a.ts', 'sign/b.ts', 'export class Map {}', '', true],
    ['send/a.ts', 'sign/b.ts', 'export interface Response {}', '', true],
    ['send/a.ts', 'sign/b.ts', 'export interface Recorder {}', '', false],
  ]
  test.each(DECLARED)(
    'in %s and %s, of %j and %j, one is caught: %s',
    (a, b, aText, bText, caught) => {
      const texts = [[a, aText] as const, [b, bText] as const]
      const files = texts.map(([path, text]) => ({ path: `packages/server/src/${path}`, text }))
      expect(findDoubleNames(readModules(files))).toHaveLength(caught ? 1 : 0)
    },
  )
})

test('what is known may break a rule until it is mended, and no other', () => {
  const known = { 'a.ts: long': 'a reason' }
  expect(beyondKnown(['a.ts: long has 71 lines'], known)).toEqual([])
  expect(beyondKnown(['a.ts: other has 71 lines', 'a.ts: long has 90'], known)).toHaveLength(1)
  expect(beyondKnown([], known)).toHaveLength(1)
})
