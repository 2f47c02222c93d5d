/** The encryption key of the real program changes; what it gave out to people before goes on. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { usePostgres } from '../support/postgres.ts'
import { removeDataDirs, SERVER_PROGRAM, ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const servers: ServerProcess[] = []
const postgres = usePostgres()
const ORIGIN = 'https://shop.example'

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()))
  removeDataDirs()
})

async function start(settings: Record<string, string>, dataDir?: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({ settings, ...(dataDir !== undefined && { dataDir }) })
  servers.push(server)
  return server
}

function callerOf(server: ServerProcess) {
  return async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(server.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const json = JSON.parse((await answer.text()) || '{}') as Record<string, string>
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    return { status: answer.status, json, cookie }
  }
}

/** All that a server gives out, to be brought back later. */
async function giveOut(server: ServerProcess) {
  const call = callerOf(server)
  const root = { authorization: `Bearer ${server.adminKey}` }
  const make = () => call('/api/v1/chatbots', { name: 'Shop', allowedOrigins: [ORIGIN] }, root)
  const bot = (await make()).json.id ?? ''
  await make()
  const link = await call('/api/v1/owner-links', { chatbotId: bot }, root)
  const begun = await call(`/widget/v1/chatbots/${bot}/conversations`, {}, { origin: ORIGIN })
  return {
    bot,
    root,
    token: begun.json.token,
    link: link.json.url?.split('=')[1],
    cookie: (await call('/api/v1/session', { key: server.adminKey })).cookie,
    cursor: (await call('/api/v1/chatbots?limit=1', undefined, root)).json.nextCursor,
  }
}

async function bringBack(server: ServerProcess, given: Awaited<ReturnType<typeof giveOut>>) {
  const call = callerOf(server)
  const { bot, root, token, link, cookie, cursor } = given
  const lead = { token, customerName: 'Ann', customerEmail: 'ann@example.com', customerPhone: '' }
  const leave = () =>
    call(`/widget/v1/chatbots/${bot}/leads`, lead, {
      origin: ORIGIN,
      'idempotency-key': 'once',
    })
  const session = await call('/api/v1/chatbots', undefined, { cookie })
  const list = await call(`/api/v1/chatbots?limit=1&cursor=${cursor}`, undefined, root)
  const signIn = await call('/api/v1/session', { link })
  const left = async () => {
    const answer = await leave()
    return answer.json.code === 'too_soon' ? null : answer
  }
  const widget = await until(left, {
    what: "the token's third second, from which on it is good",
    everyMs: 200,
  })
  return {
    widget: widget.status,
    session: session.status,
    link: signIn.status,
    cursor: list.status,
  }
}

const ALL_WORK = { widget: 202, session: 200, link: 201, cursor: 200 }

test('a rotation and a restart end no session, link, open form or list: of the embedded store', async () => {
  const first = await start({})
  const given = await giveOut(first)
  const env = { PATH: process.env.PATH, DATA_DIR: first.dataDir }
  for (const _ of ['beside the server', 'once more']) {
    const rotated = await run(process.execPath, [SERVER_PROGRAM, 'keys', 'rotate', '--json'], {
      env,
    })
    expect(JSON.parse(rotated.stdout)).toMatchObject({ done: true })
  }
  await first.stop()
  expect(await bringBack(await start({}, first.dataDir), given)).toEqual(ALL_WORK)
})

test('a rotation by rolling restarts ends none of them on any node: of PostgreSQL', async () => {
  const [OLD, NEW] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const shared = { DATABASE_URL: await postgres.createDatabase(), ADMIN_KEY: 'key_of_the_operator' }
  const startWith = (seals: string, opens: string) =>
    start({ ...shared, ENCRYPTION_KEY: seals, ENCRYPTION_KEYS_TO_OPEN: opens })
  const [first, second] = await Promise.all([startWith(OLD, NEW), startWith(OLD, NEW)])
  const given = await giveOut(first)
  await first.stop()
  // Half-way: one node seals with the new key, the other with the old one.
  const ahead = await startWith(NEW, OLD)
  const ofAhead = await giveOut(ahead)
  expect(await bringBack(ahead, given)).toEqual(ALL_WORK)
  expect(await bringBack(second, ofAhead)).toEqual(ALL_WORK)
  const last = await giveOut(second)
  await Promise.all([ahead.stop(), second.stop()])
  await expect(startWith(OLD, '')).rejects.toThrow('ENCRYPTION_KEY is not the key')
  expect(await bringBack(await startWith(NEW, ''), last)).toEqual(ALL_WORK)
})
