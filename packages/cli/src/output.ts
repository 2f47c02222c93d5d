/** Where a command writes: tables for people on a terminal, JSON lines for programs; progress beside it. */
export interface Output {
  /** JSON lines are wanted: in a pipe, or asked for. */
  json: boolean
  line(text: string): void
  /** One JSON line, or what `text` makes of it. */
  value(value: unknown, text: () => string): void
  rows(values: Record<string, unknown>[], columns: string[], empty: string): void
  /** Replaces the last one; on a terminal only. `null` clears it. */
  progress(text: string | null): void
  /** Beside the output, for people. */
  notice(text: string): void
}

export interface Streams {
  stdout: { write(text: string): unknown; isTTY?: boolean }
  stderr: { write(text: string): unknown; isTTY?: boolean }
}

export function createOutput({ stdout, stderr }: Streams, { json }: { json: boolean }): Output {
  const line = (text: string) => stdout.write(`${text}\n`)
  return {
    json,
    line,
    value: (value, text) => line(json ? JSON.stringify(value) : text()),
    rows(values, columns, empty) {
      if (json) for (const value of values) line(JSON.stringify(value))
      else line(values.length === 0 ? empty : tableText(values, columns))
    },
    progress(text) {
      if (stderr.isTTY) stderr.write(`\r\u001b[2K${text ?? ''}`)
    },
    notice: (text) => stderr.write(`${text}\n`),
  }
}

/** `done` of `total` as twenty signs and a figure. */
export function barText(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total)
  const filled = Math.round(part * 20)
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${done} of ${total}`
}

function tableText(values: Record<string, unknown>[], columns: string[]): string {
  const cells = [columns, ...values.map((value) => columns.map((name) => cellText(value[name])))]
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** What came from outside writes no control sequences onto a terminal. */
function cellText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  return printable(String(value))
}

export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{FFFD}')
}
