/** The house rules that need a parser. Each is shown to catch what it forbids. */
import { describe, expect, test } from 'vitest'
import { findCircles } from './circles.ts'
import { findLongFunctions } from './function-length.ts'
import { beyondKnown } from './only-known.ts'
import { listRepositoryFiles, type SourceFile } from './source-file.ts'
import { readModule, readModules } from './source-module.ts'

const MODULES = readModules(listRepositoryFiles())

/** To be empty: file and function, and who shortens it. */
const LONG_FUNCTIONS = {
  'packages/server/src/store/postgres/postgres-store.ts: createParts': 'is being flattened',
  'packages/server/src/store/sqlite/operations.ts: createOperations': 'is being cut in two',
  'packages/server/src/send/connections.ts: createConnections': 'comes next',
  'packages/server/src/send/send.ts: createSend': 'comes next',
  'packages/server/test/api/api-alone.ts: createDeps': 'comes next',
  'packages/server/test/engine.ts: startEngine': 'comes next',
  'packages/widget/src/form.ts: createForm': 'comes next',
}

test('imports lead back to no file, those of types included', () => {
  expect(MODULES.length).toBeGreaterThan(900)
  expect(findCircles(MODULES)).toEqual([])
})

test('no function passes 70 lines', () => {
  expect(beyondKnown(MODULES.flatMap(findLongFunctions), LONG_FUNCTIONS)).toEqual([])
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
    const found = findLongFunctions(readModule(sourceFile(path, text)))
    expect(found).toHaveLength(name === null ? 0 : 1)
    if (name !== null) expect(found[0]).toContain(`: ${name} has `)
  })
})

test('what is known may break a rule until it is mended, and no other', () => {
  const known = { 'a.ts: long': 'a reason' }
  expect(beyondKnown(['a.ts: long has 71 lines'], known)).toEqual([])
  expect(beyondKnown(['a.ts: other has 71 lines', 'a.ts: long has 90'], known)).toHaveLength(1)
  expect(beyondKnown([], known)).toHaveLength(1)
})

function sourceFile(path: string, text: string): SourceFile {
  return { path, text }
}
