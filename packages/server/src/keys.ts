/** Keys that a first start makes and later starts find: files that only their owner can read. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Config, parseEncryptionKey } from './config.ts'
import { StartError } from './errors.ts'
import type { Random } from './random.ts'

export interface Keys {
  adminKey: string
  encryptionKey: Buffer
  /** Where the operator's key can be read; null when it came from the environment. */
  adminKeyPath: string | null
}

export function loadKeys(config: Config, random: Random): Keys {
  const adminKeyPath = join(config.dataDir, 'admin-key')
  const encryptionKeyPath = join(config.dataDir, 'encryption-key')
  try {
    if (config.databaseUrl === null) makeFolder(config.dataDir)
    const adminKey =
      config.adminKey ??
      readOrMake(adminKeyPath, () => `key_${random.bytes(24).toString('base64url')}`)
    const encryptionKey =
      config.encryptionKey ??
      parseEncryptionKey(readOrMake(encryptionKeyPath, () => random.bytes(32).toString('base64')))
    if (adminKey === '' || encryptionKey === null) {
      throw new StartError(`A key file in ${config.dataDir} is empty; restore it from a backup.`)
    }
    return { adminKey, encryptionKey, adminKeyPath: config.adminKey === null ? adminKeyPath : null }
  } catch (error) {
    if (error instanceof StartError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`DATA_DIR ${config.dataDir} can not be used: ${reason}.`)
  }
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
