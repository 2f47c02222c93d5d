/**
 * Encryption at rest of webhook URLs, static headers and secrets: AES-256-GCM. The row's id and the
 * column are authenticated with each value, so that nobody who can write to the database can move a
 * secret from one webhook to another. Each value names its format and its key: one key seals, any
 * number of others may open what they sealed before, or what another node seals already.
 *
 * The form of a value is `v1.<key id>.<base64url of 12 bytes nonce, 16 bytes tag, ciphertext>`.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { assert } from '../../errors.ts'
import type { EncryptionKeys } from '../desk.ts'

export interface Encryption {
  /** Names the key that seals without telling it. */
  readonly keyId: string
  /** Ids of all keys that open, the one that seals first. */
  readonly keyIds: readonly string[]
  /** `keyId`: one of ours; default: the one that seals. */
  encrypt(text: string, cell: Cell, keyId?: string): string
  decrypt(sealed: string, cell: Cell): string
}

/** Where a value lives. A value decrypts nowhere else. */
interface Cell {
  rowId: string
  column: string
}

const FORMAT = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

export class KeyRing implements Encryption {
  #keys = new Map<string, Buffer>()

  constructor(keys: EncryptionKeys) {
    this.replace(keys)
  }

  get keyId(): string {
    const [first] = this.#keys.keys()
    assert(first, 'a ring has a key')
    return first
  }

  get keyIds(): readonly string[] {
    return [...this.#keys.keys()]
  }

  /** What is sealed from now on is sealed with another key. */
  replace({ seals, opens }: EncryptionKeys): void {
    this.#keys = new Map([seals, ...opens].map((key) => [keyIdOf(key), key]))
  }

  encrypt(text: string, cell: Cell, keyId = this.keyId): string {
    const key = this.#keys.get(keyId)
    assert(key, `we hold ${this.keyIds.join(', ')}, not ${keyId}`)
    // A fresh random nonce for each value: far from the 2^32 values that one key may seal.
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(authenticated(cell))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    const bytes = Buffer.concat([nonce, cipher.getAuthTag(), sealed])
    return `${FORMAT}.${keyId}.${bytes.toString('base64url')}`
  }

  /**
   * By which a text is known again, and which tells who has the database alone nothing of it: of each
   * key that may have made one, the present one's first.
   */
  marks(text: string): string[] {
    return [...this.#keys].map(([keyId, key]) => {
      const mark = createHmac('sha256', key).update(`chatzuri mark\0${text}`)
      return `${FORMAT}.${keyId}.${mark.digest('base64url')}`
    })
  }

  decrypt(sealed: string, cell: Cell): string {
    const [format, sealedWith = '', text] = sealed.split('.')
    assert(format === FORMAT && text !== undefined, `a sealed value has the form ${FORMAT}`)
    const key = this.#keys.get(sealedWith)
    assert(key, `value is sealed with key ${sealedWith}, we hold ${this.keyIds.join(', ')}`)
    const bytes = Buffer.from(text, 'base64url')
    const nonce = bytes.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(authenticated(cell))
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    const opened = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([opened, decipher.final()]).toString('utf8')
  }
}

/** Of one key, which seals and opens. */
export function createEncryption(key: Buffer): Encryption {
  return new KeyRing({ seals: key, opens: [] })
}

/** Names a key without telling it. */
export function keyIdOf(key: Buffer): string {
  assert(key.length === 32, 'an encryption key has 32 bytes')
  return createHmac('sha256', key).update('chatzuri key id').digest('hex').slice(0, 8)
}

/** With which key a value was sealed. */
export function sealingKeyOf(sealed: string): string {
  return sealed.split('.')[1] ?? ''
}

function authenticated({ rowId, column }: Cell): Buffer {
  return Buffer.from(`${rowId}:${column}`)
}
