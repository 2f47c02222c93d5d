import { type ESTree, Visitor } from 'vite'
import { isTest, lineOf } from './source-file.ts'
import type { SourceModule } from './source-module.ts'

const LINES_MAX = 70

/** What they take is a chapter of a file of tests, no function; so is what holds them. */
const CHAPTERS = ['test', 'describe']

type Function = ESTree.Function | ESTree.ArrowFunctionExpression

/** One sentence for each function that wants to be two. */
export function findLongFunctions({ file, program }: SourceModule): string[] {
  const open: Function[] = []
  const long = new Set<Function>()
  const names = new Map<ESTree.Node, string>()
  const enter = (found: Function) => {
    open.push(found)
    if (linesOf(file.text, found) > LINES_MAX) long.add(found)
  }
  const leave = () => open.pop()
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    MethodDefinition: ({ key, value }) => names.set(value, nameOf(key)),
    PropertyDefinition: ({ key, value }) => value && names.set(value, nameOf(key)),
    VariableDeclarator: ({ id, init }) => init && names.set(init, nameOf(id)),
    'CallExpression:exit'(call) {
      if (!isTest(file.path) || !CHAPTERS.includes(nameOf(call.callee))) return
      for (const chapter of [...open, ...call.arguments]) long.delete(chapter as Function)
    },
  }).visit(program)
  return [...long].map((found) => {
    const name = found.id?.name ?? names.get(found) ?? 'a function'
    const lines = linesOf(file.text, found)
    const line = lineOf(file, found.start)
    return `${file.path}: ${name} has ${lines} lines, of ${LINES_MAX} at most (line ${line})`
  })
}

function linesOf(text: string, { start, end }: ESTree.Node): number {
  return text.slice(start, end).split('\n').length
}

/** `test` of `test`, of `test.skip` and of `test.each(…)`. */
function nameOf(node: ESTree.Node): string {
  if (node.type === 'CallExpression') return nameOf(node.callee)
  if (node.type === 'MemberExpression') return nameOf(node.object)
  return 'name' in node && typeof node.name === 'string' ? node.name : ''
}
