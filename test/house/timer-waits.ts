import { type ESTree, Visitor } from 'vite'
import { isTest } from './source-file.ts'
import type { SourceModule } from './source-module.ts'

const TIMERS = ['setTimeout', 'setInterval']
/** Playwright's. */
const PAGE_WAIT = 'waitForTimeout'

/** How often each file of tests waits by a timer instead of a signal or a clock that it moves. */
export function countTimerWaits(modules: readonly SourceModule[]): Record<string, number> {
  const counts = modules
    .filter(({ file }) => isTest(file.path))
    .map((module): [string, number] => [module.file.path, timersIn(module)])
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

function timersIn({ program }: SourceModule): number {
  const timers = new Set(TIMERS)
  let count = 0
  new Visitor({
    ImportDeclaration({ source, specifiers }) {
      if (!/^(?:node:)?timers(?:\/promises)?$/.test(source.value)) return
      for (const { local } of specifiers) timers.add(local.name)
    },
    CallExpression({ callee }) {
      if (isTimer(callee, timers)) count += 1
    },
  }).visit(program)
  return count
}

function isTimer(callee: ESTree.Node, timers: ReadonlySet<string>): boolean {
  if (callee.type === 'Identifier') return timers.has(callee.name)
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false
  const { object, property } = callee
  if (property.name === PAGE_WAIT) return true
  // Not `socket.setTimeout`, which belongs to the network.
  const isOfTimers =
    object.type === 'Identifier' && (timers.has(object.name) || object.name === 'globalThis')
  return isOfTimers
}
