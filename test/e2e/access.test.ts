/** Keys and sessions of the real program, over kills and restarts. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { removeDataDirs, type ServerOptions, ServerProcess } from '../support/server-process.ts'

const servers: ServerProcess[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()))
  removeDataDirs()
})

async function start(options: ServerOptions = {}) {
  const server = await ServerProcess.start(options)
  servers.push(server)
  const call = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ) => {
    const sent = new Headers(headers)
    if (body) sent.set('content-type', 'application/json')
    const answer = await fetch(`${server.url}/api/v1/${path}`, {
      method,
      headers: sent,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    const json: Record<string, string> = text === '' ? {} : JSON.parse(text)
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    return { status: answer.status, json, cookie }
  }
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
  return { server, call, bearer, root: bearer(server.adminKey) }
}

test('what was made outlives a kill, what was revoked stays so, and no file holds a token', async () => {
  const first = await start()
  const { call, bearer, root } = first
  const bot = (await call('POST', 'chatbots', root, { name: 'Shop' })).json.id
  const make = async () =>
    (await call('POST', 'api-keys', root, { name: 'Shop', chatbotId: bot })).json
  const [kept, revoked] = [await make(), await make()]
  const link = (await call('POST', 'owner-links', root, { chatbotId: bot })).json.url?.split('=')[1]
  const owner = await call('POST', 'session', {}, { link })
  const ofRevoked = await call('POST', 'session', {}, { key: revoked.key })
  expect([owner.status, ofRevoked.status]).toEqual([201, 201])
  expect((await call('DELETE', `api-keys/${revoked.id}`, root)).status).toBe(204)
  await first.server.kill()

  const files = readdirSync(first.server.dataDir)
  const bytes = files.map((file) => readFileSync(join(first.server.dataDir, file), 'latin1')).join()
  expect(bytes).toContain(kept.id)
  const tokens = [kept.key, revoked.key, link, ...[owner, ofRevoked].map(({ cookie }) => cookie)]
  for (const token of tokens) {
    const [secret = ''] = /[\w-]{32}$/.exec(token ?? '') ?? []
    expect(secret).toHaveLength(32)
    expect(bytes).not.toContain(secret)
  }

  const second = await start({ dataDir: first.server.dataDir })
  const list = async (headers: Record<string, string>) =>
    (await second.call('GET', 'leads', headers)).status
  expect(await list(bearer(kept.key ?? ''))).toBe(200)
  expect(await list({ cookie: owner.cookie })).toBe(200)
  expect(await list(bearer(revoked.key ?? ''))).toBe(401)
  expect(await list({ cookie: ofRevoked.cookie })).toBe(401)
  const log = (await second.call('GET', 'audit-log?limit=1', root)).json
  expect(log.data).toMatchObject([{ action: 'key.deleted', targetId: revoked.id, actor: 'root' }])
})
