/** What keeps a server or a command from its store is one sentence and exit code 1, and changes nothing. */
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { openHere } from '../../test/sqlite/folder.ts'
import { run } from './run.ts'
import { assertStoreIsThere } from './store-is-there.ts'

const KEY = Buffer.alloc(32, 7)
const COMMANDS = [['serve'], ['backup', 'OUT'], ['keys', 'status'], ['hold'], ['erase', '--list']]
const MIGRATE = ['migrate', '--from', 'FROM', '--to', 'TO']
const IS_ROOT = process.getuid?.() === 0
if (!IS_ROOT)
  console.warn('Not run, because it takes root: a folder of another user, a read-only disk')

async function call(argv: string[], dataDir: string, settings: Record<string, string> = {}) {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    write: (text: string) => {
      written[name] += text
    },
  })
  const names: Record<string, string> = {
    OUT: `${dataDir}.backup`,
    FROM: `sqlite:${dataDir}`,
    TO: `sqlite:${dataDir}.copy`,
  }
  const args = argv.map((word) => names[word] ?? word)
  const env = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent', ...settings }
  const code = await run(args, { env, stdout: stream('out'), stderr: stream('err') })
  return { code, ...written }
}

/** A folder that a server has used, with its keys, closed in order. */
async function usedFolder(): Promise<string> {
  const parent = mkdtempSync(join(tmpdir(), 'chatzuri start '))
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  const dataDir = join(parent, 'data')
  const store = await openHere(dataDir)
  await store.close()
  writeFileSync(join(dataDir, 'encryption-key'), `${KEY.toString('base64')}\n`)
  writeFileSync(join(dataDir, 'admin-key'), 'key_0123456789abcdef\n')
  return dataDir
}

const DATABASES: [string, RegExp, (path: string) => void][] = [
  [
    'another program’s file',
    /is no SQLite database/,
    (path) => writeFileSync(path, 'GIF89a'.repeat(2_000)),
  ],
  ['an overwritten beginning', /is no SQLite database/, (path) => overwrite(path, 0)],
  ['a damaged page of the schema', /damaged or cut short/, (path) => overwrite(path, 200)],
  ['cut short in the middle', /damaged or cut short/, (path) => truncateSync(path, 40_960)],
  [
    'cut short in its first page',
    /(damaged or cut short|is no SQLite database)/,
    (path) => truncateSync(path, 700),
  ],
  ['another program’s database', /database of another program/, (path) => foreign(path, 0, 3)],
  ['a database with another mark', /database of another program/, (path) => foreign(path, 42, 0)],
  ['a folder in its place', /is a folder where the database belongs/, folderInstead],
  [
    'a newer version',
    /newer version|has schema 99/,
    (path) => execute(path, 'PRAGMA user_version = 99'),
  ],
  [
    'a build from before the first release',
    /has schema 8, of a build from before .* Nothing was changed: /,
    (path) => execute(path, 'PRAGMA user_version = 8'),
  ],
]

test.each(DATABASES)(
  '%s is one sentence, for the server and every command',
  async (name, says, spoil) => {
    const dataDir = await usedFolder()
    const path = join(dataDir, 'chatzuri.db')
    spoil(path)
    const before = contentOf(dataDir)
    for (const argv of [...COMMANDS, MIGRATE]) {
      // What only looks can read what a newer version wrote.
      if (name === 'a newer version' && ['keys', 'erase', 'backup'].includes(argv[0] ?? ''))
        continue
      const { code, err } = await call(argv, dataDir)
      expect([argv, code, err]).toEqual([argv, 1, expect.stringMatching(says)])
      expect([argv, err.trimEnd().split('\n').length, err.includes('    at ')]).toEqual([
        argv,
        1,
        false,
      ])
      expect(err).toMatch(/\.\n$/)
    }
    expect(contentOf(dataDir)).toEqual(before)
  },
)

test.each([
  ['gone', (path: string) => rmSync(path)],
  ['empty', (path: string) => writeFileSync(path, '')],
  ['new', (path: string) => execute(path, 'VACUUM', true)],
])('keys beside a database that is %s do not begin an empty store', async (_, lose) => {
  const dataDir = await usedFolder()
  lose(join(dataDir, 'chatzuri.db'))
  const { code, err } = await call(['serve'], dataDir)
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/one was made in this folder.*restore.*store-was-made\.\n$/),
  ])
  rmSync(join(dataDir, 'encryption-key'))
  expect(await call(['serve'], dataDir)).toMatchObject({ code: 1, err })
  // No new key stands where the lost one belongs.
  expect(existsSync(join(dataDir, 'encryption-key'))).toBe(false)
  for (const argv of COMMANDS.slice(1)) {
    const told = await call(argv, dataDir)
    expect([argv, told.code, told.err.split('\n').length]).toEqual([argv, 1, 2])
  }
})

test('keys that were laid out beforehand, and a first start that was cut short, still start', async () => {
  const states: ((dataDir: string) => void)[] = [
    (dataDir) => rmSync(join(dataDir, 'chatzuri.db')),
    (dataDir) => writeFileSync(join(dataDir, 'chatzuri.db'), ''),
    (dataDir) => execute(join(dataDir, 'chatzuri.db'), 'PRAGMA journal_mode = WAL', true),
  ]
  for (const leave of states) {
    const dataDir = await usedFolder()
    rmSync(join(dataDir, 'store-was-made'))
    leave(dataDir)
    assertStoreIsThere(dataDir)
    const store = await openHere(dataDir)
    await store.ping()
    await store.close()
    // From now on a database is expected here.
    rmSync(join(dataDir, 'chatzuri.db'))
    expect(() => assertStoreIsThere(dataDir)).toThrow('one was made in this folder')
  }
})

test('a folder without its right to write, or that is a file, is one sentence', async () => {
  const dataDir = await usedFolder()
  const file = `${dataDir}.file`
  writeFileSync(file, 'x')
  for (const argv of [...COMMANDS, ['restore', 'OUT']]) {
    writeFileSync(`${file}.backup`, 'x')
    const { code, err } = await call(argv, file)
    expect([argv, code, err.trimEnd().split('\n').length]).toEqual([argv, 1, 1])
  }
  expect((await call(['serve'], file)).err).toContain('is no folder')
})

test.skipIf(!IS_ROOT)(
  'a folder that belongs to another user is one sentence, and a disk that can only be read is one',
  async () => {
    const dataDir = await usedFolder()
    chmodSync(join(dataDir, '..'), 0o755)
    const program = new URL('../../bin/serve.js', import.meta.url).pathname
    const started = spawnSync(process.execPath, [program], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
      timeout: 20_000,
      env: { DATA_DIR: dataDir, PORT: '0' },
    })
    expect([started.status, started.stderr]).toEqual([
      1,
      expect.stringMatching(/may not read and write .*\.\n$/),
    ])
    const folder = `${dataDir}.mounted`
    mkdirSync(folder)
    if (spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]).status !== 0) {
      console.warn('Not run, because nothing can be mounted here: a read-only disk')
      return
    }
    const unmount = () => void spawnSync('umount', [folder])
    onTestFinished(unmount)
    cpSync(dataDir, folder, { recursive: true })
    expect(spawnSync('mount', ['-o', 'remount,ro', folder]).status).toBe(0)
    for (const argv of [['serve'], ['hold'], ['keys', 'rotate'], ['restore', 'OUT']]) {
      copyFileSync(join(dataDir, 'chatzuri.db'), `${folder}.backup`)
      const { code, err } = await call(argv, folder)
      expect([argv, code, err.trimEnd().split('\n').length]).toEqual([argv, 1, 1])
    }
    expect((await call(['serve'], folder)).err).toContain('its disk can only be read')
    unmount()
  },
)

test('a lock file that is none is named', async () => {
  const dataDir = await usedFolder()
  appendFileSync(join(dataDir, 'lock.db'), 'x'.repeat(5_000))
  expect(await call(['serve'], dataDir)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/lock\.db is no lock file of Chatzuri's: delete it/),
  })
})

const ROOT = { page: 1, bytes: 4_096 }

/** From this byte of the first page on. */
function overwrite(path: string, from: number): void {
  const bytes = readFileSync(path)
  bytes.fill(0xa5, from, ROOT.bytes)
  writeFileSync(path, bytes)
}

function execute(path: string, sql: string, anew = false): void {
  if (anew) rmSync(path)
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

function foreign(path: string, applicationId: number, version: number): void {
  rmSync(path)
  execute(
    path,
    `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version};
      CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')`,
  )
}

function folderInstead(path: string): void {
  renameSync(path, `${path}.moved`)
  mkdirSync(path)
}

function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !/-(shm|wal)$|^lock\.db$/.test(name))
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name)
      return [
        name,
        name === 'chatzuri.db' && !isFile(path) ? 'folder' : readFileSync(path, 'latin1'),
      ]
    }),
  )
}

function isFile(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}
