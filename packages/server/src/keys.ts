/** Keys that a first start makes and later starts find: files that only their owner can read. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Config } from './config.ts'
import { StartError } from './errors.ts'
import { KeyFiles } from './key-files.ts'
import type { Random } from './random.ts'
import type { EncryptionKeys } from './store/store.ts'

export interface Keys {
  adminKey: string
  encryption: EncryptionKeys
  /** Null: the encryption keys came from the environment. */
  encryptionFiles: KeyFiles | null
  /** Where the operator's key can be read; null when it came from the environment. */
  adminKeyPath: string | null
}

export function loadKeys(config: Config, random: Random): Keys {
  const adminKeyPath = join(config.dataDir, 'admin-key')
  try {
    if (config.databaseUrl === null) makeFolder(config.dataDir)
    const adminKey =
      config.adminKey ??
      readOrMake(adminKeyPath, () => `key_${random.bytes(24).toString('base64url')}`)
    if (adminKey === '') {
      throw new StartError(`A key file in ${config.dataDir} is empty; restore it from a backup.`)
    }
    return {
      ...{ adminKey, adminKeyPath: config.adminKey === null ? adminKeyPath : null },
      ...loadEncryptionKeys(config, random),
    }
  } catch (error) {
    if (error instanceof StartError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`DATA_DIR ${config.dataDir} can not be used: ${reason}.`)
  }
}

/** Keys that only open may come from both places: a file's key may have become the environment's. */
export function loadEncryptionKeys(
  { encryptionKey, openingKeys, dataDir }: Config,
  random: Random,
): Pick<Keys, 'encryption' | 'encryptionFiles'> {
  if (encryptionKey !== null) {
    return { encryption: { seals: encryptionKey, opens: openingKeys }, encryptionFiles: null }
  }
  const files = new KeyFiles(dataDir)
  files.make(random)
  const { seals, opens } = files.read()
  return { encryption: { seals, opens: [...opens, ...openingKeys] }, encryptionFiles: files }
}

/** Node's recursive mkdir never returns where a parent exists but takes no folders, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  const parentExists = existsSync(dirname(resolve(path)))
  mkdirSync(path, { recursive: !parentExists, mode: 0o700 })
}

/** `wx`: of two that start at once, one makes the key and the other reads it. */
function readOrMake(path: string, make: () => string): string {
  try {
    writeFileSync(path, `${make()}\n`, { flag: 'wx', mode: 0o600 })
    chmodSync(path, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(path, 'utf8').trim()
}
