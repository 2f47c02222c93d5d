/**
 * The encryption key's files in DATA_DIR: `encryption-key` seals, each line of
 * `encryption-keys-to-open` only opens. A change writes the old key into the second file before the
 * first one is replaced: killed in between, no key is lost. What nothing needs any more goes to
 * `encryption-keys-retired`, which no program opens: backups may need it, and the operator deletes it.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../errors.ts'
import { makeFileDurably, replaceFileDurably } from '../files/durable-file.ts'
import type { Random } from '../random.ts'
import type { EncryptionKeys } from '../store/desk.ts'
import { parseEncryptionKey } from './config.ts'

export class KeyFiles {
  readonly sealsPath: string
  readonly opensPath: string
  readonly retiredPath: string
  /** What was read last: a change is told once. */
  #seen = ''

  constructor(folder: string) {
    this.sealsPath = join(folder, 'encryption-key')
    this.opensPath = join(folder, 'encryption-keys-to-open')
    this.retiredPath = join(folder, 'encryption-keys-retired')
  }

  get exist(): boolean {
    return existsSync(this.sealsPath)
  }

  /** A power cut left a name and nothing behind it: earlier versions did not sync what they made. */
  get isBlank(): boolean {
    return this.exist && isBlankFile(readFileSync(this.sealsPath, 'utf8'))
  }

  /** Makes a key if there is none. Of two that start at once, one makes it, both read it. */
  make(random: Random): void {
    if (!this.exist) makeFileDurably(this.sealsPath, keyText(random))
  }

  fillBlank(random: Random): void {
    if (this.isBlank) replaceFileDurably(this.sealsPath, keyText(random))
  }

  read(): EncryptionKeys {
    const [seals, opens] = this.#texts()
    this.#seen = `${seals}\n${opens}`
    const [key] = parseKeys(seals, this.sealsPath)
    if (!key) {
      throw new StartError(
        `The key file ${this.sealsPath} is empty: put the key back from a copy, or set ENCRYPTION_KEY.`,
      )
    }
    return { seals: key, opens: parseKeys(opens, this.opensPath) }
  }

  /** Keys of earlier rotations: nothing but an old backup needs them. */
  readRetired(): Buffer[] {
    const text = existsSync(this.retiredPath) ? readFileSync(this.retiredPath, 'utf8') : ''
    return parseKeys(text, this.retiredPath)
  }

  /** For a folder that has no data yet. Keys that open and are there already stay. */
  put({ seals, opens }: EncryptionKeys): void {
    const there = existsSync(this.opensPath) ? readFileSync(this.opensPath, 'utf8') : ''
    const lines = new Set([...there.split(/\s+/), ...keyLines(opens).split('\n')])
    lines.delete('')
    if (lines.size > 0) replaceFileDurably(this.opensPath, `${[...lines].join('\n')}\n`)
    replaceFileDurably(this.sealsPath, keyLines([seals]))
  }

  /** Null: as they were when they were read last. */
  readIfChanged(): EncryptionKeys | null {
    return this.#texts().join('\n') === this.#seen ? null : this.read()
  }

  /** From now on a new key seals; the old ones open. */
  rotate(random: Random): void {
    const [seals, opens] = this.#texts()
    const old = [seals, opens].filter((text) => text !== '')
    replaceFileDurably(this.opensPath, `${old.join('\n')}\n`)
    replaceFileDurably(this.sealsPath, keyText(random))
  }

  /** The keys that only open are needed no more, unless the files changed since they were read. */
  forgetOthers(): void {
    if (!existsSync(this.opensPath) || this.#texts().join('\n') !== this.#seen) return
    const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')
    const lines = `${read(this.retiredPath)}\n${read(this.opensPath)}`.split(/\s+/)
    // Killed before the second file is gone, it would be added once more.
    const retired = [...new Set(lines)].filter((line) => line !== '')
    replaceFileDurably(this.retiredPath, `${retired.join('\n')}\n`)
    rmSync(this.opensPath)
    this.read()
  }

  #texts(): [seals: string, opens: string] {
    const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trim() : '')
    return [read(this.sealsPath), read(this.opensPath)]
  }
}

function keyText(random: Random): string {
  return `${random.bytes(32).toString('base64')}\n`
}

/** A file of keys, as `backup --key-file` writes it: the first seals, the others open. */
export function readKeyFile(path: string): EncryptionKeys {
  const [seals, ...opens] = parseKeys(readFileSync(path, 'utf8'), path)
  if (!seals) throw new StartError(`The key file ${path} is empty.`)
  return { seals, opens }
}

export function keyLines(keys: readonly Buffer[]): string {
  return keys.map((key) => `${key.toString('base64')}\n`).join('')
}

function parseKeys(text: string, path: string): Buffer[] {
  const lines = isBlankFile(text) ? [] : text.split(/\s+/).filter((line) => line !== '')
  return lines.map((line) => {
    try {
      const key = parseEncryptionKey(line)
      if (key) return key
    } catch {
      // Told below, with the file's name.
    }
    throw new StartError(`The key file ${path} holds something else than keys; restore it.`)
  })
}

/** Of a file whose name reached the disk and whose content did not: no bytes, or zeros. */
export function isBlankFile(text: string): boolean {
  return text.replaceAll('\0', '').trim() === ''
}
