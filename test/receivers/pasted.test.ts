/** The receivers that the dashboard offers to paste, in the languages that are installed here. */
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { checkEndpoint } from '../../packages/cli/src/check/check.ts'
import { receiversFor } from '../../packages/dashboard/src/pages/webhooks/receivers.ts'
import { findRuntime, nameMissing } from '../support/runtimes.ts'
import { startReceiver } from './start.ts'

/** What an owner's own secret may hold at worst, and one as they are drawn. */
const SECRETS = ['a\\secret(of)its{own}-0123456789', 'whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY']
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
    SECRETS.map((secret) => ({ name, secret, ...pasted })),
  ),
)('$name, pasted with the secret $secret, has no fault', async (pasted) => {
  const { name, secret, args } = pasted
  const runtime = findRuntime(pasted.runtime, pasted.probe)
  if (runtime === null) return void missing.set(name, pasted.runtime) // Named at the end.
  const dir = await mkdtemp(join(tmpdir(), 'chatzuri-pasted-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const url = `https://shop.example${PATH}?tenant=4711`
  const receiver = receiversFor({ url, secret }).find((each) => each.name === name)
  await writeFile(join(dir, receiver?.file ?? ''), receiver?.code ?? '')

  const command = [runtime, ...args]
  const started = await startReceiver({ command, cwd: dir, path: PATH })
  onTestFinished(async () => void (await started.stop()))
  const body = '{"eventType":"lead.submit","chatbotId":"bot_1","payload":{"customerName":"Zoë"}}'
  const send = (signature: string) =>
    fetch(`${started.url}?tenant=4711`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-chatzuri-signature': signature },
      body,
    })
  const right = await send(createHmac('sha1', secret).update(body).digest('hex'))
  expect([right.status, await right.json()]).toEqual([200, { received: true }])
  const wrong = await send('0'.repeat(40))
  expect([wrong.status, await wrong.json()]).toEqual([400, { message: "Signature didn't match" }])
  const report = await checkEndpoint({ url: new URL(started.url), secret, timeoutMs: 30_000 })
  expect(report.findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
})
