/**
 * `backup`: the embedded store, as it is at one moment, in one file; beside the server that runs. Its
 * keys are no part of it, because a backup that lies about somewhere must be worthless by itself;
 * `--key-file` puts them into a file of their own.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type Command, EXIT, type Output, usageError } from 'chatzuri/command-line'
import { systemClock } from '../clock.ts'
import { StartError } from '../errors.ts'
import { type Config, readConfig } from '../settings/config.ts'
import { KeyFiles, keyLines } from '../settings/key-files.ts'
import { findEncryptionKeys } from '../settings/keys.ts'
import { keyIdOf } from '../store/sealing/encryption.ts'
import { type BackupStep, sealBackup } from '../store/sqlite/file/backup-file.ts'
import { databasePath } from '../store/sqlite/file/database.ts'
import { copySnapshot } from '../store/sqlite/file/snapshot.ts'
import { assertFolder, assertFree, makeNewFile } from './new-file.ts'

interface BackupReport {
  kind: 'backup'
  file: string
  bytes: number
  madeAt: string
  tables: Record<string, number>
  waiting: number
  keyIds: string[]
  /** Null: the keys are nowhere but where they were. */
  keyFile: string | null
}

export const backup: Command = {
  name: 'backup',
  usage: 'FILE',
  about: 'Writes the embedded store, as it is now, into a file; also while the server runs.',
  argumentsMax: 1,
  options: {
    'key-file': {
      type: 'string',
      value: 'PATH',
      about: 'writes the encryption keys that it needs into a file of their own (0600), too',
    },
  },
  notes: `FILE holds everything but keys: webhooks' secrets, headers and URLs are in it as they are sealed. Without
the encryption key it can't be restored, and with it whoever has both can read all. So keep a copy of
DATA_DIR/encryption-key (or of ENCRYPTION_KEY) in another place; --key-file writes that copy. The
operator's key (admin-key) is in neither: a restored server makes another.

FILE is a consistent snapshot, readable by its owner only, checked before it gets its name, and never
overwrites anything. What a killed run leaves has "unfinished" in its name and can be deleted.
Traffic goes on meanwhile.

PostgreSQL (DATABASE_URL) has better tools of its own:
  pg_dump --format=custom --file=FILE "$DATABASE_URL"
It is consistent while servers run; continuous archiving loses nothing at all.`,
  async run({ env, out, positionals: [file], text }) {
    if (file === undefined)
      throw usageError('backup needs the name of a file: chatzuri-server backup FILE.')
    const keyFile = text('key-file') ?? null
    if (keyFile === file) throw usageError('The keys and the backup are two files.')
    const config = readConfig(env)
    const report = await backUp(config, { file, keyFile, out })
    out.value(report, () => reportText(report, config))
    return EXIT.done
  },
}

async function backUp(
  config: Config,
  { file, keyFile, out }: { file: string; keyFile: string | null; out: Output },
): Promise<BackupReport> {
  const { dataDir } = config
  assertEmbedded(config, file)
  assertFree(file)
  if (keyFile !== null) assertFolder(keyFile)
  const contents = await makeNewFile(file, async (path) => {
    const madeAt = systemClock.now()
    const copied = await copySnapshot({ dataDir, path, madeAt }, stepsOf(out))
    sealBackup(path, copied, stepsOf(out))
    // First: a backup whose keys could not be written would be found out when it is needed.
    if (keyFile !== null) await writeKeys(keyFile, neededKeys(config, copied.keyIds))
    return copied
  })
  out.progress(null)
  const { madeAt, tables, waiting, keyIds } = contents
  return {
    kind: 'backup',
    file,
    bytes: statSync(file).size,
    madeAt: new Date(madeAt).toISOString(),
    tables,
    waiting,
    keyIds,
    keyFile,
  }
}

function assertEmbedded({ databaseUrl, dataDir }: Config, file: string): void {
  if (databaseUrl !== null) {
    throw new StartError(
      `backup is for the embedded store. With DATABASE_URL use PostgreSQL's own, which is consistent while servers run: pg_dump --format=custom --file=${file} "$DATABASE_URL".`,
    )
  }
  if (existsSync(databasePath(dataDir))) return
  throw new StartError(`There is no Chatzuri database in the folder ${dataDir}.`)
}

/** For the bar of a backup or a restore. */
export function stepsOf(out: Output): (step: BackupStep) => void {
  const megabytes = (bytes: number) => Math.round(bytes / 1e6)
  return ({ doing, done, total }) =>
    doing === 'copy'
      ? out.step({ doing: 'copying', done: megabytes(done), total: megabytes(total), unit: 'MB' })
      : out.step({ doing: 'checking', done, total, unit: 'rows' })
}

// ─── keys ─────────────────────────────────────────────────────────────────────────────────────────

/** The first seals. A rotation that ended since the snapshot has put some among the retired ones. */
function neededKeys(config: Config, keyIds: readonly string[]): Buffer[] {
  const { encryption, files } = findEncryptionKeys(config) ?? {}
  const held = [
    ...(encryption ? [encryption.seals, ...encryption.opens] : []),
    ...(files?.readRetired() ?? []),
  ]
  return keyIds.map((id) => {
    const key = held.find((each) => keyIdOf(each) === id)
    if (key) return key
    throw new StartError(
      `--key-file can't be written: these settings have no key ${id}, which the store is sealed with. Give this command the server's ENCRYPTION_KEY.`,
    )
  })
}

async function writeKeys(path: string, keys: readonly Buffer[]): Promise<void> {
  const lines = keyLines(keys)
  // Last night's, with the same keys.
  if (existsSync(path) && readFileSync(path, 'utf8') === lines) return
  await makeNewFile(path, async (unfinished) => {
    writeFileSync(unfinished, lines, { flag: 'wx', mode: 0o600 })
  })
}

// ─── words ────────────────────────────────────────────────────────────────────────────────────────

function reportText(report: BackupReport, { dataDir, encryptionKey }: Config): string {
  const { file, bytes, madeAt, tables, waiting, keyIds, keyFile } = report
  const rows = Object.values(tables).reduce((sum, count) => sum + count, 0)
  const names = Object.keys(tables).length
  const home = encryptionKey === null ? new KeyFiles(dataDir).sealsPath : 'ENCRYPTION_KEY'
  const which = keyIds.join(', ')
  const keys =
    keyFile === null
      ? `The encryption key (${which}) is NOT in it, and without it it can't be restored: keep a copy of ${home} in another place.`
      : `The encryption key (${which}) is in ${keyFile}, not in it. Whoever has both files can read all: keep them apart.`
  return `${file}: ${(bytes / 1e6).toFixed(1)} MB, the store as it was at ${madeAt}; checked, ${rows} rows in ${names} tables, ${waiting} deliveries waiting.\n${keys}`
}
