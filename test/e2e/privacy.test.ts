/**
 * Secrets and people, looked for in everything that a server writes or answers: its files, its log at
 * the most talkative level, its lists, exports and metrics. The receiver echoes all it gets. Each
 * search is seen to find what it looks for before that is to be gone.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { removeDataDirs, SERVER_PROGRAM, ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const servers: ServerProcess[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill()
  removeDataDirs()
})

async function start(dataDir?: string): Promise<ServerProcess> {
  const settings = { LOG_LEVEL: 'debug', RETRY_SCHEDULE: '0s,1s,1h' }
  const server = await ServerProcess.start({ settings, ...(dataDir !== undefined && { dataDir }) })
  servers.push(server)
  return server
}

/** Says everything back: in its status line, a header and its body; fails when it is told so. */
async function startEcho() {
  const echo = { status: 200, bodies: [] as string[], hold: null as Promise<void> | null }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    echo.bodies.push(body)
    await echo.hold
    const said = `${body} ${JSON.stringify(request.headers)}`
    const plain = said.replaceAll(/[^\x20-\x7e]/g, '')
    const head = { 'x-echo': plain.slice(0, 900), 'content-type': 'text/plain' }
    response.writeHead(echo.status, plain.slice(0, 200), head).end(said)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { echo, port: (server.address() as AddressInfo).port }
}

function mark(name: string): string {
  return `mark${name}${randomBytes(6).toString('hex')}`
}

type Call = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; text: string }>

function callerOf(server: ServerProcess): Call {
  return async (method, path, body) => {
    const headers: Record<string, string> = { authorization: `Bearer ${server.adminKey}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const answer = await fetch(server.url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, text: await answer.text() }
  }
}

/** The database's files, byte for byte. Keys have files of their own. */
function filesOf(dataDir: string): [string, string][] {
  const names = readdirSync(dataDir).filter((name) => name.startsWith('chatzuri.db'))
  return names.map((name) => [name, readFileSync(join(dataDir, name)).toString('latin1')])
}

interface Place {
  chatbotId: string
  webhookId: string
  deliveryIds: string[]
  eventIds: string[]
}

async function answersOf(call: Call, place: Place): Promise<[string, string][]> {
  const { chatbotId, webhookId, deliveryIds, eventIds } = place
  const paths = [
    '/metrics',
    '/api/v1/chatbots',
    `/api/v1/chatbots/${chatbotId}/webhooks`,
    `/api/v1/webhooks/${webhookId}`,
    '/api/v1/leads',
    '/api/v1/leads.csv',
    '/api/v1/deliveries',
    '/api/v1/erasures',
    '/api/v1/event-types',
    ...deliveryIds.map((id) => `/api/v1/deliveries/${id}`),
    ...eventIds.map((id) => `/api/v1/events/${id}`),
  ]
  return Promise.all(
    paths.map(async (path) => [path, (await call('GET', path)).text] as const),
  ).then((found) => found.map(([path, text]) => [path, text]))
}

/** Where each of the marks is to be found: `place: mark`. */
function findMarks(places: [string, string][], marks: Record<string, string>): string[] {
  return places.flatMap(([place, text]) => {
    const lower = text.toLowerCase()
    return Object.entries(marks)
      .filter(([, value]) => lower.includes(value.toLowerCase()))
      .map(([name]) => `${place}: ${name}`)
  })
}

function command(dataDir: string, ...args: string[]) {
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir }
  return run(process.execPath, [SERVER_PROGRAM, ...args], { env })
}

async function setup() {
  const [server, { echo, port }] = [await start(), await startEcho()]
  const call = callerOf(server)
  const secrets = {
    secret: mark('secret'),
    header: mark('header'),
    password: mark('password'),
    query: mark('query'),
  }
  const create = async (path: string, body: unknown) =>
    JSON.parse((await call('POST', path, body)).text) as { id: string }
  const chatbot = await create('/api/v1/chatbots', { name: 'Shop' })
  const webhook = await create(`/api/v1/chatbots/${chatbot.id}/webhooks`, {
    url: `http://user:${secrets.password}@127.0.0.1:${port}/hook?key=${secrets.query}`,
    eventTypes: ['lead.submit'],
    headers: { 'x-api-key': secrets.header },
    secret: `${secrets.secret}0123456789abcdef`,
  })
  const place: Place = {
    chatbotId: chatbot.id,
    webhookId: webhook.id,
    deliveryIds: [],
    eventIds: [],
  }
  const postLead = async (person: Record<string, string>) => {
    const answer = await call('POST', `/api/v1/chatbots/${chatbot.id}/leads`, {
      customerName: person.name,
      customerPhone: person.phone,
      customerEmail: person.email,
      conversationId: person.conversation,
    })
    expect(answer.status).toBe(202)
    const made = JSON.parse(answer.text) as { leadId: string; eventId: string }
    place.eventIds.push(made.eventId)
    const event = await call('GET', `/api/v1/events/${made.eventId}`)
    const { deliveries } = JSON.parse(event.text) as { deliveries: { id: string }[] }
    place.deliveryIds.push(deliveries[0]?.id ?? '')
    return { ...made, deliveryId: deliveries[0]?.id ?? '' }
  }
  const attempts = async (deliveryId: string, count: number) => {
    const look = async () => {
      const { text } = await call('GET', `/api/v1/deliveries/${deliveryId}`)
      const found = JSON.parse(text) as { attempts: unknown[]; state: string; stateReason: string }
      return found.attempts.length >= count ? found : null
    }
    return until(look, { what: `${count} attempts of ${deliveryId}` })
  }
  return { server, call, echo, secrets, place, postLead, attempts }
}

function somebody() {
  return {
    name: mark('name'),
    email: `${mark('email')}@example.com`,
    phone: mark('phone'),
    conversation: mark('conversation'),
  }
}

test('no secret is in any file, log or answer: not before and not after its key or itself is changed', async () => {
  const { server, call, secrets, place, postLead, attempts } = await setup()
  const { deliveryId } = await postLead(somebody())
  await attempts(deliveryId, 1)
  // The echo tells what the receiver was sent. That is its answer, and shown as it is.
  const shown = await answersOf(call, { ...place, deliveryIds: [], eventIds: [] })
  expect(findMarks(filesOf(server.dataDir), { header: secrets.header })).not.toEqual([])
  await call(
    'DELETE',
    `/api/v1/leads/${JSON.parse((await call('GET', '/api/v1/leads')).text).data[0].id}`,
  )
  // The URL's query is the owner's address, shown to the owner; its password is not.
  const { query: _, ...hidden } = secrets
  expect(findMarks(shown, hidden)).toEqual([])
  const own = await call('GET', `/api/v1/webhooks/${place.webhookId}/secret`)
  expect(own.text).toContain(secrets.secret)

  const before = filesOf(server.dataDir).map(([, bytes]) => bytes.match(/v1\.[0-9a-f]{8}\./)?.[0])
  const rotated = await command(server.dataDir, 'keys', 'rotate', '--json')
  const report = JSON.parse(rotated.stdout) as { done: boolean; keys: unknown[] }
  expect(report).toMatchObject({ done: true })
  await until(
    async () => !readdirSync(server.dataDir).includes('encryption-keys-to-open') || null,
    {
      what: 'the old key to be dropped',
    },
  )
  const gone = before.find((id) => id !== undefined) ?? 'v1.none'
  const clean = async () =>
    findMarks(filesOf(server.dataDir), { gone, ...secrets }).length === 0 || null
  await until(clean, { what: 'what the old key sealed to be gone from the files' })
  expect((await call('GET', `/api/v1/webhooks/${place.webhookId}/secret`)).text).toBe(own.text)
  await attempts((await postLead(somebody())).deliveryId, 1)
  await call('POST', `/api/v1/webhooks/${place.webhookId}/rotate-secret`, { overlapHours: 1 })
  await call('POST', `/api/v1/webhooks/${place.webhookId}/rotate-secret/finish`, {})
  await server.stop()
  expect(findMarks(filesOf(server.dataDir), { secret: secrets.secret })).toEqual([])
  const log = [...server.out, ...server.err].join('\n')
  expect(log).toContain('delivery.attempted')
  expect(findMarks([['log', log]], secrets)).toEqual([])
})

test('an erased person is in no file, log, list, export or metric, and was in all of these before', async () => {
  const { server, call, echo, place, postLead, attempts } = await setup()
  const [person, other] = [somebody(), somebody()]
  echo.status = 500
  const { leadId, deliveryId } = await postLead(person)
  await attempts(deliveryId, 2)
  await attempts((await postLead(other)).deliveryId, 1)

  const everywhere = async () => [...filesOf(server.dataDir), ...(await answersOf(call, place))]
  const found = findMarks(await everywhere(), person)
  for (const name of ['name', 'email', 'phone', 'conversation']) {
    expect(found).toContain(`/api/v1/leads.csv: ${name}`)
    expect(found).toContain(`/api/v1/leads: ${name}`)
    expect(found).toContain(`/api/v1/deliveries/${deliveryId}: ${name}`)
    expect(found.some((hit) => hit.startsWith('chatzuri.db') && hit.endsWith(name))).toBe(true)
  }
  const exported = await call('GET', `/api/v1/leads/${leadId}/export`)
  expect(JSON.parse(exported.text)).toMatchObject({
    lead: { customerName: person.name },
    event: { payload: { customerEmail: person.email } },
    deliveries: [
      {
        receiver: { host: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
        sentBody: echo.bodies[0],
        firstSentAt: expect.any(String),
        attempts: [{ number: 1, status: 500 }, { number: 2 }],
      },
    ],
  })

  // An attempt is on its way while the person is erased, and echoes them afterwards.
  let release = () => {}
  echo.hold = new Promise((resolve) => {
    release = resolve
  })
  const seen = echo.bodies.length
  await call('POST', `/api/v1/deliveries/${deliveryId}/cancel`)
  await call('POST', `/api/v1/deliveries/${deliveryId}/resend`)
  await until(async () => echo.bodies.length > seen || null, { what: 'an attempt on its way' })
  expect((await call('DELETE', `/api/v1/leads/${leadId}`)).status).toBe(204)
  release()
  const late = await attempts(deliveryId, 3)
  expect(late).toMatchObject({ state: 'cancelled', stateReason: 'lead_erased' })

  const clean = async () => findMarks(filesOf(server.dataDir), person).length === 0 || null
  await until(clean, { what: 'the person to be gone from the files' })
  expect(findMarks(await everywhere(), person)).toEqual([])
  expect((await call('GET', `/api/v1/leads/${leadId}/export`)).status).toBe(404)
  const erasures = JSON.parse((await call('GET', '/api/v1/erasures')).text) as { data: unknown[] }
  expect(erasures.data).toMatchObject([{ leadId, chatbotId: place.chatbotId, reason: 'request' }])
  expect(findMarks(await everywhere(), other)).not.toEqual([])
  await server.stop()
  const log = [...server.out, ...server.err].join('\n')
  expect(findMarks([['log', log], ...filesOf(server.dataDir)], person)).toEqual([])
})

test('whom a restored backup brings back is erased again by the list, before anything is sent', async () => {
  const { server, call, postLead, attempts } = await setup()
  const person = somebody()
  const { leadId, deliveryId } = await postLead(person)
  await attempts(deliveryId, 1)
  await server.stop()
  const backup = readdirSync(server.dataDir).map(
    (name) => [name, readFileSync(join(server.dataDir, name))] as const,
  )
  const again = await start(server.dataDir)
  expect((await callerOf(again)('DELETE', `/api/v1/leads/${leadId}`)).status).toBe(204)
  const { stdout: list } = await command(server.dataDir, 'erase', '--list')
  await again.stop()
  for (const [name, bytes] of backup) writeFileSync(join(server.dataDir, name), bytes)
  const path = join(server.dataDir, 'erasures.jsonl')
  writeFileSync(path, `${list}{"leadId":"nonsense"}\n`)
  await expect(command(server.dataDir, 'erase', '--from-file', path)).rejects.toThrow(
    /holds something else than erasures .* nothing was erased/,
  )
  expect(findMarks(filesOf(server.dataDir), person)).not.toEqual([])
  writeFileSync(path, list)
  const { stdout } = await command(server.dataDir, 'erase', '--from-file', path, '--json')
  expect(JSON.parse(stdout)).toEqual({ kind: 'erased', named: 1, erased: 1, absent: 0 })
  expect(findMarks(filesOf(server.dataDir), person)).toEqual([])
  const restored = callerOf(await start(server.dataDir))
  expect((await restored('GET', `/api/v1/leads/${leadId}`)).status).toBe(404)
  expect((await restored('GET', '/api/v1/erasures')).text).toContain(leadId)
  expect(call).toBeDefined()
})

test('keys rotate without a server, are resumed when that is killed, and a lost key is one sentence', async () => {
  const { server, place } = await setup()
  await expect(command(server.dataDir, 'keys', 'nonsense')).rejects.toThrow(
    /takes status or rotate/,
  )
  await server.stop()
  const keyPath = join(server.dataDir, 'encryption-key')
  const old = readFileSync(keyPath, 'utf8')
  const { stdout } = await command(server.dataDir, 'keys', 'rotate')
  expect(stdout).toContain('Nothing needs another key')
  expect(stdout).toContain('encryption-keys-retired')
  const retiredPath = join(server.dataDir, 'encryption-keys-retired')
  expect(readFileSync(retiredPath, 'utf8')).toBe(old)
  expect(statSync(retiredPath).mode & 0o777).toBe(0o600)
  expect(readFileSync(keyPath, 'utf8')).not.toBe(old)
  expect(readdirSync(server.dataDir)).not.toContain('encryption-keys-to-open')
  const key = readFileSync(keyPath, 'utf8')
  writeFileSync(keyPath, old)
  await expect(start(server.dataDir)).rejects.toThrow(/ENCRYPTION_KEY is not the key/)
  // As if killed after the files were changed, before anything was sealed anew.
  writeFileSync(keyPath, `${randomBytes(32).toString('base64')}\n`)
  writeFileSync(join(server.dataDir, 'encryption-keys-to-open'), key)
  const resumed = await start(server.dataDir)
  const own = await callerOf(resumed)('GET', `/api/v1/webhooks/${place.webhookId}/secret`)
  expect(own.status).toBe(200)
  await until(
    async () => !readdirSync(server.dataDir).includes('encryption-keys-to-open') || null,
    { what: 'the server to seal all anew and drop the old key' },
  )
  const { stdout: status } = await command(server.dataDir, 'keys', 'status', '--json')
  expect(JSON.parse(status)).toMatchObject({ done: true, keys: [{ role: 'seals', webhooks: 1 }] })
})
