import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { guideHeaders, modernHeaders } from '../../../../receiver/test/sign-request.ts'
import { receiversFor } from './receivers.ts'

/** What an owner's own secret may hold at worst, and one as they are drawn. */
const OWN = 'a\\secret(of)its{own},0123456789'
const DRAWN = 'whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY'
const URL_GIVEN = 'https://shop.example/hooks/leads?tenant=4711'
const BODY = '{"eventType":"lead.submit","chatbotId":"bot_1","payload":{"customerName":"Zoë"}}'
const NODE_MODULES = fileURLToPath(new URL('../../../../../node_modules', import.meta.url))
const RECEIVED = [200, { received: true }]
const REFUSED = [400, { message: "Signature didn't match" }]

type Send = (headers: Record<string, string>, body?: string) => Promise<[number, unknown]>

const STARTS: Record<string, (code: string) => Promise<Send>> = {
  Express: startExpress,
  'Next.js': startFetch,
  Fetch: startFetch,
}

afterEach(() => vi.unstubAllEnvs())

test.each(
  Object.entries(STARTS).flatMap(([name, start]) => [
    { name, start, what: 'the old secret', secret: OWN },
    { name, start, what: 'the new secret', secret: DRAWN },
    { name, start, what: 'both', secret: DRAWN, previousSecret: OWN },
  ]),
)(
  'the receiver for $name with $what takes what is signed during a rotation, and nothing else',
  async ({ name, start, secret, previousSecret }) => {
    const receivers = receiversFor({ url: URL_GIVEN, secret, previousSecret })
    vi.stubEnv(
      'CHATZURI_SECRET',
      previousSecret === undefined ? secret : `${secret} ${previousSecret}`,
    )
    const send = await start(receivers.find((one) => one.name === name)?.code ?? '')
    // As the server signs meanwhile: the older header is the old secret's.
    const right = { ...modernHeaders(BODY, { secrets: [DRAWN, OWN] }), ...guideHeaders(BODY, OWN) }
    expect(await send(right)).toEqual(RECEIVED)
    for (const held of [secret, ...(previousSecret === undefined ? [] : [previousSecret])]) {
      expect(await send(modernHeaders(BODY, { secrets: [held] }))).toEqual(RECEIVED)
      expect(await send(guideHeaders(BODY, held))).toEqual(REFUSED)
    }
    const { 'webhook-signature': signature = '' } = right
    const hourAgo = Math.floor(Date.now() / 1000) - 3_600
    const wrong: Record<string, string>[] = [
      {},
      ...['', 'v1,', 'x', signature.slice(0, 20), signature.replaceAll('v1', 'v2')].map(
        (value) => ({
          ...right,
          'webhook-signature': value,
        }),
      ),
      { ...right, 'webhook-id': 'evt_other' },
      { ...right, 'webhook-timestamp': '' },
      { ...right, 'webhook-timestamp': String(hourAgo) },
      modernHeaders(BODY, { secrets: [secret], timestampSeconds: hourAgo }),
      modernHeaders(BODY, { secrets: ['another-secret-than-this'] }),
      modernHeaders('{}', { secrets: [secret] }),
    ]
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      wrong.push(Object.fromEntries(Object.entries(right).filter(([each]) => each !== name)))
    }
    for (const headers of wrong) expect([headers, await send(headers)]).toEqual([headers, REFUSED])
    const large = JSON.stringify({ note: 'x'.repeat(200_000) })
    expect((await send(modernHeaders(large, { secrets: [secret] }), large))[0]).toBe(413)
  },
)

/** What is left when the old secret is taken out by hand, and what a file may end with. */
test.each(
  Object.entries(STARTS).flatMap(([name, start]) => [
    { name, start, held: `${DRAWN} `, what: 'a blank behind it' },
    { name, start, held: ` ${DRAWN}  ${OWN}`, what: 'blanks around two' },
  ]),
)('the receiver for $name whose secret has $what takes no empty key', async (given) => {
  vi.stubEnv('CHATZURI_SECRET', given.held)
  const send = await given.start(codeFor(given.name))
  expect(await send(modernHeaders(BODY, { secrets: [''] }))).toEqual(REFUSED)
  expect(await send(modernHeaders(BODY, { secrets: [DRAWN] }))).toEqual(RECEIVED)
})

test.each(
  Object.keys(STARTS).flatMap((name) =>
    ['undefined', 'null', 'a', ' ', 'whsec_', `${DRAWN} whsec_`].map((held) => ({ name, held })),
  ),
)('the receiver for $name does not start with "$held" for a secret', async ({ name, held }) => {
  const { dir, path } = write(codeFor(name))
  symlinkSync(NODE_MODULES, join(dir, 'node_modules'))
  vi.stubEnv('CHATZURI_SECRET', held)
  vi.stubEnv('PORT', '0')
  await expect(import(/* @vite-ignore */ path)).rejects.toThrow(
    /holds no secret|the webhook's secret/,
  )
})

function codeFor(name: string): string {
  const receivers = receiversFor({ url: URL_GIVEN, secret: DRAWN })
  return receivers.find((one) => one.name === name)?.code ?? ''
}

test('the secret comes from the environment: it is in the line that runs it, and in no code', () => {
  const receivers = receiversFor({ url: URL_GIVEN, secret: 'whsec_abc', previousSecret: 'old' })
  for (const { name, code, commands } of receivers) {
    expect([name, code.includes('whsec_abc')]).toEqual([name, false])
    expect([name, code.includes('CHATZURI_SECRET')]).toEqual([name, true])
    expect([name, commands.split('\n').at(-1)]).toEqual([
      name,
      expect.stringMatching(/^CHATZURI_SECRET='whsec_abc old' \S+ /),
    ])
    expect([name, code.includes('webhook-signature')]).toEqual([name, true])
    expect([name, /sha-?1\b|x-chatzuri/i.test(code)]).toEqual([name, false])
  }
  expect(receivers[1]?.file).toBe('app/hooks/leads/route.js')
})

test.each([
  ['http://localhost:4711/hook', '4711'],
  ['http://127.0.0.1:4711/hook', '4711'],
  ['http://[::1]:4711/hook', '4711'],
  ['http://localhost/hook', '80'],
  ['https://shop.example:8443/hook', '3000'],
  ['https://shop.example/hook', '3000'],
])('what is started for %s listens on port %s', (url, port) => {
  for (const { name, code, commands } of receiversFor({ url, secret: 'x' })) {
    const told = name === 'Express' ? code : commands
    expect([name, told]).toEqual([name, expect.stringMatching(`(?:[: ]|\\?\\? )${port}\\b`)])
  }
})

async function startFetch(code: string): Promise<Send> {
  const { path } = write(code)
  const module: Record<string, unknown> = await import(/* @vite-ignore */ path)
  const receive = (module.POST ?? module.receive) as (request: Request) => Promise<Response>
  return async (headers, body = BODY) => {
    const request = new Request(URL_GIVEN, { method: 'POST', body, headers })
    const response = await receive(request)
    return [response.status, await response.json()]
  }
}

async function startExpress(code: string): Promise<Send> {
  const { dir, path } = write(code)
  symlinkSync(NODE_MODULES, join(dir, 'node_modules'))
  // Below those that the system gives away by itself.
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  const { CHATZURI_SECRET = '' } = process.env
  const env = { PORT: String(port), CHATZURI_SECRET }
  const child = spawn(process.execPath, [path], { env, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const send: Send = async (headers, body = BODY) => {
    const response = await fetch(`http://127.0.0.1:${port}/hooks/leads?tenant=4711`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
    return [response.status, await response.json().catch(() => null)]
  }
  await expect.poll(() => send({}).catch(() => null), { timeout: 20_000 }).toEqual(REFUSED)
  return send
}

function write(code: string): { dir: string; path: string } {
  const dir = mkdtempSync(join(tmpdir(), 'chatzuri-receiver-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const path = join(dir, 'receiver.mjs')
  writeFileSync(path, code)
  return { dir, path }
}
