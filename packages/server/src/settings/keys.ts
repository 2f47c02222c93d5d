/** Keys that a first start makes and later starts find: files that only their owner can read. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { StartError } from '../errors.ts'
import { makeFileDurably, replaceFileDurably } from '../files/durable-file.ts'
import { folderError } from '../files/folder-error.ts'
import type { Random } from '../random.ts'
import type { EncryptionKeys } from '../store/desk.ts'
import type { Config } from './config.ts'
import { isBlankFile, KeyFiles } from './key-files.ts'

export interface Keys {
  adminKey: string
  encryption: EncryptionKeys
  /** Null: the encryption keys came from the environment. */
  encryptionFiles: KeyFiles | null
  /** Where the operator's key can be read; null when it came from the environment. */
  adminKeyPath: string | null
}

interface KeyWorld {
  random: Random
  /** The id of the key that the folder's database is sealed with; null: nothing is sealed yet. */
  presentKeyOf(dataDir: string): string | null
  /** Runs `work` while no other program has the folder. */
  alone<T>(dataDir: string, work: () => T): T
}

/** The settings' keys, or the folder's; of a folder that has no data yet, new ones. */
export function loadKeys(config: Config, world: KeyWorld): Keys {
  const adminKeyPath = join(config.dataDir, 'admin-key')
  try {
    if (config.databaseUrl === null) makeFolder(config.dataDir)
    // What a power cut left empty is as good as none: made anew, where nothing is sealed yet.
    const isBlank = config.encryptionKey === null && new KeyFiles(config.dataDir).isBlank
    const found = isBlank ? null : findEncryptionKeys(config)
    const { encryption, files } = found ?? makeEncryptionKey(config, world)
    const adminKey =
      config.adminKey ??
      readOrMake(adminKeyPath, () => `key_${world.random.bytes(24).toString('base64url')}`)
    return {
      adminKey,
      adminKeyPath: config.adminKey === null ? adminKeyPath : null,
      encryption,
      encryptionFiles: files,
    }
  } catch (error) {
    if (error instanceof StartError) throw error
    throw folderError(error, config.dataDir) ?? error
  }
}

export interface FoundKeys {
  encryption: EncryptionKeys
  /** Null: they came from the environment. */
  files: KeyFiles | null
  /** For sentences. */
  where: string
}

/**
 * The one place that says which encryption keys belong to which settings. Keys that only open may
 * come from both places: a file's key may have become the environment's. Null: there are none.
 */
export function findEncryptionKeys({
  encryptionKey,
  openingKeys,
  dataDir,
}: Pick<Config, 'encryptionKey' | 'openingKeys'> & { dataDir: string | null }): FoundKeys | null {
  if (encryptionKey !== null) {
    const encryption = { seals: encryptionKey, opens: openingKeys }
    return { encryption, files: null, where: 'ENCRYPTION_KEY' }
  }
  const files = dataDir === null ? null : new KeyFiles(dataDir)
  if (files === null || !files.exist) return null
  const { seals, opens } = files.read()
  return { encryption: { seals, opens: [...opens, ...openingKeys] }, files, where: files.sealsPath }
}

/** Never beside data: a new key would open none of it, and stand where the lost one belongs. */
function makeEncryptionKey(config: Config, { random, presentKeyOf, alone }: KeyWorld): FoundKeys {
  const { dataDir } = config
  const files = new KeyFiles(dataDir)
  const present = presentKeyOf(dataDir)
  if (present !== null) {
    const what = files.exist ? 'is empty in its file' : 'is not there'
    throw new StartError(
      `The encryption key of the data in ${dataDir} ${what}: put it back into ${files.sealsPath}, or set ENCRYPTION_KEY (its id is ${present}).`,
    )
  }
  // Of two that find it empty at once, the second must not replace what the first seals with.
  if (files.isBlank) alone(dataDir, () => files.fillBlank(random))
  files.make(random)
  const made = findEncryptionKeys(config)
  if (made === null) throw new StartError(`The key file ${files.sealsPath} can not be read.`)
  return made
}

/** Node's recursive mkdir never returns where a parent exists but takes no folders, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  const parentExists = existsSync(dirname(resolve(path)))
  mkdirSync(path, { recursive: !parentExists, mode: 0o700 })
}

/** An empty one is made anew: it opened nothing, and nothing is sealed with it. */
function readOrMake(path: string, make: () => string): string {
  const text = () => `${make()}\n`
  if (!existsSync(path)) makeFileDurably(path, text())
  else if (isBlankFile(readFileSync(path, 'utf8'))) replaceFileDurably(path, text())
  return readFileSync(path, 'utf8').trim()
}
