/** What became of the blocks, for the end of the run. */
import type { Block } from './page.ts'

export function report(blocks: Block[]): string {
  const parts = blocks.filter(({ words }) => words.from !== undefined)
  const covered = blocks.filter(({ words }) => words['covered-by'] !== undefined)
  const left = blocks.filter(({ words }) => words['not-run'] !== undefined)
  const run = blocks.length - parts.length - covered.length - left.length
  const reasons = left.map(
    ({ page, line, words }) => `  ${page}:${line}: ${words['not-run'] ?? ''}`,
  )
  return [
    `\nCode blocks of the pages: ${blocks.length}. Run or compared with what ran: ${run}; parts of`,
    ` files that tests run: ${parts.length}; run by another test: ${covered.length};`,
    ` not run: ${left.length}\n${reasons.map((reason) => `${reason}\n`).join('')}`,
  ].join('')
}
