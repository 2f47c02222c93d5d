/** At the end of a long run: its slowest files, and what of their time they worked and waited. */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'

interface FileTimes {
  file: string
  tests: number
  /** Imports, hooks and tests, by the wall clock. */
  tookMs: number
  importMs: number
  /** Of the file's own processes: a database or browser that files share isn't in it. */
  cpuMs: number
}

const SHOWN = 20

export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const times = modules.map(timesOf).sort((a, b) => b.tookMs - a.tookMs)
    const path = process.env.TEST_TIMES
    if (path) writeFileSync(path, times.map((each) => `${JSON.stringify(each)}\n`).join(''))
    if (times.length <= SHOWN) return
    console.log(
      [
        `The ${SHOWN} slowest of ${times.length} files, in seconds:`,
        '    took     CPU  import',
        ...times.slice(0, SHOWN).map(lineOf),
        lineOf({ ...sumOf(times), file: 'all of them' }),
        '',
      ].join('\n'),
    )
  }
}

function timesOf(module: TestModule): FileTimes {
  const { duration, collectDuration, setupDuration } = module.diagnostic()
  return {
    file: relative(process.cwd(), module.moduleId),
    tests: [...module.children.allTests()].length,
    tookMs: Math.round(duration + collectDuration + setupDuration),
    importMs: Math.round(collectDuration),
    cpuMs: Math.round(module.meta().cpuMs ?? 0),
  }
}

function sumOf(times: FileTimes[]): Omit<FileTimes, 'file'> {
  const sum = (of: (each: FileTimes) => number) => times.reduce((all, each) => all + of(each), 0)
  return {
    tests: sum((each) => each.tests),
    tookMs: sum((each) => each.tookMs),
    importMs: sum((each) => each.importMs),
    cpuMs: sum((each) => each.cpuMs),
  }
}

function lineOf({ file, tookMs, cpuMs, importMs }: FileTimes): string {
  const seconds = [tookMs, cpuMs, importMs].map((ms) => (ms / 1000).toFixed(1).padStart(8))
  return `${seconds.join('')}  ${file}`
}
