import fs, {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeFileDurably } from '../files/durable-file.ts'
import { systemRandom } from '../random.ts'
import { readConfig } from './config.ts'
import { KeyFiles } from './key-files.ts'
import { loadKeys } from './keys.ts'

function setup({ present = null }: { present?: string | null } = {}) {
  const parent = mkdtempSync(join(tmpdir(), 'chatzuri keys '))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  const dataDir = join(parent, 'data')
  const load = () =>
    loadKeys(readConfig({ DATA_DIR: dataDir }), {
      random: systemRandom,
      presentKeyOf: () => present,
      alone: (_, work) => work(),
    })
  const put = (name: string, text: string) => {
    fs.mkdirSync(dataDir, { recursive: true })
    writeFileSync(join(dataDir, name), text)
  }
  return { dataDir, load, put, read: (name: string) => readFileSync(join(dataDir, name), 'utf8') }
}

/** What is synced and named from now on, in its order: the real calls, looked at. */
function watchDisk(): string[] {
  const steps: string[] = []
  const { fsyncSync, linkSync, renameSync } = fs
  const plain = (path: fs.PathLike) => basename(String(path)).replace(/-[0-9a-f]{8}$/, '')
  fs.fsyncSync = (file) => {
    steps.push(`sync ${plain(readlinkSync(`/proc/self/fd/${file}`))}`)
    fsyncSync(file)
  }
  fs.linkSync = (from, to) => {
    steps.push(`name ${plain(to)}`)
    linkSync(from, to)
  }
  fs.renameSync = (from, to) => {
    steps.push(`name ${plain(to)}`)
    renameSync(from, to)
  }
  syncBuiltinESMExports()
  onTestFinished(() => {
    Object.assign(fs, { fsyncSync, linkSync, renameSync })
    syncBuiltinESMExports()
  })
  return steps
}

const HAS_PROC = existsSync('/proc/self/fd')
if (!HAS_PROC)
  console.warn('Not run, because there is no /proc here: the order in which keys are synced')

test.skipIf(!HAS_PROC)('a key counts when its file and then its name are on disk', () => {
  const { load, put } = setup()
  const steps = watchDisk()
  load()
  const made = (name: string) => [`sync ${name}.unfinished`, `name ${name}`, 'sync data']
  expect(steps).toEqual([...made('encryption-key'), ...made('admin-key')])
  steps.length = 0
  load()
  expect(steps).toEqual([])
  put('admin-key', '')
  load()
  expect(steps).toEqual(made('admin-key'))
})

test.skipIf(!HAS_PROC)('a rotation is on disk in its order: what opens before what seals', () => {
  const { dataDir, load } = setup()
  load()
  const steps = watchDisk()
  new KeyFiles(dataDir).rotate(systemRandom)
  const made = (name: string) => [`sync ${name}.unfinished`, `name ${name}`, 'sync data']
  expect(steps).toEqual([...made('encryption-keys-to-open'), ...made('encryption-key')])
})

test('a first start that was cut short leaves nothing that counts, and the next one clears it', () => {
  const { dataDir, load, put, read } = setup()
  put('encryption-key.unfinished-00000000', 'ha')
  put('admin-key.unfinished-00000000', '')
  const keys = load()
  expect(readdirSync(dataDir).toSorted()).toEqual(['admin-key', 'encryption-key'])
  expect(read('encryption-key').trim()).toBe(keys.encryption.seals.toString('base64'))
  expect(statSync(join(dataDir, 'encryption-key')).mode & 0o777).toBe(0o600)
  expect(load()).toMatchObject({ adminKey: keys.adminKey })
})

test.each(['', '\n', '\0'.repeat(45)])(
  'what a power cut left of a key (%j) is made anew while nothing is sealed',
  (text) => {
    const { load, put, read } = setup()
    put('encryption-key', text)
    put('admin-key', text)
    const keys = load()
    expect(read('encryption-key').trim()).toBe(keys.encryption.seals.toString('base64'))
    expect(read('admin-key').trim()).toBe(keys.adminKey)
    expect(keys.adminKey).toMatch(/^key_/)
  },
)

test('an empty key file beside data is a sentence that says which key belongs there', () => {
  const { load, put, read } = setup({ present: 'k1' })
  put('encryption-key', '')
  expect(load).toThrow(
    /encryption key of the data .* is empty in its file: put it back .*its id is k1/,
  )
  expect(read('encryption-key')).toBe('')
})

test('a key that is there is never made over', () => {
  const { dataDir, load, read } = setup()
  load()
  const before = read('encryption-key')
  expect(makeFileDurably(join(dataDir, 'encryption-key'), 'another')).toBe(false)
  expect(read('encryption-key')).toBe(before)
  expect(readdirSync(dataDir)).toHaveLength(2)
})
