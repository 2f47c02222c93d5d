/**
 * Encryption at rest of webhook URLs, static headers and secrets: AES-256-GCM. The row's id and the
 * column are authenticated with each value, so that nobody who can write to the database can move a
 * secret from one webhook to another. Each value names its format and its key, so that keys can be
 * rotated one day without guessing.
 *
 * The form of a value is `v1.<key id>.<base64url of 12 bytes nonce, 16 bytes tag, ciphertext>`.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { assert, StartError } from '../errors.ts'

export interface Encryption {
  /** Names the key without telling it. */
  readonly keyId: string
  encrypt(text: string, place: Place): string
  decrypt(sealed: string, place: Place): string
}

/** Where a value lives. A value decrypts nowhere else. */
export interface Place {
  rowId: string
  column: string
}

const FORMAT = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

export function createEncryption(key: Buffer): Encryption {
  assert(key.length === 32, 'an encryption key has 32 bytes')
  const keyId = createHmac('sha256', key).update('chatzuri key id').digest('hex').slice(0, 8)
  return {
    keyId,
    encrypt(text, place) {
      // A fresh random nonce for each value: far from the 2^32 values that one key may seal.
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(authenticated(place))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      const bytes = Buffer.concat([nonce, cipher.getAuthTag(), sealed])
      return `${FORMAT}.${keyId}.${bytes.toString('base64url')}`
    },
    decrypt(sealed, place) {
      const [format, sealedWith, text] = sealed.split('.')
      assert(format === FORMAT && text !== undefined, `a sealed value has the form ${FORMAT}`)
      assert(sealedWith === keyId, `value is sealed with key ${sealedWith}, we hold ${keyId}`)
      const bytes = Buffer.from(text, 'base64url')
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(authenticated(place))
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      const opened = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
      return Buffer.concat([opened, decipher.final()]).toString('utf8')
    },
  }
}

const CHECK_PLACE: Place = { rowId: 'meta', column: 'key_check' }
const CHECK_TEXT = 'chatzuri'

/** A value to keep in the database, by which a later start recognises its key. */
export function keyCheck(encryption: Encryption): string {
  return encryption.encrypt(CHECK_TEXT, CHECK_PLACE)
}

/** In place of a check while `migrate` fills the database (copy.ts): no key opens it. */
export const UNFINISHED_CHECK = 'migration-unfinished'

/** Throws `StartError` unless `kept` was made with this key. `where` names the database. */
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
    `ENCRYPTION_KEY is not the key that the database in ${where} was written with. Start with the key that it was made with.`,
  )
}

function authenticated({ rowId, column }: Place): Buffer {
  return Buffer.from(`${rowId}:${column}`)
}
