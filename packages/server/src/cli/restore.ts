/**
 * `restore`: makes an empty DATA_DIR the store that a backup holds. The file is copied into a folder
 * inside of it, checked, opened as a server would open it, and named last: until then there is no
 * store, however it ends. The backup itself stays as it is.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, EXIT, type Output, usageError } from 'chatzuri/command-line'
import { systemClock } from '../clock.ts'
import { StartError } from '../errors.ts'
import { isUnfinished, sync, syncFolder } from '../files/durable-file.ts'
import { folderError } from '../files/folder-error.ts'
import { keepMark, STORE_MARK } from '../files/store-mark.ts'
import { createLog } from '../log.ts'
import { type Config, readConfig } from '../settings/config.ts'
import { KeyFiles, readKeyFile } from '../settings/key-files.ts'
import { findEncryptionKeys } from '../settings/keys.ts'
import type { EncryptionKeys } from '../store/desk.ts'
import { KeyRing } from '../store/sealing/encryption.ts'
import { admitKeys } from '../store/sealing/key-check.ts'
import {
  type BackupContents,
  type BackupStep,
  readBackup,
  unsealBackup,
} from '../store/sqlite/file/backup-file.ts'
import { databasePath, makeFile, makeFolder } from '../store/sqlite/file/database.ts'
import { lockFolder } from '../store/sqlite/file/folder-lock.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { stepsOf } from './backup.ts'
import { type HoldReport, holdAll, holdText } from './hold.ts'
import { told } from './new-file.ts'
import { UNFINISHED_RESTORE } from './unfinished-restore.ts'

const CHUNK_BYTES = 4 * 1_048_576
/** What may be in an empty DATA_DIR: keys that were put there before, the lock, a run that was cut short. */
const NO_DATA = new Set([
  'admin-key',
  'encryption-key',
  'encryption-keys-to-open',
  'encryption-keys-retired',
  'lock.db',
  UNFINISHED_RESTORE,
  STORE_MARK,
])

interface RestoreReport {
  kind: 'restored'
  dataDir: string
  madeAt: string
  tables: Record<string, number>
  waiting: number
  /** Null: nobody asked for it. */
  held: HoldReport | null
}

export const restore: Command = {
  name: 'restore',
  usage: 'FILE',
  about: 'Makes an empty DATA_DIR the store that a backup holds.',
  argumentsMax: 1,
  options: {
    'key-file': {
      type: 'string',
      value: 'PATH',
      about: 'the encryption keys: as backup --key-file wrote them, or a copy of encryption-key',
    },
    hold: {
      type: 'boolean',
      about: 'pauses every webhook, so that nothing is sent until one is resumed',
    },
  },
  notes: `DATA_DIR holds no data: it is not there yet, or has at most key files. The encryption key comes from
--key-file (it is put into DATA_DIR), from ENCRYPTION_KEY, or from DATA_DIR/encryption-key.

A backup is an older truth. Without --hold, deliveries that were sent after it was made are sent once
more as soon as a server starts, with the same webhook-id. What was accepted after it is gone. Who was
erased after it is there again: \`chatzuri-server erase --from-file\` before a server starts.

PostgreSQL: pg_restore --dbname="$DATABASE_URL" FILE, then \`chatzuri-server hold\` for what --hold does.`,
  async run({ env, out, positionals: [file], text, flag }) {
    if (file === undefined) {
      throw usageError('restore needs the name of a backup: chatzuri-server restore FILE.')
    }
    const config = readConfig(env)
    const keyFile = text('key-file') ?? null
    const report = await restoreInto(config, { file, keyFile, hold: flag('hold'), out })
    out.value(report, () => reportText(report))
    return EXIT.done
  },
}

interface Wanted {
  file: string
  keyFile: string | null
  hold: boolean
  out: Output
}

async function restoreInto(config: Config, wanted: Wanted): Promise<RestoreReport> {
  const { file, keyFile, out } = wanted
  const { dataDir, databaseUrl } = config
  if (databaseUrl !== null) {
    throw new StartError(
      `restore is for the embedded store. With DATABASE_URL use PostgreSQL's own: pg_restore --dbname="$DATABASE_URL" FILE, then \`chatzuri-server hold\` if nothing shall be sent twice.`,
    )
  }
  if (!existsSync(file)) throw new StartError(`There is no file ${file}.`)
  // Before a single page is copied: a wrong key, and another file, are told at once.
  const { contents, known } = readBackup(file)
  const keys = keysFor(config, { file, keyFile, keyIds: contents.keyIds })
  admitKeys(new KeyRing(keys), known, { where: `the backup ${file}` })
  prepareFolder(dataDir)
  const unlock = lockFolder(dataDir)
  try {
    assertNoData(dataDir)
    if (keyFile !== null) assertSameKey(dataDir, keys)
    const fill = () => fillFolder({ dataDir, contents, keys }, wanted)
    const held = await told(databasePath(dataDir), fill)
    const { madeAt, tables, waiting } = contents
    return {
      kind: 'restored',
      dataDir,
      madeAt: new Date(madeAt).toISOString(),
      tables,
      waiting,
      held,
    }
  } finally {
    out.progress(null)
    rmSync(join(dataDir, UNFINISHED_RESTORE), { recursive: true, force: true })
    unlock()
  }
}

function keysFor(
  config: Config,
  { file, keyFile, keyIds }: { file: string; keyFile: string | null; keyIds: string[] },
): EncryptionKeys {
  if (keyFile !== null) {
    if (existsSync(keyFile)) return readKeyFile(keyFile)
    throw new StartError(`There is no key file ${keyFile}.`)
  }
  const found = findEncryptionKeys(config)
  if (found) return found.encryption
  throw new StartError(
    `The backup ${file} is sealed with the key ${keyIds.join(', ')}: give it with --key-file PATH, or in ENCRYPTION_KEY.`,
  )
}

function prepareFolder(dataDir: string): void {
  try {
    makeFolder(dataDir)
  } catch (error) {
    throw folderError(error, dataDir) ?? error
  }
}

function assertNoData(dataDir: string): void {
  const found = readdirSync(dataDir).find((name) => !NO_DATA.has(name) && !isUnfinished(name))
  if (found === undefined) return
  throw new StartError(
    `The folder ${dataDir} is not empty (${found}): nothing is restored over data. Give another DATA_DIR, or move that away.`,
  )
}

/** A key that somebody put there is not written over. */
function assertSameKey(dataDir: string, { seals }: EncryptionKeys): void {
  const files = new KeyFiles(dataDir)
  if (!files.exist || files.read().seals.equals(seals)) return
  throw new StartError(
    `${files.sealsPath} is another key than that of --key-file: leave one of the two out.`,
  )
}

/** All of it in the unfinished folder; then the keys, and the database last. */
async function fillFolder(
  { dataDir, contents, keys }: { dataDir: string; contents: BackupContents; keys: EncryptionKeys },
  { file, keyFile, hold, out }: Wanted,
): Promise<HoldReport | null> {
  const unfinished = join(dataDir, UNFINISHED_RESTORE)
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  const copy = databasePath(unfinished)
  await copyFile({ from: file, to: copy }, stepsOf(out))
  unsealBackup(copy, contents, stepsOf(out))
  const held = await openOnce(unfinished, { keys, hold, out })
  if (existsSync(`${copy}-wal`)) {
    throw new StartError(
      `The database could not be closed in order: is the disk of ${dataDir} full?`,
    )
  }
  sync(copy)
  if (keyFile !== null) new KeyFiles(dataDir).put(keys)
  renameSync(copy, databasePath(dataDir))
  syncFolder(dataDir)
  keepMark(dataDir)
  return held
}

/** As a server will: its schema is brought up to date, its keys are checked, and it is closed again. */
async function openOnce(
  dataDir: string,
  { keys, hold, out }: { keys: EncryptionKeys; hold: boolean; out: Output },
): Promise<HoldReport | null> {
  const store = await openSqliteStore({
    dataDir,
    encryptionKey: keys.seals,
    openingKeys: keys.opens,
    mode: 'inline',
    clock: systemClock,
    log: createLog('silent'),
  })
  try {
    return hold ? await holdAll(store, out) : null
  } finally {
    await store.close()
  }
}

async function copyFile(
  { from, to }: { from: string; to: string },
  onStep: (step: BackupStep) => void,
): Promise<void> {
  makeFile(to)
  const [source, target] = [await open(from, 'r'), await open(to, 'r+')]
  try {
    const { size } = await source.stat()
    for (let at = 0; at < size; ) {
      onStep({ doing: 'copy', done: at, total: size })
      at += await copyChunk(source, target, at)
    }
    await target.sync()
  } finally {
    await source.close()
    await target.close()
  }
}

async function copyChunk(source: FileHandle, target: FileHandle, at: number): Promise<number> {
  const { buffer, bytesRead } = await source.read({
    buffer: Buffer.allocUnsafe(CHUNK_BYTES),
    position: at,
  })
  if (bytesRead === 0) throw new StartError('The backup became shorter while it was read.')
  for (let written = 0; written < bytesRead; ) {
    const part = await target.write(buffer, written, bytesRead - written, at + written)
    written += part.bytesWritten
  }
  return bytesRead
}

function reportText({ dataDir, madeAt, tables, waiting, held }: RestoreReport): string {
  const rows = Object.values(tables).reduce((sum, count) => sum + count, 0)
  const done = `${dataDir} is the store as it was at ${madeAt}: ${rows} rows, checked.`
  const next =
    held === null
      ? `${waiting} deliveries wait, and go out when a server starts. Those that were sent after the backup was made go out again, with the same webhook-id; to look first, run \`chatzuri-server hold\` before you start it.`
      : holdText(held)
  return `${done}\n${next}\nWho was erased after that moment is there again: \`chatzuri-server erase --help\`.`
}
