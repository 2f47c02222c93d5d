/** At the end of a run: what it left out, where a test says why. */
import type { Reporter, TestModule } from 'vitest/node'

export default class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const notes = skipped.flatMap((test) => {
      const { note } = test.result() as { note?: string }
      return note === undefined ? [] : [`  ${test.fullName}: ${note}`]
    })
    if (notes.length > 0) console.log(['Left out:', ...notes, ''].join('\n'))
  }
}
