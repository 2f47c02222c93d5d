/** The engine's side of keys, which it never sees: it keeps what was sealed elsewhere. */
import {
  KEY_CHECK,
  type KeyChange,
  type KnownKeys,
  RETIRED_KEYS,
  SERVER_SECRET,
} from '../../sealing/key-check.ts'
import type { SealedRow } from '../../sealing/reseal.ts'
import type { Core } from '../core.ts'

export interface Resealing {
  before: SealedRow
  anew: SealedRow
}

type Expected = Pick<KnownKeys, 'check' | 'secret'>

export class Seals {
  readonly #core: Core

  constructor(core: Core) {
    this.#core = core
  }

  /** False: somebody else has changed what was read; nothing is kept. */
  keepKeys({ check, retired, secret, expected }: KeyChange & { expected: Expected }): boolean {
    const read = (key: string) => this.#core.get<{ value: string }>(READ_META, key)?.value || null
    if (read(KEY_CHECK) !== expected.check || read(SERVER_SECRET) !== expected.secret) return false
    this.#core.run(WRITE_META, KEY_CHECK, check)
    this.#core.run(WRITE_META, SERVER_SECRET, secret)
    this.#core.run(WRITE_META, RETIRED_KEYS, retired.join(','))
    // What the old key sealed shall not stay in the log either.
    if (expected.secret !== null) this.#core.tx.erased = true
    return true
  }

  /** How many were as they had been read. */
  reseal(rows: Resealing[]): number {
    let count = 0
    for (const { before, anew } of rows) {
      count += this.#core.run(
        RESEAL,
        anew.url,
        anew.headers,
        anew.secret,
        anew.previous_secret,
        before.id,
        before.url,
        before.headers,
        before.secret,
        before.previous_secret,
      )
    }
    // What the old key sealed shall not stay in the log either.
    this.#core.tx.erased = true
    return count
  }
}

export const READ_META = 'SELECT value FROM meta WHERE key = ?'
const WRITE_META = `INSERT INTO meta (key, value) VALUES (?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const RESEAL = `UPDATE webhooks SET url = ?, headers = ?, secret = ?, previous_secret = ?
  WHERE id = ? AND url = ? AND headers = ? AND secret = ? AND previous_secret IS ?`
