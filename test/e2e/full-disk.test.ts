/**
 * A store that can't commit. The full disk is a limit on the size of files (`ulimit -f`, which needs
 * no root): a write past it fails as a write to a full disk does, and the limit can be lifted from
 * outside where there is a `prlimit`; elsewhere the server is started again without it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import type { Answer, ErrorView, LeadAnswer } from '../support/api-client.ts'
import { makeDataDir, removeDataDirs, ServerProcess } from '../support/server-process.ts'
import { ANN, ServerWorld } from '../support/server-world.ts'
import { until } from '../support/until.ts'

/** 1 MiB, which the log of the database reaches first. */
const LIMITED = limitedTo(2_048)

/** Inside many containers even root may not. */
const CAN_MOUNT = canMount()
if (!CAN_MOUNT)
  console.warn('Not run, because nothing can be mounted here: a file system that is full')

let world: ServerWorld | undefined
afterEach(() => world?.close())

test('on a full disk nothing is accepted and nothing half-written; when there is room again, it goes on', async () => {
  const opened = await ServerWorld.open({ through: LIMITED, settings: { LOG_LEVEL: 'warn' } })
  world = opened
  const { chatbotId, endpoint, lead } = await opened.subscribe({
    steps: [{ kind: 'hang' }, { kind: 'answer', status: 200 }],
  })
  const accepted = [(await lead()).eventId]
  await endpoint.arrived(1)

  const refused = await fill(opened, chatbotId, accepted)
  expect(refused).toMatchObject({ status: 503, body: { code: 'store_unavailable' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await until(async () => (await fetch(`${opened.server.url}/readyz`)).status === 503 || null, {
    what: 'the server to say that it is not ready',
  })
  expect((await fetch(`${opened.server.url}/healthz`)).status).toBe(200)
  // Its answer comes while there is nowhere to write it down.
  await endpoint.release()
  const wrote = () => opened.server.out.find((line) => line.includes('record.waiting')) ?? null
  await until(wrote, { what: 'an attempt that waits for the store' })

  const lifted = liftLimit(opened.server.pid)
  if (!lifted) {
    await opened.server.kill()
    await opened.restart({ through: [] })
  }
  const isReady = async () => (await fetch(`${opened.server.url}/readyz`)).ok || null
  await until(isReady, { what: 'the server to be ready again' })
  accepted.push((await lead()).eventId)
  for (const eventId of accepted) await opened.api.deliveryIn('delivered', eventId)
  // What was answered while nothing could be written was remembered, not sent again.
  if (lifted) expect(endpoint.received).toHaveLength(accepted.length)
  expect(await eventsOfLeads(opened, chatbotId)).toEqual(accepted.toSorted())
})

// The limit above fails as a broken disk does; this is the answer of a file system without room.
test.skipIf(!CAN_MOUNT)(
  'a file system that is full to its last page (where root may mount one): 503, and on it goes with more room',
  async () => {
    const folder = makeDataDir()
    mount(['-t', 'tmpfs', '-o', 'size=3m,mode=0700', 'tmpfs', folder])
    try {
      const opened = await ServerWorld.open({ dataDir: folder, settings: { LOG_LEVEL: 'warn' } })
      world = opened
      const { chatbotId, endpoint, lead } = await opened.subscribe()
      const accepted: string[] = []
      const refused = await fill(opened, chatbotId, accepted)
      expect(refused).toMatchObject({ status: 503, body: { code: 'store_unavailable' } })
      // Emptying the log into the file may make a little room; never is it called ready without any.
      for (let asked = 0; asked < 5; asked++) {
        const ready = await fetch(`${opened.server.url}/readyz`)
        const lead = await postLead(opened, chatbotId, 'x')
        if (lead.status === 202) accepted.push((lead.body as LeadAnswer).eventId)
        else expect(await ready.json()).toMatchObject({ message: expect.stringContaining('full') })
        if (ready.status === 200) expect([asked, lead.status]).toEqual([asked, 202])
      }
      mount(['-o', 'remount,size=64m', folder])
      const isReady = async () => (await fetch(`${opened.server.url}/readyz`)).ok || null
      await until(isReady, { what: 'the server to be ready again' })
      accepted.push((await lead()).eventId)
      for (const eventId of accepted) await opened.api.deliveryIn('delivered', eventId)
      expect(await eventsOfLeads(opened, chatbotId)).toEqual(accepted.toSorted())
      expect(endpoint.received).toHaveLength(accepted.length)
      await opened.server.stop()
    } finally {
      await world?.server.kill()
      spawnSync('umount', [folder])
    }
  },
)

test('while something else holds the database, leads are answered 503 and nothing is lost', async () => {
  const opened = await ServerWorld.open()
  world = opened
  const { chatbotId, lead } = await opened.subscribe()
  const before = await lead()
  await opened.api.deliveryIn('delivered', before.eventId)

  const other = new DatabaseSync(join(opened.server.dataDir, 'chatzuri.db'))
  other.exec('BEGIN IMMEDIATE')
  const refused = await postLead(opened, chatbotId, 'Ben')
  const reading = await opened.api.send('GET', `/api/v1/leads/${before.leadId}`)
  other.exec('ROLLBACK')
  other.close()

  expect(refused).toMatchObject({ status: 503, body: { code: 'store_unavailable' } })
  expect(refused.headers.has('retry-after')).toBe(true)
  expect(reading.status).toBe(200)
  const after = await lead()
  await opened.api.deliveryIn('delivered', after.eventId)
  expect(await eventsOfLeads(opened, chatbotId)).toEqual([before.eventId, after.eventId])
})

test('a server that finds a full disk at its start says so in one sentence', async () => {
  const server = ServerProcess.launch({ through: limitedTo(16) })
  expect(await server.ended).toEqual({ code: 1, signal: null })
  expect(server.err).toEqual([expect.stringMatching(/^The store can't commit: .*\.$/)])
  removeDataDirs()
})

/** In blocks of 512 bytes. */
function limitedTo(fileBlocks: number): string[] {
  return ['sh', '-c', `ulimit -S -f ${fileBlocks} && exec "$0" "$@"`]
}

/** Large leads until one is refused, then small ones into what is left. Keeps what was accepted. */
async function fill(world: ServerWorld, chatbotId: string, accepted: string[]) {
  for (const name of ['x'.repeat(20_000), 'x']) {
    for (let count = 0; count < 500; count++) {
      const answer = await postLead(world, chatbotId, name)
      if (answer.status !== 202) {
        if (name.length > 1) break
        return answer as Answer<ErrorView>
      }
      accepted.push((answer.body as LeadAnswer).eventId)
    }
  }
  throw new Error('The disk did not become full')
}

function postLead(world: ServerWorld, chatbotId: string, customerName: string) {
  return world.api.send<LeadAnswer | ErrorView>('POST', `/api/v1/chatbots/${chatbotId}/leads`, {
    body: { ...ANN, customerName },
  })
}

/** The event of each lead that is listed, oldest first; ids are in the order of time. */
async function eventsOfLeads({ api }: ServerWorld, chatbotId: string): Promise<string[]> {
  const events: string[] = []
  let path: string | null = `/api/v1/leads?limit=100&chatbotId=${chatbotId}`
  while (path !== null) {
    const page: { data: { eventId: string }[]; nextCursor: string | null } = await api.get(path)
    events.push(...page.data.map(({ eventId }) => eventId))
    path =
      page.nextCursor === null
        ? null
        : `/api/v1/leads?limit=100&chatbotId=${chatbotId}&cursor=${page.nextCursor}`
  }
  return events.toSorted()
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'chatzuri-mount-'))
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0
  if (made) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true })
  return made
}

function mount(args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`)
}

function liftLimit(pid: number): boolean {
  return spawnSync('prlimit', ['--pid', `${pid}`, '--fsize=unlimited:']).status === 0
}
