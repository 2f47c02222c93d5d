/**
 * `migrate --from … --to …`: moves a platform from one store to another, as from one process with a
 * file to many on PostgreSQL. What copies and checks is store/copying/copy.ts; here are words and keys.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, EXIT, type Output, typedUrl, usageError } from 'chatzuri/command-line'
import { StartError } from '../errors.ts'
import { parseEncryptionKey, parseOpeningKeys } from '../settings/config.ts'
import { type FoundKeys, findEncryptionKeys } from '../settings/keys.ts'
import { type CopyReport, copyStore } from '../store/copying/copy.ts'
import { openPostgresSource, openPostgresTarget } from '../store/copying/copy-postgres.ts'
import type { CopySide } from '../store/copying/copy-side.ts'
import { openSqliteSource, openSqliteTarget } from '../store/copying/copy-sqlite.ts'
import { KeyRing } from '../store/sealing/encryption.ts'
import { assertKeyMatches, UNFINISHED_CHECK } from '../store/sealing/key-check.ts'

export const migrate: Command = {
  name: 'migrate',
  usage: '--from PLACE --to PLACE',
  about: 'Copies a store to another: every table, verified by row counts and checksums.',
  argumentsMax: 0,
  options: {
    from: {
      type: 'string',
      value: 'PLACE',
      about: "sqlite:FOLDER (a server's DATA_DIR) or postgres://user:password@host:5432/database",
    },
    to: {
      type: 'string',
      value: 'PLACE',
      about: 'the same; an empty store. A folder is made, a PostgreSQL database must be there',
    },
  },
  notes: `  chatzuri-server migrate --from sqlite:./data --to postgres://user:password@host:5432/database

Stop every server of both stores first. The source is not changed. A copy that was cut short goes on
where it stopped when the same command runs again; until it ends no server opens the target.
Webhook secrets are copied sealed: the target needs the same ENCRYPTION_KEY as the source,
and ENCRYPTION_KEYS_TO_OPEN (or encryption-keys-to-open) while a rotation of keys is under way.`,
  async run({ out, env, text }) {
    const [from, to] = [parsePlace('--from', text('from')), parsePlace('--to', text('to'))]
    const report = await copyBetween({ from, to, env, out })
    out.value(report, () => reportText(report, from, to))
    return EXIT.done
  },
}

interface Place {
  kind: 'sqlite' | 'postgres'
  /** A folder, or a URL with its password. */
  at: string
}

function parsePlace(option: string, text: string | undefined): Place {
  const [, scheme, rest = ''] = /^(sqlite|postgres|postgresql):(.+)$/s.exec(text ?? '') ?? []
  if (scheme === 'sqlite') return { kind: 'sqlite', at: rest }
  const at = typedUrl(text ?? '', option)
  if (scheme !== undefined && URL.canParse(at)) return { kind: 'postgres', at }
  throw usageError(
    `${option} must be sqlite:FOLDER (the DATA_DIR of a server) or postgres://user:password@host:5432/database.`,
  )
}

interface Copying {
  from: Place
  to: Place
  env: NodeJS.ProcessEnv
  out: Output
}

async function copyBetween({ from, to, env, out }: Copying): Promise<CopyReport> {
  const source =
    from.kind === 'sqlite' ? openSqliteSource(from.at) : await openPostgresSource(from.at)
  try {
    const keyCheck = (await source.readMeta()).get('key_check')
    if (keyCheck !== undefined && keyCheck !== UNFINISHED_CHECK) {
      assertKeys(keyCheck, keysOf(from, env), source.place)
      // The key file of the target's folder is what its server would start with.
      if (to.kind === 'sqlite') assertKeys(keyCheck, keysOf(to, {}), source.place)
    }
    return await copyInto(source, to, out)
  } finally {
    await source.close()
  }
}

async function copyInto(source: CopySide, to: Place, out: Output): Promise<CopyReport> {
  const target = to.kind === 'sqlite' ? openSqliteTarget(to.at) : await openPostgresTarget(to.at)
  try {
    return await copyStore({ source, target }, ({ doing, table, rows, total }) => {
      const verb = doing === 'copy' ? 'copying' : 'verifying'
      out.step({ doing: `${verb} ${table}`, done: rows, total, unit: 'rows' })
    })
  } finally {
    out.progress(null)
    await target.close()
  }
}

// ─── keys: sealed values are copied as they are, so the target needs the source's key ─────────────

function keysOf({ kind, at }: Place, env: NodeJS.ProcessEnv): FoundKeys | null {
  return findEncryptionKeys({
    encryptionKey: parseEncryptionKey(env.ENCRYPTION_KEY?.trim() ?? ''),
    openingKeys: parseOpeningKeys(env.ENCRYPTION_KEYS_TO_OPEN ?? ''),
    dataDir: kind === 'sqlite' ? at : null,
  })
}

function assertKeys(keyCheck: string, found: FoundKeys | null, place: string): void {
  if (found === null) return
  try {
    assertKeyMatches(new KeyRing(found.encryption), keyCheck, place)
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
