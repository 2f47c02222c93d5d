/** A webhook's sealed values, sealed anew with the present key. */
import type { Encryption } from './encryption.ts'

const SEALED_COLUMNS = ['url', 'headers', 'secret', 'previous_secret'] as const

export interface SealedRow {
  id: string
  url: string
  /** Null, as both secrets: it was deleted, and its URL is what is left. */
  headers: string | null
  secret: string | null
  previous_secret: string | null
}

/** Null: one of its values opens with none of our keys, or was damaged. */
export function resealed(row: SealedRow, encryption: Encryption): SealedRow | null {
  const anew: SealedRow = { ...row }
  try {
    for (const column of SEALED_COLUMNS) {
      const sealed = row[column]
      const place = { rowId: row.id, column }
      if (sealed !== null)
        anew[column] = encryption.encrypt(encryption.decrypt(sealed, place), place)
    }
    return anew
  } catch {
    return null
  }
}
