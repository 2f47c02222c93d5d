/** Puts other content in the place of a package's files for the time of packing, and takes it back. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const BACKUP_DIR = '.packing'
const RECORD = 'record.json'

interface SwapRecord {
  /** Whose swap it is: the process that ends it. */
  owner: number
  files: { path: string; backup: string | null }[]
}

/** `files` by path inside the package; those that don't exist are removed again by the restore. */
export function swapFiles(packageDir: string, files: Map<string, string>, owner: number): void {
  const backupDir = join(packageDir, BACKUP_DIR)
  mkdirSync(backupDir)
  const record: SwapRecord = { owner, files: [] }
  for (const path of files.keys()) {
    const exists = existsSync(join(packageDir, path))
    const backup = exists ? `${record.files.length}.backup` : null
    if (backup !== null) copyFileSync(join(packageDir, path), join(backupDir, backup))
    record.files.push({ path, backup })
  }
  // The record is whole before the first file changes: a crash in between can be undone.
  writeFileSync(join(backupDir, RECORD), JSON.stringify(record))
  for (const [path, content] of files) replaceFile(join(packageDir, path), content)
}

/** Does nothing when nothing is swapped. */
export function restoreSources(packageDir: string): void {
  const record = readRecord(packageDir)
  for (const { path, backup } of record?.files ?? []) {
    if (backup === null) rmSync(join(packageDir, path), { force: true })
    else {
      replaceFile(
        join(packageDir, path),
        readFileSync(join(packageDir, BACKUP_DIR, backup), 'utf8'),
      )
    }
  }
  rmSync(join(packageDir, BACKUP_DIR), { recursive: true, force: true })
}

export function isSwappedBy(packageDir: string, owner: number): boolean {
  return readRecord(packageDir)?.owner === owner
}

function readRecord(packageDir: string): SwapRecord | null {
  const path = join(packageDir, BACKUP_DIR, RECORD)
  if (!existsSync(path)) return null
  const record: SwapRecord = JSON.parse(readFileSync(path, 'utf8'))
  return record
}

/** In one step, so that whoever reads the file meanwhile finds the old or the new one whole. */
function replaceFile(path: string, content: string): void {
  const draft = `${path}.draft`
  writeFileSync(draft, content)
  // Or a program would no longer be one that can be run.
  if (existsSync(path)) chmodSync(draft, statSync(path).mode)
  renameSync(draft, path)
}
