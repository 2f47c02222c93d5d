/** Backups of the embedded store: real servers under load, real kills, real limits of the disk. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { run as runClient } from '../../packages/cli/src/run.ts'
import { ApiClient } from '../support/api-client.ts'
import { makeDataDir, type ServerOptions, ServerProcess } from '../support/server-process.ts'
import { ANN, ServerWorld } from '../support/server-world.ts'
import { until } from '../support/until.ts'

let world: ServerWorld | undefined
const others: ServerProcess[] = []
afterEach(async () => {
  await Promise.all(others.splice(0).map((server) => server.kill()))
  await world?.close()
  world = undefined
})

async function setup(options: ServerOptions = {}) {
  const opened = await ServerWorld.open({ settings: { RETRY_SCHEDULE: '0s,1h' }, ...options })
  world = opened
  const folder = makeDataDir()
  return {
    world: opened,
    folder,
    file: join(folder, 'backup.db'),
    keyFile: join(folder, 'keys'),
    dataDir: opened.server.dataDir,
  }
}

/** Runs a command of the server to its end. */
async function run(args: string[], options: ServerOptions) {
  const command = ServerProcess.launch({ args: [...args, '--json'], ...options })
  const { code } = await command.ended
  return { code, report: JSON.parse(command.out.at(-1) ?? 'null'), said: command.err.at(-1) ?? '' }
}

async function start(options: ServerOptions): Promise<ServerProcess> {
  const server = ServerProcess.launch({ settings: { RETRY_SCHEDULE: '0s,1h' }, ...options })
  others.push(server)
  await server.ready
  return server
}

/** Leads, one after the other, until it is told to stop; those that were accepted, with when. */
function postLeads({ api }: ServerWorld, chatbotId: string) {
  let goesOn = true
  const accepted: { eventId: string; at: number }[] = []
  const done = (async () => {
    while (goesOn) {
      const { eventId } = await api.postLead(chatbotId, ANN)
      accepted.push({ eventId, at: Date.now() })
    }
  })()
  return {
    accepted,
    async stop() {
      goesOn = false
      await done
    },
  }
}

/** Enough that a copy of it takes a while: about 12 MB. */
async function fill({ api }: ServerWorld, chatbotId: string): Promise<void> {
  const payload = { text: 'x'.repeat(8_000) }
  const events = Array.from({ length: 500 }, () => ({ eventType: 'big.event', payload }))
  for (let times = 0; times < 3; times++) {
    await api.post(`/api/v1/chatbots/${chatbotId}/events/batch`, { events })
  }
}

test('a backup under load holds all that was accepted before it; restored, what waited is delivered', async () => {
  const { world, folder, file, keyFile, dataDir } = await setup()
  const right = await world.subscribe()
  const wrong = await world.subscribe({ steps: [{ kind: 'answer', status: 503 }] })
  const { eventId: waiting } = await wrong.lead()
  await world.api.deliveryAfter(1, waiting)
  const load = postLeads(world, right.chatbotId)
  await until(() => load.accepted.length > 20 || null, { what: 'load' })
  const before = Date.now()
  const { code, report, said } = await run(['backup', file, '--key-file', keyFile], { dataDir })
  await until(() => load.accepted.some(({ at }) => at > before + 100) || null, {
    what: 'more load',
  })
  await load.stop()
  expect(code, said).toBe(0)
  expect(report).toMatchObject({ kind: 'backup', file, keyFile, bytes: statSync(file).size })
  expect(readdirSync(folder).toSorted()).toEqual(['backup.db', 'keys'])
  for (const path of [file, keyFile]) expect(statSync(path).mode & 0o777, path).toBe(0o600)
  expect(readFileSync(file).includes(readFileSync(keyFile, 'utf8').trim())).toBe(false)

  await world.server.kill()
  const copyDir = join(folder, 'restored')
  const restored = await run(['restore', file, '--key-file', keyFile], { dataDir: copyDir })
  expect(restored.code, restored.said).toBe(0)
  expect(restored.report).toMatchObject({ kind: 'restored', tables: report.tables, held: null })
  expect(statSync(join(copyDir, 'chatzuri.db')).mode & 0o777).toBe(0o600)
  const files = ['chatzuri.db', 'encryption-key', 'lock.db', 'store-was-made']
  expect(readdirSync(copyDir).toSorted()).toEqual(files)

  await wrong.endpoint.behave({ kind: 'answer', status: 200 })
  const api = new ApiClient(await start({ dataDir: copyDir }))
  const owed = load.accepted.filter(({ at }) => at <= before)
  expect(owed.length).toBeGreaterThan(20)
  for (const { eventId } of owed) await api.deliveryIn('delivered', eventId)
  const [delivery] = await api.deliveriesOf(waiting)
  expect(delivery).toMatchObject({ state: 'pending', attemptCount: 1 })
  // It is due in an hour: by hand at once.
  await api.post(`/api/v1/deliveries/${delivery?.id}/cancel`)
  await api.post(`/api/v1/deliveries/${delivery?.id}/resend`)
  await api.deliveryIn('delivered', waiting)
})

/** What a command does on its way, or its end: on a busy machine it may be over before we look. */
async function seen(command: ServerProcess, look: () => boolean): Promise<void> {
  let hasEnded = false
  command.ended.then(() => {
    hasEnded = true
  }, expect.unreachable)
  await until(() => hasEnded || look() || null, { what: 'a command at work' })
}

test('whenever a backup or a restore is killed, what has the name is whole; and the server goes on', async () => {
  const { world, folder, file, dataDir } = await setup()
  const { chatbotId, lead } = await world.subscribe()
  await fill(world, chatbotId)
  const settings = keyOf(dataDir)
  const left = () => readdirSync(folder).filter((name) => /unfinished-\w+$/.test(name))
  // One that was over before it was seen is no kill.
  for (let times = 0; times < 10 && left().length < 3; times++) {
    rmSync(file, { force: true })
    const before = left().length
    const command = ServerProcess.launch({ args: ['backup', file], dataDir })
    await seen(command, () => left().length > before)
    await new Promise((resolve) => setTimeout(resolve, times * 20))
    await command.kill()
  }
  expect(left().length).toBeGreaterThan(0)
  for (const name of left().slice(0, 1)) {
    const target = { dataDir: join(folder, 'target'), settings }
    const { code, said } = await run(['restore', join(folder, name)], target)
    expect([code, said]).toEqual([1, expect.stringMatching(/is no backup|is damaged/)])
    expect(existsSync(join(folder, 'target'))).toBe(false)
  }
  // Asked to stop, it tidies up.
  const before = left()
  const asked = ServerProcess.launch({ args: ['backup', join(folder, 'asked.db')], dataDir })
  await seen(asked, () => left().length > before.length)
  asked.signal('SIGTERM')
  await asked.ended
  expect(left()).toEqual(before)
  await world.api.deliveryIn('delivered', (await lead()).eventId)
  if (!existsSync(file)) expect((await run(['backup', file], { dataDir })).code).toBe(0)

  const copyDir = join(folder, 'restored')
  const command = ServerProcess.launch({ args: ['restore', file], dataDir: copyDir, settings })
  const copy = join(copyDir, 'restore.unfinished', 'chatzuri.db')
  await seen(command, () => existsSync(copy))
  await command.kill()
  const isThere = existsSync(join(copyDir, 'chatzuri.db'))
  if (!isThere) {
    const { code, said } = await run(['serve'], { dataDir: copyDir, settings })
    expect([code, said]).toEqual([1, expect.stringContaining('A restore into')])
  }
  const again = await run(['restore', file], { dataDir: copyDir, settings })
  expect(again, `${isThere}`).toMatchObject({ code: isThere ? 1 : 0 })
  // Killed after the database had its name, the mark beside it is the next start's to make.
  const files = readdirSync(copyDir).filter((name) => !name.startsWith('store-was-made'))
  expect(files.toSorted()).toEqual(['chatzuri.db', 'lock.db'])
})

test('a full disk ends a backup or a restore in one sentence, and leaves nothing', async () => {
  const { world, folder, file, dataDir } = await setup()
  const { chatbotId } = await world.subscribe()
  await fill(world, chatbotId)
  // 4 MiB, in blocks of 512 bytes.
  const through = ['sh', '-c', 'ulimit -S -f 8192 && exec "$0" "$@"']
  const full = await run(['backup', file], { dataDir, through })
  expect([full.code, full.said]).toEqual([
    1,
    expect.stringMatching(/^.*backup\.db can't be made: .*\.$/),
  ])
  expect(readdirSync(folder)).toEqual([])
  expect((await run(['backup', file], { dataDir })).code).toBe(0)
  const copyDir = join(folder, 'restored')
  const settings = keyOf(dataDir)
  const again = await run(['restore', file], { dataDir: copyDir, through, settings })
  expect([again.code, again.said]).toEqual([1, expect.stringContaining("can't be made")])
  expect(readdirSync(copyDir)).toEqual(['lock.db'])
  expect((await run(['restore', file], { dataDir: copyDir, settings })).code).toBe(0)
})

test('a restore that holds sends nothing until a webhook is resumed', async () => {
  const { world, folder, file, dataDir } = await setup()
  const { endpoint, lead, webhook } = await world.subscribe({ steps: [{ kind: 'hang' }] })
  const { eventId } = await lead()
  await endpoint.arrived(1)
  await run(['backup', file], { dataDir })
  await world.server.kill()
  await endpoint.behave({ kind: 'answer', status: 200 })
  const copyDir = join(folder, 'restored')
  const restored = await run(['restore', file, '--hold'], {
    dataDir: copyDir,
    settings: keyOf(dataDir),
  })
  expect(restored.report).toMatchObject({ held: { webhooks: 1, waiting: 1 }, waiting: 1 })
  const server = await start({ dataDir: copyDir, settings: keyOf(dataDir) })
  const api = new ApiClient(server)
  await api.deliveryIn('parked', eventId)
  expect(await api.webhook(webhook.id)).toMatchObject({
    state: 'paused',
    stateReason: expect.stringContaining('Held after a restore'),
  })
  const log = await api.get<{ data: unknown[] }>('/api/v1/audit-log')
  expect(log.data).toContainEqual(
    expect.objectContaining({ action: 'webhook.paused', targetId: webhook.id }),
  )
  expect(endpoint.received).toHaveLength(1)
  const env = { CHATZURI_URL: server.url, CHATZURI_KEY: server.adminKey }
  const silent = { write: () => true }
  const resume = ['webhooks', 'resume', '--held']
  expect(await runClient(resume, { env, stdout: silent, stderr: silent })).toBe(0)
  await api.deliveryIn('delivered', eventId)
  // The same bytes under the same id: a receiver that keeps ids drops it.
  const ids = endpoint.received.map(({ headers }) => headers['webhook-id'])
  expect(ids).toEqual([eventId, eventId])
})

function keyOf(dataDir: string): Record<string, string> {
  return { ENCRYPTION_KEY: readFileSync(join(dataDir, 'encryption-key'), 'utf8').trim() }
}
