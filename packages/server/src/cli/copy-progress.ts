/** How far a copy has come, on stderr: a bar that moves on a terminal, lines elsewhere. */
import type { Clock } from '../clock.ts'
import type { CopyStep } from '../store/copy.ts'

const BAR_WIDTH = 24
const REDRAW_EVERY_MS = 100
const LINE_EVERY_MS = 5_000

export interface CopyProgress {
  show(step: CopyStep): void
  /** Leaves what follows a line of its own. */
  end(): void
}

export function createCopyProgress(out: NodeJS.WriteStream, clock: Clock): CopyProgress {
  const isTerminal = out.isTTY === true
  const everyMs = isTerminal ? REDRAW_EVERY_MS : LINE_EVERY_MS
  let shownAt = Number.NEGATIVE_INFINITY
  let shown = ''
  return {
    show(step) {
      const subject = `${step.doing} ${step.table}`
      const now = clock.monotonic()
      if (subject === shown && now - shownAt < everyMs) return
      shownAt = now
      shown = subject
      out.write(isTerminal ? `\r\u001b[2K${barText(step)}` : `${lineText(step)}\n`)
    },
    end() {
      if (isTerminal && shown !== '') out.write('\r\u001b[2K')
    },
  }
}

function lineText({ doing, table, rows, total }: CopyStep): string {
  return `${doing === 'copy' ? 'copying' : 'verifying'} ${table}: ${rows} of ${total} rows`
}

function barText(step: CopyStep): string {
  const share = step.total === 0 ? 1 : Math.min(1, step.rows / step.total)
  const full = Math.round(share * BAR_WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}] ${lineText(step)}`
}
