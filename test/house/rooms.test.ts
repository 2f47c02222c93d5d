/** The house rules that no linter knows. Each is shown to catch what it forbids. */
import { describe, expect, test } from 'vitest'
import {
  findAny,
  findBadName,
  findLockedAddresses,
  findLooseVersions,
  findMachineTraces,
  findSwappedManifest,
  findTooLong,
  findWorldCalls,
} from './file-rules.ts'
import { findJoinedRooms, findUnknownRooms } from './room-rules.ts'
import { listRepositoryFiles, type SourceFile } from './source-file.ts'

const FILES = listRepositoryFiles()

test.each([
  ['rooms are joined by main.ts, main/ and cli/ only', findJoinedRooms],
  ['every folder of the server is a room of the design', findUnknownRooms],
  ['time and chance come from clock.ts and random.ts only', findWorldCalls],
  ['files are named in kebab-case after what they do', findBadName],
  ['no source file passes 400 lines', findTooLong],
  ['nothing is cast to any', findAny],
  ['no file names a machine or a registry', findMachineTraces],
  ['the lockfile holds no download address', findLockedAddresses],
  ['every dependency is pinned', findLooseVersions],
  ['no package was left swapped by packing', findSwappedManifest],
])('%s', (_, rule) => {
  expect(FILES.length).toBeGreaterThan(20)
  expect(FILES.flatMap(rule)).toEqual([])
})

describe('rooms', () => {
  const IMPORTS: [path: string, text: string, caught: boolean][] = [
    ['api/leads.ts', "import { ingest } from '../ingest/ingest.ts'", true],
    ['api/leads.ts', "import type { Ingest } from '../ingest/ingest.ts'", true],
    ['api/leads.ts', "import {\n  a,\n  type B,\n} from '../send/send.ts'", true],
    ['api/leads.ts', "export * from '../record/decide.ts'", true],
    ['api/leads.ts', "const send = await import('../send/send.ts')", true],
    ['api/leads.ts', "import '../send/send.ts'", true],
    ['api/leads.ts', "new Worker(new URL('../send/worker.ts', import.meta.url))", true],
    ['api/leads.ts', "import { rows } from '../store/sqlite/rows.ts'", true],
    ['store/sqlite/sqlite-store.ts', "import { sign } from '../../sign/sign.ts'", true],
    ['schedule/lane.ts', "import { startServer } from '../main.ts'", true],
    ['schedule/lane.ts', "import { deliver } from '../deliver.ts'", true],
    ['event.ts', "import { send } from './send/send.ts'", true],
    ['deliver.ts', "import { send } from './send/send.ts'", true],
    ['deliver.ts', "import { type Send, send } from './send/send.ts'", true],
    ['deliver.ts', "import type { Send } from './send/send.ts'", false],
    ['deliver.ts', "import { type Claim, type Send } from './send/send.ts'", false],
    ['main.ts', "import { send } from './send/send.ts'", false],
    ['main/delivering.ts', "import { send } from '../send/send.ts'", false],
    ['schedule/lane.ts', "import { createDelivering } from '../main/delivering.ts'", true],
    ['event.ts', "import { createDelivering } from './main/delivering.ts'", true],
    ['settings/config.ts', "import { send } from '../send/send.ts'", true],
    ['settings/config.ts', "import { isBlank } from '../text/typed-text.ts'", false],
    ['api/leads.ts', "import { isBlank } from '../text/typed-text.ts'", false],
    ['cli/serve.ts', "import { startServer } from '../main.ts'", false],
    ['cli/backup.ts', "import { open } from '../store/sqlite/sqlite-store.ts'", false],
    ['api/leads.ts', "import type { Store } from '../store/store.ts'", false],
    ['api/leads.ts', "import type { Desk } from '../store/desk.ts'", false],
    ['schedule/lane.ts', "import type { Claim } from '../store/road.ts'", false],
    ['api/leads.ts', "import type { Change } from '../store/change.ts'", true],
    ['api/leads.ts', "import { LEAD_EVENT } from '../event.ts'", false],
    ['api/leads.ts', "import { page } from './cursor.ts'", false],
    ['store/sqlite/rows.ts', "import { hash } from '../encryption.ts'", false],
    ['api/leads.ts', "// import { ingest } from '../ingest/ingest.ts'", false],
    ['api/leads.test.ts', "import { ingest } from '../ingest/ingest.ts'", false],
    ['sign/sign.ts', "import { guideKey } from '@chatzuri/webhooks/signature'", false],
  ]
  test.each(IMPORTS)('%s with %j is caught: %s', (path, text, caught) => {
    expect(findJoinedRooms(inServer(path, text))).toHaveLength(caught ? 1 : 0)
  })

  test('a folder that the design does not know is caught', () => {
    expect(findUnknownRooms(inServer('misc/x.ts', ''))).toHaveLength(1)
    expect(findUnknownRooms(inServer('store/postgres/x.ts', ''))).toEqual([])
  })
})

describe('time and chance', () => {
  test.each([
    'const at = Date.now()',
    'const { now = Date.now } = options',
    'setTimeout(run, 5)',
    'globalThis.setInterval(run, 5)',
    'setInterval(run, 5)',
    'Math.random()',
    'new Date()',
    'performance.now()',
    "import { setTimeout as sleep } from 'node:timers/promises'",
  ])('%j is caught', (text) => {
    expect(findWorldCalls(inServer('send/send.ts', text)).length).toBeGreaterThan(0)
    expect(findWorldCalls(inServer('clock.ts', text))).toEqual([])
    expect(findWorldCalls(inServer('send/send.test.ts', text))).toEqual([])
  })

  test.each([
    'clock.now()',
    'new Date(at)',
    'socket.setTimeout(5)',
    '// Date.now() would jump',
    'clock.setTimer(5, run)',
    'const url = "http://x" // setTimeout(',
  ])('%j is not', (text) => {
    expect(findWorldCalls(inServer('send/send.ts', text))).toEqual([])
  })
})

describe('names and sizes', () => {
  test.each([
    'sendLead.ts',
    'Send.ts',
    'send_lead.ts',
    'utils.ts',
    'lead-helpers.ts',
    'models/x.ts',
  ])('%s is caught', (path) => {
    expect(findBadName(inServer(path, ''))).toHaveLength(1)
  })

  test.each(['send-lead.ts', 'send.test.ts', 'schema-0010.ts', 'common-names/x.md'])(
    '%s is not',
    (path) => {
      expect(findBadName(inServer(path, ''))).toEqual([])
    },
  )

  test('line 401 is caught, in sources but not in tests, nor in what a program wrote', () => {
    expect(findTooLong(inServer('send/send.ts', 'x\n'.repeat(401)))).toHaveLength(1)
    expect(findTooLong(inServer('send/send.ts', 'x\n'.repeat(400)))).toEqual([])
    expect(findTooLong(inServer('send/send.test.ts', 'x\n'.repeat(900)))).toEqual([])
    const made = `// Made by \`npm run types\` from …\n${'x\n'.repeat(900)}`
    expect(findTooLong(inServer('schema.ts', made))).toEqual([])
    expect(findTooLong(inServer('schema.ts', `x\n${made}`))).toHaveLength(1)
  })

  test.each([
    ['x as any', 1],
    ['const x: any = 5', 1],
    ['new Map<string, any>()', 1],
    ['const x: any[] = []', 1],
    ["throw new Error('not as any other')", 0],
    ['// as any\nconst x: unknown = 5', 0],
    ['const company: many = { any: 5 }', 0],
  ])('%j has %s any', (text, count) => {
    expect(findAny(inServer('send/send.ts', text))).toHaveLength(count)
  })
})

describe('what belongs to one machine', () => {
  // Put together here, or this file would break the rule itself.
  const slash = '/'
  test.each([
    `cd ${slash}work/main`,
    `"${slash}root/.npmrc"`,
    `(${slash}home/ann/code)`,
    `${slash}Users/ann/code`,
    `https://${['registry', 'npmjs', 'org'].join('.')}/zod`,
    `//x/:${'_auth'}Token=abc`,
  ])('%j is caught', (text) => {
    expect(findMachineTraces({ path: 'README.md', text })).toHaveLength(1)
  })

  test.each(['https://shop.example/home/ann/x', 'src/work/x', './root/x', 'homework/', '/tmp/x'])(
    '%j is not',
    (text) => {
      expect(findMachineTraces({ path: 'README.md', text })).toEqual([])
    },
  )

  test('a download address in a lockfile is caught', () => {
    const text = '{"packages":{"a":{"resolved": "https://x/a.tgz"},"b":{"resolved":"packages/b"}}}'
    expect(findLockedAddresses({ path: 'package-lock.json', text })).toHaveLength(1)
  })

  test('a manifest as it is published is caught', () => {
    const path = 'packages/server/package.json'
    const built = '{"exports":{".":{"types":"./dist/a.d.ts","default":"./dist/a.js"}}}'
    expect(findSwappedManifest({ path, text: built })).toHaveLength(1)
    expect(findSwappedManifest({ path, text: '{"exports":{".":"./src/a.ts"}}' })).toEqual([])
    expect(findSwappedManifest({ path, text: '{}' })).toEqual([])
  })

  test.each(['^1.0.0', '~1.0.0', '1', '1.x', '*', 'latest', '>=1.0.0', 'git+ssh://x', 'file:../x'])(
    'the version %j is caught',
    (version) => {
      for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
        const text = JSON.stringify({ [field]: { a: version, b: '1.2.3', c: '1.2.3-beta.1' } })
        expect(findLooseVersions({ path: 'packages/x/package.json', text })).toHaveLength(1)
      }
    },
  )
})

function inServer(path: string, text: string): SourceFile {
  return { path: `packages/server/src/${path}`, text }
}
