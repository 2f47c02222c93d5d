/**
 * `migrate --from … --to …`: moves a platform from one store to another, as from one process with a
 * file to many on PostgreSQL. What copies and checks is store/copy.ts; here are words and keys.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../clock.ts'
import { parseEncryptionKey, parseOpeningKeys } from '../config.ts'
import { StartError } from '../errors.ts'
import { KeyFiles } from '../key-files.ts'
import { type CopyReport, copyStore } from '../store/copy.ts'
import { openPostgresSource, openPostgresTarget } from '../store/copy-postgres.ts'
import type { CopySide } from '../store/copy-side.ts'
import { openSqliteSource, openSqliteTarget } from '../store/copy-sqlite.ts'
import { KeyRing } from '../store/encryption.ts'
import { assertKeyMatches, UNFINISHED_CHECK } from '../store/key-check.ts'
import { createCopyProgress } from './copy-progress.ts'

/** Never rejects for what an operator can mend: one sentence on stderr and exit code 1. */
export async function migrate(argv: string[]): Promise<void> {
  const asJson = argv.includes('--json')
  try {
    const values = parseArguments(argv)
    if (values.help) return console.log(HELP)
    const [from, to] = [parsePlace('--from', values.from), parsePlace('--to', values.to)]
    const report = await copyBetween(from, to)
    console.log(asJson ? JSON.stringify(report) : reportText(report, from, to))
  } catch (error) {
    const sentence = toSentence(error)
    if (sentence === null) throw error
    if (asJson) console.log(JSON.stringify({ kind: 'failed', error: sentence }))
    console.error(sentence)
    process.exitCode = 1
  }
}

interface Place {
  kind: 'sqlite' | 'postgres'
  /** A folder, or a URL with its password. */
  at: string
}

function parseArguments(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    return values
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`${reason.split('.')[0]}. \`migrate --help\` lists what there is.`)
  }
}

function parsePlace(option: string, text: string | undefined): Place {
  const [, scheme, rest = ''] = /^(sqlite|postgres|postgresql):(.+)$/s.exec(text ?? '') ?? []
  if (scheme === 'sqlite') return { kind: 'sqlite', at: rest }
  if (scheme !== undefined && URL.canParse(text ?? '')) return { kind: 'postgres', at: text ?? '' }
  throw new StartError(
    `${option} must be sqlite:FOLDER (the DATA_DIR of a server) or postgres://user:password@host:5432/database.`,
  )
}

async function copyBetween(from: Place, to: Place): Promise<CopyReport> {
  const source =
    from.kind === 'sqlite' ? openSqliteSource(from.at) : await openPostgresSource(from.at)
  try {
    const keyCheck = (await source.readMeta()).get('key_check')
    if (keyCheck !== undefined && keyCheck !== UNFINISHED_CHECK) {
      assertKeys(keyCheck, keysOf(from), source.place)
      // The key file of the target's folder is what its server would start with.
      if (to.kind === 'sqlite') assertKeys(keyCheck, keyFiles(to.at), source.place)
    }
    return await copyInto(source, to)
  } finally {
    await source.close()
  }
}

async function copyInto(source: CopySide, to: Place): Promise<CopyReport> {
  const target = to.kind === 'sqlite' ? openSqliteTarget(to.at) : await openPostgresTarget(to.at)
  const progress = createCopyProgress(process.stderr, systemClock)
  try {
    return await copyStore({ source, target }, progress.show)
  } finally {
    progress.end()
    await target.close()
  }
}

// ─── keys: sealed values are copied as they are, so the target needs the source's key ─────────────

interface FoundKeys {
  ring: KeyRing
  where: string
}

function keysOf(place: Place): FoundKeys | null {
  const seals = parseEncryptionKey(process.env.ENCRYPTION_KEY?.trim() ?? '')
  const opens = parseOpeningKeys(process.env.ENCRYPTION_KEYS_TO_OPEN ?? '')
  if (seals) return { ring: new KeyRing({ seals, opens }), where: 'ENCRYPTION_KEY' }
  return place.kind === 'sqlite' ? keyFiles(place.at) : null
}

function keyFiles(dataDir: string): FoundKeys | null {
  const files = new KeyFiles(dataDir)
  return files.exist ? { ring: new KeyRing(files.read()), where: files.sealsPath } : null
}

function assertKeys(keyCheck: string, found: FoundKeys | null, place: string): void {
  if (found === null) return
  try {
    assertKeyMatches(found.ring, keyCheck, place)
  } catch (cause) {
    throw new StartError(
      `${found.where} is not the key that ${place} was written with. Secrets are copied sealed, so the target needs that very key.`,
      { cause },
    )
  }
}

// ─── words ────────────────────────────────────────────────────────────────────────────────────────

function reportText({ kind, tables }: CopyReport, from: Place, to: Place): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const headline =
    kind === 'done_before'
      ? 'This copy was finished before, the source is as it was then, and the target may be in use since: nothing was done.'
      : `Copied and verified, by count and checksum: ${rows} rows in ${tables.length} tables. The source is as it was.`
  return `${headline}\n\n${keyAdvice(from, to)}`
}

function keyAdvice(from: Place, to: Place): string {
  const file = from.kind === 'sqlite' ? join(from.at, 'encryption-key') : null
  const hasFile = file !== null && existsSync(file)
  const others = from.kind === 'sqlite' ? join(from.at, 'encryption-keys-to-open') : null
  // A rotation is not finished: what it left is sealed with these.
  const hasOthers = others !== null && existsSync(others)
  if (to.kind === 'sqlite') {
    const also = hasOthers ? `, and ${others} beside it` : ''
    const key = hasFile ? `copy ${file} to ${join(to.at, 'encryption-key')}` : 'set ENCRYPTION_KEY'
    return `The target needs the source's key: ${key}${also}, then start with DATA_DIR=${to.at}.`
  }
  const key = hasFile ? `"$(cat '${file}')"` : 'the key of the source'
  const admin = from.kind === 'sqlite' ? join(from.at, 'admin-key') : null
  const adminKey =
    admin !== null && existsSync(admin) ? `"$(cat '${admin}')"` : "the operator's key"
  return `Start every server with the source's keys:
  DATABASE_URL=…  (the --to of this command)
  ENCRYPTION_KEY=${key}${hasOthers ? `\n  ENCRYPTION_KEYS_TO_OPEN="$(paste -sd, '${others}')"` : ''}
  ADMIN_KEY=${adminKey}
Keep the encryption key in a safe place: without it the webhooks' secrets are lost.`
}

/** Null: a bug of ours, told with its stack. */
function toSentence(error: unknown): string | null {
  if (error instanceof StartError) return error.message
  const code = (error as { errcode?: unknown } | null)?.errcode
  if (typeof code !== 'number' || !(error instanceof Error)) return null
  return `SQLite can't go on: ${error.message}. When that is mended, run the same command again.`
}

const HELP = `Copies a store to another: every table, verified by row counts and checksums.

Usage: chatzuri-server migrate --from sqlite:./data --to postgres://user:password@host:5432/database

Options:
  --from PLACE   sqlite:FOLDER (a server's DATA_DIR) or postgres://…
  --to PLACE     the same; an empty store. A folder is made, a PostgreSQL database must be there
  --json         the report as one line of JSON on stdout
  -h, --help     this text

Stop every server of both stores first. The source is not changed. A copy that was cut short goes on
where it stopped when the same command runs again; until it ends no server opens the target.
Webhook secrets are copied sealed: the target needs the same ENCRYPTION_KEY as the source,
and ENCRYPTION_KEYS_TO_OPEN (or encryption-keys-to-open) while a rotation of keys is under way.
`
