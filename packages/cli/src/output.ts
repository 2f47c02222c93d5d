/** Where a command writes: tables for people on a terminal, JSON lines for programs; progress beside it. */
export interface Output {
  /** JSON lines are wanted: in a pipe, or asked for. */
  json: boolean
  line(text: string): void
  /** One JSON line, or what `text` makes of it. */
  value(value: unknown, text: () => string): void
  rows(values: Record<string, unknown>[], columns: string[], empty: string): void
  /** Rows that come in parts: each is printed as it comes. */
  table(columns: string[], empty: string): Table
  /** Replaces the last one; on a terminal only. `null` clears it. */
  progress(text: string | null): void
  /** Of long work: a bar on a terminal, elsewhere now and then a line on stderr. */
  step(step: Step): void
  /** Beside the output, for people. */
  notice(text: string): void
}

interface Table {
  add(values: Record<string, unknown>[]): void
  /** Says so when there was none. */
  end(): void
}

export interface Step {
  /** What is being done. */
  doing: string
  done: number
  total: number
  unit?: 'rows' | 'MB'
}

const REDRAW_EVERY_MS = 100
const LINE_EVERY_MS = 5_000

interface Stream {
  write(text: string): unknown
  isTTY?: boolean
  on?(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

export interface Streams {
  stdout: Stream
  stderr: Stream
}

export function createOutput({ stdout, stderr }: Streams, { json }: { json: boolean }): Output {
  const line = (text: string) => stdout.write(`${text}\n`)
  let isDrawn = false
  const progress = (text: string | null) => {
    if (stderr.isTTY && (isDrawn || text !== null)) stderr.write(`\r\u001b[2K${text ?? ''}`)
    isDrawn = text !== null
  }
  const isDue = everySoOften(stderr.isTTY ? REDRAW_EVERY_MS : LINE_EVERY_MS)
  return {
    json,
    line,
    value: (value, text) => line(json ? JSON.stringify(value) : text()),
    rows(values, columns, empty) {
      const table = createTable({ json, line }, columns, empty)
      table.add(values)
      table.end()
    },
    table: (columns, empty) => createTable({ json, line }, columns, empty),
    progress,
    step(step) {
      if (!isDue(step.doing)) return
      if (stderr.isTTY) progress(`${barText(step.done, step.total)}${ofWhat(step)}`)
      else stderr.write(`${step.doing}: ${step.done} of ${step.total}${unitText(step)}\n`)
    },
    notice: (text) => stderr.write(`${text}\n`),
  }
}

/** Whether to tell it again; of something else, at once. */
function everySoOften(everyMs: number): (subject: string) => boolean {
  let told = { subject: '', at: 0 }
  return (subject) => {
    const at = performance.now()
    if (subject === told.subject && at - told.at < everyMs) return false
    told = { subject, at }
    return true
  }
}

function unitText({ unit }: Step): string {
  return unit === undefined ? '' : ` ${unit}`
}

function ofWhat(step: Step): string {
  return `${unitText(step)}, ${step.doing}`
}

/** `done` of `total` as twenty signs and a figure. */
export function barText(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total)
  const filled = Math.round(part * 20)
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${done} of ${total}`
}

/** As wide as its first part needs; what is wider later widens the rest. */
function createTable(
  { json, line }: { json: boolean; line(text: string): unknown },
  columns: string[],
  empty: string,
): Table {
  let widths: number[] = []
  const text = (rows: string[][]) => {
    widths = columns.map((_, index) =>
      Math.max(widths[index] ?? 0, ...rows.map((row) => row[index]?.length ?? 0)),
    )
    const padded = (row: string[]) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0))
    return rows.map((row) => padded(row).join('  ').trimEnd()).join('\n')
  }
  let isBegun = false
  return {
    add(values) {
      if (values.length === 0) return
      const rows = values.map((value) => columns.map((name) => cellText(value[name])))
      if (json) for (const value of values) line(JSON.stringify(value))
      else line(text(isBegun ? rows : [columns, ...rows]))
      isBegun = true
    },
    end() {
      if (!isBegun && !json) line(empty)
    },
  }
}

/** What came from outside writes no control sequences onto a terminal. */
function cellText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  return printable(String(value))
}

export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{FFFD}')
}
