/** The receivers that the dashboard offers to paste, in the languages that are installed here. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { checkEndpoint } from '../../packages/cli/src/check/check.ts'
import { receiversFor } from '../../packages/dashboard/src/pages/webhooks/receivers.ts'
import { guideHeaders, modernHeaders } from '../../packages/receiver/test/sign-request.ts'
import { findRuntime, nameMissing } from '../support/runtimes.ts'
import { startReceiver } from './start.ts'

/** What an owner's own secret may hold at worst, and one as they are drawn. */
const OWN = 'a\\secret(of)its{own},0123456789'
const DRAWN = 'whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY'
const HELD = [
  { what: 'the old secret', secret: OWN },
  { what: 'the new secret', secret: DRAWN },
  { what: 'both secrets', secret: DRAWN, previousSecret: OWN },
]
const PATH = '/hooks/leads'

const PASTED: Record<string, { runtime: string; probe: string[]; args: string[] }> = {
  Python: {
    runtime: 'python3',
    probe: ['-c', 'import flask, sys; sys.exit(not hasattr(flask, "Blueprint"))'],
    args: ['-m', 'flask', '--app', 'receiver', 'run', '--host', '127.0.0.1', '--port', 'PORT'],
  },
  PHP: {
    runtime: 'php',
    probe: ['--version'],
    // Every warning is printed, as on a machine of somebody who is setting it up.
    args: ['-d', 'display_errors=1', '-S', '127.0.0.1:PORT', 'webhook.php'],
  },
}

const missing = new Map<string, string>()
afterAll(() => nameMissing('Receivers to paste were', missing))

test('every receiver in another language is run here', () => {
  const others = receiversFor({ url: 'https://x.example/', secret: 'x' })
    .filter(({ file }) => !/\.m?js$/.test(file))
    .map(({ name }) => name)
  expect(others).toEqual(Object.keys(PASTED))
})

test.each(
  Object.entries(PASTED).flatMap(([name, pasted]) =>
    HELD.map((held) => ({ name, ...held, ...pasted })),
  ),
)('$name, pasted with $what during a rotation, has no fault', async (pasted) => {
  const { name, secret, previousSecret, args } = pasted
  const runtime = findRuntime(pasted.runtime, pasted.probe)
  if (runtime === null) return void missing.set(name, pasted.runtime) // Named at the end.
  const dir = await mkdtemp(join(tmpdir(), 'chatzuri-pasted-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const url = `https://shop.example${PATH}?tenant=4711`
  const receivers = receiversFor({ url, secret, previousSecret })
  const receiver = receivers.find((each) => each.name === name)
  await writeFile(join(dir, receiver?.file ?? ''), receiver?.code ?? '')

  const command = [runtime, ...args]
  // As the line to run it says.
  const held = /CHATZURI_SECRET='([^']+)'/.exec(receiver?.commands ?? '')?.[1] ?? ''
  const env = { CHATZURI_SECRET: held }
  const started = await startReceiver({ command, cwd: dir, path: PATH, env })
  onTestFinished(async () => void (await started.stop()))
  const body = '{"eventType":"lead.submit","chatbotId":"bot_1","payload":{"customerName":"Zoë"}}'
  const send = async (headers: Record<string, string>) => {
    const answer = await fetch(`${started.url}?tenant=4711`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
    return [answer.status, await answer.json()]
  }
  // As the server signs meanwhile: the older header is the old secret's.
  const right = { ...modernHeaders(body, { secrets: [DRAWN, OWN] }), ...guideHeaders(body, OWN) }
  expect(await send(right)).toEqual([200, { received: true }])
  const refused = [400, { message: "Signature didn't match" }]
  expect(await send(guideHeaders(body, secret))).toEqual(refused)
  expect(await send({ ...right, 'webhook-signature': 'v1,' })).toEqual(refused)
  const options = { url: new URL(started.url), secret, timeoutMs: 30_000 }
  const report = await checkEndpoint({ ...options, previousSecret: previousSecret ?? null })
  expect(report.findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  expect(report.checks).toBe('modern')
})

test.each(Object.entries(PASTED).map(([name, pasted]) => ({ name, ...pasted })))(
  '$name takes no empty key for the blank that is left of an old secret, and no name of nothing',
  async ({ name, args, ...pasted }) => {
    const runtime = findRuntime(pasted.runtime, pasted.probe)
    if (runtime === null) return void missing.set(name, pasted.runtime) // Named at the end.
    const dir = await mkdtemp(join(tmpdir(), 'chatzuri-pasted-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const receivers = receiversFor({ url: `https://shop.example${PATH}`, secret: OWN })
    const receiver = receivers.find((each) => each.name === name)
    await writeFile(join(dir, receiver?.file ?? ''), receiver?.code ?? '')
    const body = '{"eventType":"lead.submit","chatbotId":"bot_1","payload":{}}'
    const ask = async (held: string, secret: string) => {
      const env = { CHATZURI_SECRET: held }
      const program = { command: [runtime, ...args], cwd: dir, path: PATH, env }
      const started = await startReceiver(program).catch(() => null)
      if (started === null) return 'ended'
      onTestFinished(async () => void (await started.stop()))
      const headers = {
        'content-type': 'application/json',
        ...modernHeaders(body, { secrets: [secret] }),
      }
      return (await fetch(started.url, { method: 'POST', headers, body })).status
    }
    expect(await Promise.all([ask(`${DRAWN} `, ''), ask(`${DRAWN} `, DRAWN)])).toEqual([400, 200])
    // PHP has no start of its own, and says it at each request.
    const refused = name === 'PHP' ? 500 : 'ended'
    const asked = ['undefined', ' '].map((held) => ask(held, held.trim()))
    expect(await Promise.all(asked)).toEqual([refused, refused])
  },
)
