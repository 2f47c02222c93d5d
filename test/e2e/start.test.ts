/** Starting: what is said when it works, and the one sentence when it doesn't. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import {
  makeDataDir,
  removeDataDirs,
  type ServerOptions,
  ServerProcess,
} from '../support/server-process.ts'
import { ANN } from '../support/server-world.ts'

const servers: ServerProcess[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()))
  removeDataDirs()
})

test('a ready server says so in one JSON line, at every log level, and keeps its keys to its owner', async () => {
  const server = await start({ settings: { LOG_LEVEL: 'silent' } })
  expect(server.out).toHaveLength(1)
  const line: unknown = JSON.parse(server.out[0] ?? '')
  expect(line).toMatchObject({ msg: `listening on ${server.url}` })
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(server.err).toEqual([])
  for (const file of ['admin-key', 'encryption-key', 'chatzuri.db']) {
    expect([file, modeOf(join(server.dataDir, file))]).toEqual([file, 0o600])
  }
  for (const path of ['/healthz', '/readyz', '/docs', '/openapi.json']) {
    expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200])
  }
  expect(server.out.join('')).not.toContain(server.adminKey)
})

test.runIf(process.platform === 'linux')(
  'however it is started it has the room for what is young that `npm start` gives it, or its operator',
  async () => {
    const flags = async (options: ServerOptions) => {
      const { pid } = await start(options)
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1, -2)
    }
    expect(await flags({})).toEqual(['--max-semi-space-size=16'])
    const NODE_OPTIONS = '--max-semi-space-size=2'
    expect(await flags({ settings: { NODE_OPTIONS } })).toEqual([])
  },
)

test.runIf(process.getuid)(
  'compiled code is kept where nobody else may write, and not where others may',
  async () => {
    const own = join(makeDataDir(), `chatzuri-code-${process.getuid?.()}`)
    const settings = { TMPDIR: dirname(own), NODE_COMPILE_CACHE: '' }
    await (await start({ settings })).stop()
    expect(modeOf(own)).toBe(0o700)
    expect(readdirSync(own)).toHaveLength(1)
    rmSync(own, { recursive: true })
    mkdirSync(own)
    chmodSync(own, 0o777)
    await (await start({ settings })).stop()
    expect(readdirSync(own)).toEqual([])
  },
)

test('a second server on the same folder is refused in one sentence; the first goes on', async () => {
  const first = await start()
  const second = ServerProcess.launch({ dataDir: first.dataDir })
  expect(await second.ended).toEqual({ code: 1, signal: null })
  expect(second.err).toEqual([
    expect.stringMatching(/is in use by another Chatzuri server.*DATA_DIR/),
  ])
  expect(second.out).toEqual([])
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
})

test('a folder is free the moment its server was killed', async () => {
  const first = await start()
  const api = new ApiClient(first)
  const { leadId } = await api.postLead(await api.createChatbot(), ANN)
  await first.kill()
  const second = await start({ dataDir: first.dataDir })
  expect(await new ApiClient(second).get(`/api/v1/leads/${leadId}`)).toMatchObject(ANN)
})

// All of them are in config.test.ts; these are read in three different places.
test.each([
  ['PORT', 'eighty'],
  ['RETRY_SCHEDULE', '1s,2s'],
  ['ENCRYPTION_KEY', 'not-a-key'],
  ['EGRESS_ALLOW', '10.0.0.0/64'],
])('a bad setting is one sentence that names it: %s=%s', async (name, value) => {
  const server = ServerProcess.launch({ settings: { [name]: value } })
  expect(await server.ended).toEqual({ code: 1, signal: null })
  expect(server.err).toEqual([expect.stringMatching(new RegExp(`^${name} .*\\.$`))])
  expect(server.out).toEqual([])
})

test('a port that is taken is one sentence', async () => {
  const first = await start()
  const { port } = new URL(first.url)
  const second = ServerProcess.launch({ settings: { PORT: port } })
  expect(await second.ended).toEqual({ code: 1, signal: null })
  expect(second.err).toEqual([expect.stringMatching(new RegExp(`${port}.*\\.$`))])
})

test("another folder's encryption key is refused in one sentence, before anything is read with it", async () => {
  const first = await start()
  await first.stop()
  const key = Buffer.alloc(32, 7).toString('base64')
  const second = ServerProcess.launch({
    dataDir: first.dataDir,
    settings: { ENCRYPTION_KEY: key },
  })
  expect(await second.ended).toEqual({ code: 1, signal: null })
  expect(second.err).toEqual([expect.stringMatching(/key.*\.$/i)])
  expect(second.err.join()).not.toContain(key)
})

test('data without its encryption key is refused in one sentence, and no new key takes its place', async () => {
  const first = await start()
  await first.stop()
  const path = join(first.dataDir, 'encryption-key')
  const key = readFileSync(path, 'utf8')
  rmSync(path)
  for (const args of [['serve'], ['keys', 'rotate']]) {
    const second = ServerProcess.launch({ dataDir: first.dataDir, args })
    await second.ended
    expect([args, existsSync(path)]).toEqual([args, false])
    if (args[0] === 'serve') {
      expect(second.err).toEqual([
        expect.stringMatching(/encryption key .* put it back into .*\.$/),
      ])
    }
  }
  // As it was: the key, put back, opens it.
  writeFileSync(path, key)
  await start({ dataDir: first.dataDir })
})

test('--help lists every setting, and an unknown option is one sentence', async () => {
  const help = await runProgram('--help')
  expect(help).toMatchObject({ code: 0, err: [] })
  for (const name of ['PORT', 'DATA_DIR', 'RETRY_SCHEDULE', 'EGRESS_ALLOW', 'LEAD_RETENTION']) {
    expect(help.out.join('\n')).toContain(`  ${name} `)
  }
  const unknown = await runProgram('--jsno')
  expect(unknown).toMatchObject({ code: 2, out: [] })
  expect(unknown.err).toEqual([expect.stringContaining('no option --jsno. Did you mean --json?')])
})

async function start(options: ServerOptions = {}): Promise<ServerProcess> {
  const server = ServerProcess.launch({ dataDir: makeDataDir(), ...options })
  servers.push(server)
  await server.ready
  return server
}

async function runProgram(argument: string) {
  const server = ServerProcess.launch({ args: [argument] })
  servers.push(server)
  const { code } = await server.ended
  return { code, out: server.out, err: server.err }
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}
