/** Which key seals, and which were retired. The engine keeps what it is told of keys, and sees none. */
import {
  KEY_CHECK,
  type KeyChange,
  type KnownKeys,
  RETIRED_KEYS,
  SERVER_SECRET,
} from '../../sealing/key-check.ts'
import type { Core } from '../core.ts'

type Expected = Pick<KnownKeys, 'check' | 'secret'>

/** False: somebody else has changed what was read; nothing is kept. */
export function keepKeys(
  core: Core,
  { check, retired, secret, expected }: KeyChange & { expected: Expected },
): boolean {
  const read = (key: string) => core.get<{ value: string }>(READ_META, key)?.value || null
  if (read(KEY_CHECK) !== expected.check || read(SERVER_SECRET) !== expected.secret) return false
  core.run(WRITE_META, KEY_CHECK, check)
  core.run(WRITE_META, SERVER_SECRET, secret)
  core.run(WRITE_META, RETIRED_KEYS, retired.join(','))
  // What the old key sealed shall not stay in the log either.
  if (expected.secret !== null) core.tx.erased = true
  return true
}

const READ_META = 'SELECT value FROM meta WHERE key = ?'
const WRITE_META = `INSERT INTO meta (key, value) VALUES (?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`
