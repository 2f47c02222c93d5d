/** Texts by name, one in a row, as they are typed. */

export interface PairsSetting {
  max: number
  nameLengthMax: number
  valueLengthMax: number
  /** Values are secrets: one that is stored is never shown again, it stays or is replaced. */
  isHidden: boolean
  /** They hold for deliveries that wait, too. */
  isOfRequests: boolean
  texts: PairsTexts
}

export interface PairsTexts {
  label: string
  hint: string
  name(place: number): string
  value(place: number): string
  namePlaceholder: string
  valuePlaceholder: string
  kept: string
  add: string
  remove(name: string, place: number): string
  nameMissing: string
  valueMissing: string
  renamed: string
  twice: string
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

export function rowsOf(pairs: Record<string, string>, { isHidden }: PairsSetting): PairRow[] {
  return Object.entries(pairs).map(([name, value], key) => ({
    key,
    name,
    value: isHidden ? '' : value,
    storedName: name,
  }))
}

export function pairsOf(rows: readonly PairRow[], setting: PairsSetting): Record<string, string> {
  const pairs = filledRows(rows).map((row) => [row.name.trim(), savedValue(row, setting)])
  return Object.fromEntries(pairs) as Record<string, string>
}

export function pairFaults(rows: readonly PairRow[], { texts }: PairsSetting): PairFaults {
  const faults = new Map<number, { name?: string; value?: string }>()
  const seen = new Set<string>()
  for (const row of filledRows(rows)) {
    const name = row.name.trim().toLowerCase()
    if (name === '') faults.set(row.key, { name: texts.nameMissing })
    else if (seen.has(name)) faults.set(row.key, { name: texts.twice })
    else if (row.value.trim() === '' && !keepsValue(row)) {
      const isRenamed = row.storedName !== null
      faults.set(row.key, { value: isRenamed ? texts.renamed : texts.valueMissing })
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

function savedValue(row: PairRow, { isHidden }: PairsSetting): string {
  return isHidden && keepsValue(row) ? MASK : row.value.trim()
}

function keepsValue({ name, value, storedName }: PairRow): boolean {
  return value.trim() === '' && storedName?.toLowerCase() === name.trim().toLowerCase()
}
