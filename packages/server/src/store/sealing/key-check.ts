/**
 * What a database says of its keys, and which start it refuses. It keeps a value that its present key
 * sealed, and the ids of the keys that were the present one before. A key becomes the present one by
 * the first start that seals with it; what others sealed is sealed anew with it (reseal.ts). A node
 * that still seals with an earlier one goes on doing so, and seals nothing anew: otherwise two nodes
 * would undo each other's work while a cluster is restarted node by node.
 *
 * Beside the check lies the server secret: made once, sealed by the key that sealed the check, and so
 * sealed anew whenever that changes. What it is itself no change of keys touches.
 *
 * Whoever can't open all that may be there does not start: one sentence, no broken deliveries.
 */
import { randomBytes } from 'node:crypto'
import { StartError } from '../../errors.ts'
import { type Encryption, sealingKeyOf } from './encryption.ts'

const CHECK_PLACE = { rowId: 'chatzuri', column: 'key_check' }
const CHECK_TEXT = 'chatzuri'
const SECRET_PLACE = { rowId: 'chatzuri', column: 'server_secret' }
const SECRET_BYTES = 32

/** Keys of `meta`. */
export const KEY_CHECK = 'key_check'
export const RETIRED_KEYS = 'retired_keys'
export const SERVER_SECRET = 'server_secret'

/** In place of a check while `migrate` fills the database (copy.ts): no key opens it. */
export const UNFINISHED_CHECK = 'migration-unfinished'

/** What a database knows of its keys. */
export interface KnownKeys {
  /** Null: nothing was ever sealed. */
  check: string | null
  /** Sealed; null: none was made yet. */
  secret: string | null
  /** Ids of keys that were the present one once. */
  retired: readonly string[]
  /** How many webhooks each key has sealed something of, by its id. */
  counts: ReadonlyMap<string, number>
}

/** What is to be kept from now on. */
export interface KeyChange {
  check: string
  retired: string[]
  /** Sealed. */
  secret: string
}

interface Admitted {
  serverSecret: Buffer
  /** Null: all is kept already. */
  change: KeyChange | null
}

/** A value to keep in the database, by which a later start recognises its key. */
export function keyCheck(encryption: Encryption): string {
  return encryption.encrypt(CHECK_TEXT, CHECK_PLACE)
}

/**
 * What changes in the database with this start. Throws `StartError` unless the ring opens all that
 * is there. `where` names the database. `always`: also a key that was retired becomes the present one.
 */
export function admitKeys(
  encryption: Encryption,
  known: KnownKeys,
  { where, always = false }: { where: string; always?: boolean },
): Admitted {
  const checked = checkKeys(encryption, known, { where, always })
  const serverSecret = openSecret(encryption, known.secret, where)
  const sealedBy = sealingKeyOf(checked.check)
  const isKept = known.secret !== null && sealingKeyOf(known.secret) === sealedBy
  if (checked.check === known.check && isKept) return { serverSecret, change: null }
  const secret = encryption.encrypt(serverSecret.toString('base64'), SECRET_PLACE, sealedBy)
  return { serverSecret, change: { ...checked, secret } }
}

function checkKeys(
  encryption: Encryption,
  { check, retired, counts }: KnownKeys,
  { where, always }: { where: string; always: boolean },
): { check: string; retired: string[] } {
  if (check === null) return { check: keyCheck(encryption), retired: [] }
  assertKeyMatches(encryption, check, where)
  assertOpensAll(encryption, counts, where)
  const present = sealingKeyOf(check)
  const isRetired = retired.includes(encryption.keyId) && !always
  if (encryption.keyId === present || isRetired) return { check, retired: [...retired] }
  const others = [...retired, present].filter((id) => id !== encryption.keyId)
  return { check: keyCheck(encryption), retired: [...new Set(others)] }
}

/** Made when there is none: by the first start, or in a database of an earlier build. */
function openSecret(encryption: Encryption, sealed: string | null, where: string): Buffer {
  if (sealed === null) return randomBytes(SECRET_BYTES)
  try {
    return Buffer.from(encryption.decrypt(sealed, SECRET_PLACE), 'base64')
  } catch (cause) {
    throw new StartError(
      `None of the keys opens the server secret in ${where}, which is sealed with the key ${sealingKeyOf(sealed)}. Give that key in ENCRYPTION_KEYS_TO_OPEN.`,
      { cause },
    )
  }
}

/** Whether a store whose secret is sealed so is the one whose secret this is. */
export function isSecretOf(encryption: Encryption, sealed: string | null, secret: Buffer): boolean {
  if (sealed === null) return false
  try {
    return encryption.decrypt(sealed, SECRET_PLACE) === secret.toString('base64')
  } catch {
    // Sealed with a key that no node of this store may have.
    return false
  }
}

/** Throws `StartError` unless `kept` opens with one of the keys. */
export function assertKeyMatches(encryption: Encryption, kept: string, where: string): void {
  if (kept === UNFINISHED_CHECK) {
    throw new StartError(
      `A migrate into ${where} is not finished. Run the same command again: it goes on where it stopped.`,
    )
  }
  let opened: string | null = null
  try {
    opened = encryption.decrypt(kept, CHECK_PLACE)
  } catch {
    // Another key, or a damaged value: the sentence below is right for both.
  }
  if (opened === CHECK_TEXT) return
  throw new StartError(
    `ENCRYPTION_KEY is not the key that the database in ${where} was written with (that one's id is ${sealingKeyOf(kept)}, this one's ${encryption.keyId}). Start with the key that it was made with; to change to another, begin with \`chatzuri-server keys --help\`.`,
  )
}

function assertOpensAll(encryption: Encryption, counts: KnownKeys['counts'], where: string): void {
  for (const [id, count] of counts) {
    if (encryption.keyIds.includes(id)) continue
    throw new StartError(
      `ENCRYPTION_KEY does not open all that is in ${where}: secrets of ${count} webhook${count === 1 ? '' : 's'} are still sealed with the key ${id}. Give that key in ENCRYPTION_KEYS_TO_OPEN until \`chatzuri-server keys status\` says that it may go.`,
    )
  }
}

/** Of the text of `RETIRED_KEYS`. */
export function parseRetired(text: string | null | undefined): string[] {
  return (text ?? '').split(',').filter((id) => id !== '')
}
