/**
 * `keys`: which encryption keys seal what, and a change to another key. Of the embedded store the
 * keys are files, which this command changes; with PostgreSQL, or where the environment gives them,
 * they are changed by restarts, and this command says what comes next. What seals anew is the server
 * itself (schedule/upkeep.ts), or this command while none runs.
 */
import { type Command, EXIT, type Output, usageError } from 'chatzuri/command-line'
import { type Clock, sleep, systemClock } from '../clock.ts'
import { StartError } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { type Config, readConfig } from '../settings/config.ts'
import { KeyFiles } from '../settings/key-files.ts'
import { findEncryptionKeys } from '../settings/keys.ts'
import { type KeyState, lookInto } from '../store/looking/look.ts'
import { keyIdOf } from '../store/sealing/encryption.ts'
import { lockFolder } from '../store/sqlite/file/folder-lock.ts'
import { type KeyReport, reportKeys } from './key-report.ts'
import { openOwnStore } from './own-store.ts'

const COLUMNS = ['id', 'role', 'webhooks', 'servers']
const STEP_ROWS = 50
const ASK_EVERY_MS = 500
/** A server looks at its key files every five seconds. */
const PATIENCE_MS = 60_000

export const keys: Command = {
  name: 'keys',
  usage: 'status | rotate',
  about:
    "Which encryption keys seal the webhooks' secrets, headers and URLs, and how to change them.",
  argumentsMax: 1,
  options: {},
  notes: `  status   how many webhooks each key seals, and what to do next
  rotate   changes to another key

Give it the settings of the server: DATA_DIR, or DATABASE_URL, ENCRYPTION_KEY and ADMIN_KEY.

Embedded store with its key in a file: \`keys rotate\` makes a new key and seals everything anew,
beside a running server or without one. When nothing needs
the old key any more it goes to encryption-keys-retired, for backups: delete that file yourself.

PostgreSQL, or a key from the environment, without a pause:
  1. Make a key: openssl rand -base64 32
  2. Restart every server, one by one, with ENCRYPTION_KEY=OLD ENCRYPTION_KEYS_TO_OPEN=NEW
  3. Restart every server, one by one, with ENCRYPTION_KEY=NEW ENCRYPTION_KEYS_TO_OPEN=OLD
  4. When \`keys status\` says that the old key may go, restart them with ENCRYPTION_KEY=NEW alone
A server that would meet a secret that it can't open does not start, and says so: no step can be
skipped by mistake. One process alone needs no step 2.`,
  async run({ env, out, positionals: [action] }) {
    if (action !== 'status' && action !== 'rotate') {
      throw usageError(`keys takes status or rotate, not ${JSON.stringify(action ?? '')}.`)
    }
    const config = readConfig(env)
    const report = action === 'rotate' ? await rotate(config, out) : await status(config)
    if (out.json) out.line(JSON.stringify(report))
    else {
      out.rows(report.keys, COLUMNS, 'No key.')
      out.line(`\n${report.next}`)
    }
    return EXIT.done
  },
}

async function status(config: Config): Promise<KeyReport> {
  return reportKeys(await readState(config), ownKeyIds(config), hasFiles(config))
}

async function readState(config: Config): Promise<KeyState> {
  const look = await lookInto(config)
  try {
    return await look.keys()
  } finally {
    await look.close()
  }
}

/** Of the keys that a server with these settings would have; the one that seals first. */
function ownKeyIds(config: Config): string[] {
  const { seals, opens } = findEncryptionKeys(config)?.encryption ?? {}
  return [...(seals ? [seals] : []), ...(opens ?? config.openingKeys)].map(keyIdOf)
}

function hasFiles({ encryptionKey }: Config): boolean {
  return encryptionKey === null
}

async function rotate(config: Config, out: Output): Promise<KeyReport> {
  if (!hasFiles(config)) return rotateToOwn(config, out)
  const { dataDir } = config
  const files = new KeyFiles(dataDir)
  const state = await readState(config)
  if (state.present === null) {
    throw new StartError(`No Chatzuri server has ever used the folder ${dataDir}.`)
  }
  if (!files.exist) {
    throw new StartError(
      `The key of the store in ${dataDir} (${state.present}) is in no file there: its server has it from ENCRYPTION_KEY. \`keys --help\` says how such a key is changed.`,
    )
  }
  const unlock = tryLock(dataDir)
  // A rotation that was cut short goes on: the files hold the next key already.
  if (ownKeyIds(config)[0] === state.present) files.rotate(systemRandom)
  if (unlock !== null) {
    unlock()
    await sealAnew(config, out)
    files.read()
    files.forgetOthers()
  } else {
    await untilSealedAnew(config, { clock: systemClock, out })
  }
  out.progress(null)
  return status(config)
}

/** With keys of the environment: the key is changed there, and what it is to seal is sealed now. */
async function rotateToOwn(config: Config, out: Output): Promise<KeyReport> {
  await sealAnew(config, out)
  out.progress(null)
  return status(config)
}

async function sealAnew(config: Config, out: Output): Promise<void> {
  const { store, encryption } = await openOwnStore(config)
  try {
    // A key that was retired becomes the present one again: somebody asked for it.
    await store.useKeys(encryption)
    const unreadable: string[] = []
    let sealed = 0
    for (let after: string | null = ''; after !== null; ) {
      const step = await store.reseal({ after, limit: STEP_ROWS })
      unreadable.push(...step.unreadable)
      sealed += step.resealed
      out.progress(`sealing anew: ${sealed} webhooks`)
      after = step.next
    }
    if (unreadable.length > 0) {
      throw new StartError(
        `None of the keys opens what is kept of these webhooks: ${unreadable.join(', ')}. All else is sealed anew; keep all keys. Give these webhooks their URL, headers and secret again, or delete them.`,
      )
    }
  } finally {
    await store.close()
  }
}

/** The server on the folder sees its files change, and does the work. */
async function untilSealedAnew(
  config: Config,
  { clock, out }: { clock: Clock; out: Output },
): Promise<void> {
  const until = clock.monotonic() + PATIENCE_MS
  for (;;) {
    const { present, counts } = await readState(config)
    const [own] = ownKeyIds(config)
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
    out.step({ doing: 'the server seals anew', done: counts.get(own ?? '') ?? 0, total })
    if (present === own && [...counts.keys()].every((id) => id === own)) return
    if (clock.monotonic() > until) {
      throw new StartError(
        present === own
          ? 'The server seals anew; it is not through yet. `keys status` tells how far it is.'
          : 'The server has not taken the new key within a minute. Was it started with ENCRYPTION_KEY, or on another DATA_DIR? The old key is kept in encryption-keys-to-open.',
      )
    }
    await sleep(clock, ASK_EVERY_MS)
  }
}

/** Null: a server runs on the folder. */
function tryLock(dataDir: string): (() => void) | null {
  try {
    return lockFolder(dataDir)
  } catch (error) {
    if (error instanceof StartError) return null
    throw error
  }
}
