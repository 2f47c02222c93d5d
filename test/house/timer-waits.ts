import { type ESTree, Visitor } from 'vite'
import { isTest } from './source-file.ts'
import type { SourceModule } from './source-module.ts'

const TIMERS = ['setTimeout', 'setInterval']
const MODULE = /^(?:node:)?timers(?:\/promises)?$/

/** One sentence for each file of tests that waits by timers, where it could await a signal or move a clock. */
export function findTimerWaits({ file, program }: SourceModule): string[] {
  if (!isTest(file.path)) return []
  const timers = new Set(TIMERS)
  let count = 0
  new Visitor({
    ImportDeclaration({ source, specifiers }) {
      if (MODULE.test(source.value)) for (const { local } of specifiers) timers.add(local.name)
    },
    CallExpression({ callee }) {
      if (isTimer(callee, timers)) count += 1
    },
  }).visit(program)
  return count === 0
    ? []
    : [`${file.path} waits by a timer ${count === 1 ? 'once' : `${count} times`}`]
}

function isTimer(callee: ESTree.Node, timers: ReadonlySet<string>): boolean {
  if (callee.type === 'Identifier') return timers.has(callee.name)
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false
  const { object, property } = callee
  // Playwright's, of any page.
  if (property.name === 'waitForTimeout') return true
  // Not `socket.setTimeout`, which belongs to the network.
  if (object.type !== 'Identifier') return false
  return timers.has(object.name) || (object.name === 'globalThis' && timers.has(property.name))
}
