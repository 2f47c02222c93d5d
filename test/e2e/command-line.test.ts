/** The command line as a shell has it: pipes that close, completions, headers for curl. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANN, ServerWorld } from '../support/server-world.ts'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('../../packages/cli/bin/chatzuri.js', import.meta.url))
const SECRET = 'whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY'

let world: ServerWorld
let folder: string
beforeAll(async () => {
  world = await ServerWorld.open()
  folder = mkdtempSync(join(tmpdir(), 'chatzuri-shell-'))
})
afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

function env(more: Record<string, string> = {}) {
  const { server } = world
  const { PATH = '' } = process.env
  return { PATH, CHATZURI_URL: server.url, CHATZURI_KEY: server.adminKey, HOME: folder, ...more }
}

const chatzuri = (args: string[]) => run(process.execPath, [PROGRAM, ...args], { env: env() })

/** In a shell, `chatzuri` being this program. */
async function shell(script: string, more: Record<string, string> = {}) {
  const whole = `set -o pipefail; chatzuri() { "${process.execPath}" "${PROGRAM}" "$@"; }; ${script}`
  const child = spawn('bash', ['-c', whole], { env: env(more) })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (texts.out += chunk))
  child.stderr.on('data', (chunk) => (texts.err += chunk))
  const [code] = await once(child, 'close')
  return { code, ...texts }
}

test('a reader who has enough ends it quietly, whatever it is', async () => {
  const chatbotId = await world.api.createChatbot()
  for (let made = 0; made < 120; made++) await world.api.postLead(chatbotId, ANN)
  const scripts = [
    'chatzuri leads list --limit 100000 | head -1',
    'chatzuri --help | true',
    'chatzuri completion bash | head -1',
    'chatzuri deliveries --help | head -1',
    'chatzuri listen --help | true',
  ]
  for (const script of scripts) {
    const { code, err } = await shell(script)
    expect([script, code, err]).toEqual([script, 0, ''])
  }
})

test('a server whose log nobody reads any more goes on', async () => {
  const settings = { DATA_DIR: join(folder, 'data'), PORT: '0', LOG_LEVEL: 'debug' }
  const child = spawn(process.execPath, [PROGRAM, 'serve'], { env: env(settings) })
  const ended = once(child, 'close')
  let err = ''
  child.stderr.on('data', (chunk) => (err += chunk))
  const [first] = await once(child.stdout, 'data')
  const [, url = ''] = /listening on (http:[^"]+)/.exec(String(first)) ?? []
  child.stdout.destroy()
  // Each request is a line.
  for (let asked = 0; asked < 20; asked++) expect((await fetch(`${url}/healthz`)).status).toBe(200)
  child.kill('SIGTERM')
  const [code] = await ended
  expect([code, /EPIPE|\n +at /.test(err)]).toEqual([0, false])
})

test('curl sends what sign prints', async () => {
  const got = Promise.withResolvers<Record<string, unknown>>()
  const endpoint = createServer((request, response) => {
    got.resolve(request.headers)
    response.end('ok')
  })
  endpoint.listen(0, '127.0.0.1')
  await once(endpoint, 'listening')
  const { port } = endpoint.address() as AddressInfo
  writeFileSync(join(folder, 'body.json'), '{"eventType":"lead.submit"}')
  const script = `cd "${folder}" && curl -sS -H @<(chatzuri sign body.json) --data-binary @body.json http://127.0.0.1:${port}/`
  const { code, out, err } = await shell(script, { CHATZURI_SECRET: SECRET })
  expect([code, out, err]).toEqual([0, 'ok', ''])
  const headers = await got.promise
  expect(headers['x-chatzuri-signature']).toMatch(/^[0-9a-f]{40}$/)
  expect(headers['webhook-signature']).toMatch(/^v1,/)
  endpoint.close()
})

test('Ctrl-C ends the watching of what the server does with many, and not the work', async () => {
  const { chatbotId, webhook } = await world.subscribe({ fields: { eventTypes: ['a.b'] } })
  const event = { eventType: 'order.paid', payload: {} }
  for (let made = 0; made < 6; made++) {
    const events = Array.from({ length: 500 }, () => event)
    await world.api.post(`/api/v1/chatbots/${chatbotId}/events/batch`, { events })
  }
  const argv = ['webhooks', 'backfill', webhook.id, '--since', '1h', '--event-type', 'order.paid']
  const child = spawn(process.execPath, [PROGRAM, ...argv, '--yes'], { env: env() })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (texts.out += chunk))
  const ended = once(child, 'close')
  for await (const chunk of child.stderr) {
    texts.err += chunk
    // The first line tells how far it is. A second Ctrl-C would end it at once.
    if (texts.out === '' && /^backfill: [^\n]*\n$/.test(texts.err)) child.kill('SIGINT')
  }
  expect([(await ended)[0], texts.out]).toEqual([1, ''])
  const [, id = ''] =
    /It goes on in the server\..* chatzuri bulk stop (rcv_\w+)\.\n$/.exec(texts.err) ?? []
  const running = await chatzuri(['bulk', 'list', '--running', '--chatbot', chatbotId])
  expect(running.stdout).toContain(`"id":"${id}"`)
  const stopped = JSON.parse((await chatzuri(['bulk', 'stop', id])).stdout)
  expect(stopped).toMatchObject({ stopped: true, total: 3_000, done: expect.any(Number) })
  expect(stopped.done).toBeLessThan(3_000)
  // Whoever follows it is told that it did not come to its end.
  await expect(chatzuri(['bulk', 'follow', id])).rejects.toMatchObject({ code: 1 })
  expect((await chatzuri(['bulk', 'list', '--running'])).stdout).toBe('')
})

test('bash completes commands, their actions and their options', async () => {
  const complete = (line: string) => {
    const words = line.split(' ')
    const quoted = words.map((word) => `'${word}'`).join(' ')
    return `source <(chatzuri completion bash); COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _chatzuri; echo "\${COMPREPLY[*]}"`
  }
  const completed = async (line: string) => (await shell(complete(line))).out.trim().split(' ')
  expect(await completed('chatzuri deli')).toEqual(['deliveries'])
  expect(await completed('chatzuri deliveries re')).toEqual(['resend'])
  expect(await completed('chatzuri webhooks ro')).toEqual(['rotate'])
  expect(await completed('chatzuri webhooks ba')).toEqual(['backfill'])
  expect(await completed('chatzuri bulk s')).toEqual(['show', 'stop'])
  expect(await completed('chatzuri deliveries --st')).toEqual(['--state', '--status'])
  expect(await completed('chatzuri completion z')).toEqual(['zsh'])
})

test.for(['zsh', 'fish'])('%s reads its completions', async (name, { skip }) => {
  const { PATH = '' } = process.env
  const isThere = PATH.split(delimiter).some((path) => existsSync(join(path, name)))
  skip(!isThere, `${name} is not installed here`)
  const { stdout } = await chatzuri(['completion', name])
  const file = join(folder, `completion.${name}`)
  writeFileSync(file, stdout)
  const { stderr } = await run(name, ['-n', file])
  expect(stderr).toBe('')
})

test('lists, webhooks and what is done with one', async () => {
  const chatbotId = await world.api.createChatbot()
  const endpoint = await world.receiver.endpoint()
  const lines = async (args: string[]) =>
    (await chatzuri(args)).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const url = endpoint.url.replace('http://127.0.0.1', 'localhost')
  const [made] = await lines(['webhooks', 'create', url, '--chatbot', chatbotId])
  expect(made).toMatchObject({ url: `http://${url}`, eventTypes: ['lead.submit'] })
  expect(await lines(['webhooks', 'test', made.id])).toMatchObject([{ status: 200 }])
  const [rotated] = await lines(['webhooks', 'rotate', made.id])
  expect(rotated.previousSecret).toBe(made.secret)
  expect(await lines(['webhooks', 'show', made.id])).toMatchObject([{ id: made.id }])
  const { leadId } = await world.api.postLead(chatbotId, ANN)
  const since = ['--chatbot', chatbotId, '--since', '1h']
  expect(await lines(['leads', 'list', '--q', 'ann', ...since])).toMatchObject([{ id: leadId }])
  expect((await lines(['events', 'list', ...since])).map(({ eventType }) => eventType)).toEqual([
    'lead.submit',
    'lead.submit',
  ])
  const states = ['--state', 'pending', '--state', 'delivered,exhausted']
  expect(await lines(['deliveries', 'list', ...since, ...states])).not.toEqual([])
  const [late] = await lines(['webhooks', 'create', url, '--chatbot', chatbotId, '--type', 'a.b'])
  const eventId = leadId.replace('lead_', 'evt_')
  const [sent] = await lines(['events', 'send', eventId, '--webhook', late.id])
  expect(await lines(['deliveries', 'list', '--webhook', late.id])).toMatchObject([
    { id: sent.deliveryId, eventId },
  ])
  expect((await lines(['chatbots', 'list'])).map(({ id }) => id)).toContain(chatbotId)
  await expect(chatzuri(['webhooks', 'delete', made.id])).rejects.toMatchObject({ code: 2 })
  expect(await lines(['webhooks', 'delete', made.id, '--yes'])).toEqual([
    { id: made.id, deleted: true },
  ])
  for (const wrong of [
    ['deliveries', 'list', '--q', 'a', '--q', 'b'],
    ['deliveries', 'list', '--since', 'yesterday'],
    ['leads', 'list', '--since', '1h', '--from', '2h'],
    ['webhooks', 'create', 'shop.example/hook'],
    ['listen', '--forward-to', '70000'],
  ]) {
    await expect(chatzuri(wrong), wrong.join(' ')).rejects.toMatchObject({ code: 2 })
  }
})
