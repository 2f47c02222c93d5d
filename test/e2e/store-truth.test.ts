/**
 * A store that can't keep what it is given says so: writes are 503 and `/readyz` is, too; what can be
 * read is read; and where the process can't go on it ends.
 */
import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { ApiClient, type ErrorView, type LeadAnswer } from '../support/api-client.ts'
import { makeDataDir, removeDataDirs, ServerProcess } from '../support/server-process.ts'
import { ANN } from '../support/server-world.ts'
import { until } from '../support/until.ts'

let server: ServerProcess | undefined
afterEach(async () => {
  await server?.kill()
  removeDataDirs()
})

test('from the first damaged page on nothing is written, not ready, one sentence; reading goes on', async () => {
  const first = await start()
  const api = new ApiClient(first)
  const chatbotId = await api.createChatbot()
  const { leadId } = await api.postLead(chatbotId, ANN)
  await first.stop()
  damage(join(first.dataDir, 'chatzuri.db'), 'leads_by_conversation')

  const second = await start({ dataDir: first.dataDir })
  expect(await ready(second)).toMatchObject({ status: 200 })
  const again = new ApiClient(second)
  for (const path of [`/api/v1/chatbots/${chatbotId}/leads`, '/api/v1/chatbots']) {
    const body = path.endsWith('leads') ? ANN : { name: 'Another' }
    const refused = await again.send<ErrorView>('POST', path, { body })
    expect([path, refused.status, refused.body.code]).toEqual([path, 503, 'store_unavailable'])
    expect(refused.headers.has('retry-after')).toBe(true)
  }
  expect(await ready(second)).toMatchObject({
    status: 503,
    body: { code: 'store_unavailable', message: expect.stringMatching(/^The database is damaged/) },
  })
  expect(await again.get(`/api/v1/leads/${leadId}`)).toMatchObject(ANN)
  expect(second.out.filter((line) => line.includes('store.damaged'))).toHaveLength(1)
  expect((await fetch(`${second.url}/healthz`)).status).toBe(200)
  expect(await second.stop()).toMatchObject({ code: 0 })
})

test('a data folder that was moved away takes nothing; when it is back it is written to again', async () => {
  const first = await start({ dataDir: join(makeDataDir(), 'data') })
  const { dataDir } = first
  const api = new ApiClient(first)
  const chatbotId = await api.createChatbot()
  const before = await api.postLead(chatbotId, ANN)
  renameSync(dataDir, `${dataDir}-elsewhere`)
  const path = `/api/v1/chatbots/${chatbotId}/leads`
  const refused = await api.send<ErrorView>('POST', path, { body: ANN })
  expect([refused.status, refused.body.code]).toEqual([503, 'store_unavailable'])
  expect(await ready(first)).toMatchObject({
    status: 503,
    body: { message: expect.stringContaining('moved, deleted or replaced') },
  })
  renameSync(`${dataDir}-elsewhere`, dataDir)
  await until(async () => (await ready(first)).status === 200 || null, { what: 'it to be ready' })
  const after: LeadAnswer = await api.postLead(chatbotId, ANN)
  await first.kill()
  const next = await start({ dataDir })
  for (const { leadId } of [before, after]) {
    expect(await new ApiClient(next).get(`/api/v1/leads/${leadId}`)).toMatchObject(ANN)
  }
})

test.each(['writer throw', 'writer memory', 'reader exit'])(
  'a database thread that ends (%s) ends the process with a sentence and exit code 1',
  async (how) => {
    const trigger = join(makeDataDir(), 'trigger')
    const preload = new URL('../support/end-thread.ts', import.meta.url).href
    const ending = await start({
      settings: {
        NODE_OPTIONS: `--max-old-space-size=128 --import ${preload}`,
        END_THREAD_FILE: trigger,
      },
    })
    writeFileSync(trigger, how)
    expect(await ending.ended).toEqual({ code: 1, signal: null })
    const [role] = how.split(' ')
    expect(ending.err.at(-1)).toMatch(new RegExp(`database's ${role} thread has stopped.*again`))
    expect(ending.out.some((line) => line.includes('server.failed'))).toBe(true)
  },
)

async function start(options: Parameters<typeof ServerProcess.launch>[0] = {}) {
  server = await ServerProcess.start({ dataDir: makeDataDir(), ...options })
  return server
}

async function ready({ url }: ServerProcess) {
  const answer = await fetch(`${url}/readyz`)
  return { status: answer.status, body: await answer.json() }
}

/** Overwrites the first page of a table or an index, of a store that nobody has open. */
function damage(path: string, name: string): void {
  const db = new DatabaseSync(path, { readOnly: true })
  const page = Number(
    db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name)?.rootpage,
  )
  db.close()
  expect(page).toBeGreaterThan(1)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, (page - 1) * 4_096)
  closeSync(file)
}
