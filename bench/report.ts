/** Report: figures as a table for people and as JSON for programs. */
import { cpus } from 'node:os'
import { type Figure, isMet, type Unit } from './measure.ts'
import type { StoreName } from './stores.ts'

/** What one scenario came to. */
export interface Result {
  scenario: string
  store: StoreName
  figures: Figure[]
  /** Why there are no figures; null: there are. */
  failure: string | null
  seconds: number
}

const HEAD = ['', 'store', 'figure', 'measured', 'spread', 'target']

export function tableText(results: readonly Result[]): string {
  const rows = [HEAD, ...results.flatMap(rowsOf)]
  const widths = HEAD.map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  )
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const rule = '─'.repeat(Math.max(...lines.map((line) => [...line].length)))
  return [lines[0], rule, ...lines.slice(1), rule, summary(results)].join('\n')
}

function rowsOf({ scenario, store, figures, failure }: Result): string[][] {
  if (failure !== null) return [['!', store, scenario, failure.split('\n')[0] ?? '', '', '']]
  return figures.map((figure) => {
    const { what, unit, value, spread, note } = figure
    const range = spread
      ? `${show(spread.min, unit)}–${show(spread.max, unit)} (${spread.rounds})`
      : ''
    const told = [aimOf(figure), note ? `[${note}]` : ''].filter(Boolean).join(' ')
    return [mark(figure), store, what, show(value, unit), range, told]
  })
}

function mark(figure: Figure): string {
  const met = isMet(figure)
  return met === null ? ' ' : met ? '✓' : '✗'
}

function show(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return 'none'
  switch (unit) {
    case 'ratio':
      return `${value.toFixed(2)}×`
    case 'µs':
      return `${value.toFixed(1)} µs`
    case 'ms':
      return value < 100 ? `${value.toFixed(2)} ms` : `${value.toFixed(0)} ms`
    case 's':
      return `${value.toFixed(1)} s`
    case 'MB':
      return `${value.toFixed(0)} MB`
    case '/s':
      return `${Math.round(value).toLocaleString('en')}/s`
    case '%':
      return `${value.toFixed(2)} %`
  }
}

function summary(results: readonly Result[]): string {
  const judged = results
    .flatMap(({ figures }) => figures)
    .filter((figure) => figure.target !== null)
  const met = judged.filter((figure) => isMet(figure) === true).length
  const failed = results.filter(({ failure }) => failure !== null).length
  const targets = `${met} of ${judged.length} targets met`
  return failed === 0 ? targets : `${targets}; ${failed} scenario(s) could not be measured`
}

/** For a page: one table for each scenario, its stores side by side. */
export function markdownText(results: readonly Result[]): string {
  const names = [...new Set(results.map(({ scenario }) => scenario))]
  return names.map((name) => scenarioTable(name, results)).join('\n')
}

function scenarioTable(name: string, all: readonly Result[]): string {
  const results = all.filter(({ scenario }) => scenario === name)
  const stores = results.map(({ store }) => STORE_NAMES[store])
  const seconds = results.map((result) => result.seconds.toFixed(0)).join(' and ')
  const longest = results.toSorted((a, b) => b.figures.length - a.figures.length)[0]
  // Lines that stand below another have its name only by their place, so places are compared.
  const rows = (longest?.figures ?? []).map((figure, place) => {
    const cells = results.map(({ figures }) => {
      const found = figures.filter(({ what }) => what === figure.what)
      const nth = longest?.figures.slice(0, place).filter(({ what }) => what === figure.what).length
      const own = found[nth ?? 0]
      return own ? cell(own) : ''
    })
    return [escaped(figure.what.trim()), ...cells, aimOf(figure)]
  })
  const failures = results.flatMap(({ store, failure }) =>
    failure === null ? [] : [`\n${STORE_NAMES[store]}: ${failure.split('\n')[0]}\n`],
  )
  const lines = [['figure', ...stores, 'target'], ['figure', ...stores, 'target'].map(() => '---')]
  const table = [...lines, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
  return `### \`${name}\` measured\n\n${table}\n${failures.join('')}\nTook ${seconds} s.\n`
}

const STORE_NAMES: Record<StoreName, string> = { sqlite: 'SQLite', postgres: 'PostgreSQL' }

function cell(figure: Figure): string {
  const { value, unit, spread } = figure
  const range = spread ? ` (${show(spread.min, unit)}–${show(spread.max, unit)})` : ''
  return `${show(value, unit)}${range}${isMet(figure) === false ? ' ✗' : ''}`
}

function aimOf({ target, unit }: Figure): string {
  return target ? `${target.is === 'at least' ? '≥' : '≤'} ${show(target.value, unit)}` : ''
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|')
}

export function jsonText(results: readonly Result[], quick: boolean): string {
  const machine = { node: process.version, platform: process.platform, cpus: cpus().length }
  const scenarios = results.map((result) => ({
    ...result,
    figures: result.figures.map((figure) => ({ ...figure, met: isMet(figure) })),
  }))
  return `${JSON.stringify({ quick, machine, scenarios }, null, 2)}\n`
}
