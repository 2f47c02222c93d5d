/** Texts by name, one in a row, as they are typed. */

export interface PairsSetting {
  max: number
  /** Both as a browser counts: a character above U+FFFF is two. */
  nameLengthMax: number
  valueLengthMax: number
  /** `X-A` and `x-a` are one name. */
  isCaseless: boolean
  /** They hold for deliveries that wait, too. */
  isOfRequests: boolean
  texts: PairsTexts
}

interface PairsTexts {
  label: string
  hint: string
  name(place: number): string
  value(place: number): string
  namePlaceholder: string
  valuePlaceholder: string
  add: string
  remove(name: string, place: number): string
  nameMissing: string
  twice: string
  /**
   * Values are secrets: one that is stored is never shown again, it stays or is replaced. Absent: what
   * is stored is shown, stays to the letter, and may be empty.
   */
  hidden?: { kept: string; missing: string; renamed: string }
}

export interface PairRow {
  /** Of the row, whatever its name. */
  key: number
  name: string
  /** Empty, where it is hidden and stored: it stays. */
  value: string
  /** The name that it is stored under; null: it is new. */
  storedName: string | null
}

/** By the row's key. */
export type PairFaults = ReadonlyMap<number, { name?: string; value?: string }>

/** Stands for a value that is stored; sent back, it keeps it. */
const MASK = '***'

export function rowsOf(pairs: Record<string, string>, { texts }: PairsSetting): PairRow[] {
  return Object.entries(pairs).map(([name, value], key) => ({
    key,
    name,
    value: texts.hidden ? '' : value,
    storedName: name,
  }))
}

export function pairsOf(rows: readonly PairRow[], setting: PairsSetting): Record<string, string> {
  const pairs = filledRows(rows).map((row) => [row.name.trim(), savedValue(row, setting)])
  return Object.fromEntries(pairs) as Record<string, string>
}

export function pairFaults(rows: readonly PairRow[], setting: PairsSetting): PairFaults {
  const { isCaseless, texts } = setting
  const faults = new Map<number, { name?: string; value?: string }>()
  const seen = new Set<string>()
  for (const row of filledRows(rows)) {
    const typed = row.name.trim()
    const name = isCaseless ? typed.toLowerCase() : typed
    if (name === '') faults.set(row.key, { name: texts.nameMissing })
    else if (seen.has(name)) faults.set(row.key, { name: texts.twice })
    else if (texts.hidden && row.value.trim() === '' && !keepsValue(row)) {
      const { renamed, missing } = texts.hidden
      faults.set(row.key, { value: row.storedName === null ? missing : renamed })
    }
    seen.add(name)
  }
  return faults
}

/** A row that was added and left empty is nobody's fault. */
function filledRows(rows: readonly PairRow[]): PairRow[] {
  return rows.filter(
    ({ name, value, storedName }) => storedName !== null || name.trim() !== '' || value !== '',
  )
}

function savedValue(row: PairRow, { texts }: PairsSetting): string {
  if (!texts.hidden) return row.value
  return keepsValue(row) ? MASK : row.value.trim()
}

function keepsValue({ name, value, storedName }: PairRow): boolean {
  return value.trim() === '' && storedName?.toLowerCase() === name.trim().toLowerCase()
}
