import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { receiversFor } from './receivers.ts'

/** What an owner's own secret may hold at worst. */
const SECRET = 'a\\secret(of)its{own}-0123456789'
const URL_GIVEN = 'https://shop.example/hooks/leads?tenant=4711'
const BODY = '{"eventType":"lead.submit","chatbotId":"bot_1","payload":{"customerName":"Zoë"}}'
const NODE_MODULES = fileURLToPath(new URL('../../../../../node_modules', import.meta.url))

test.each(['Next.js', 'Fetch'])(
  'the receiver for %s takes what is signed, and nothing else',
  async (name) => {
    const { path } = write(name)
    const module: Record<string, unknown> = await import(/* @vite-ignore */ path)
    const receive = (module.POST ?? module.receive) as (request: Request) => Promise<Response>
    const send = async (signature: string) => {
      const request = new Request(URL_GIVEN, {
        method: 'POST',
        body: BODY,
        headers: { 'x-chatzuri-signature': signature },
      })
      const response = await receive(request)
      return [response.status, await response.json()]
    }
    expect(await send(signed())).toEqual([200, { received: true }])
    expect(await send('0'.repeat(40))).toEqual([400, { message: "Signature didn't match" }])
    expect((await send(''))[0]).toBe(400)
  },
)

test('the receiver for Express takes what is signed, at the webhook’s own path, and nothing else', async () => {
  const { dir, path } = write('Express')
  symlinkSync(NODE_MODULES, join(dir, 'node_modules'))
  const port = 20_000 + (process.pid % 20_000)
  const child = spawn(process.execPath, [path], { env: { PORT: String(port) }, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const send = async (signature: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/hooks/leads?tenant=4711`, {
      method: 'POST',
      body: BODY,
      headers: { 'content-type': 'application/json', 'x-chatzuri-signature': signature },
    })
    return [response.status, await response.json()]
  }
  await expect
    .poll(() => send(signed()).catch(() => null), { timeout: 20_000 })
    .toEqual([200, { received: true }])
  expect(await send('0'.repeat(40))).toEqual([400, { message: "Signature didn't match" }])
})

test('path and secret are in each receiver that needs them', () => {
  for (const { name, code } of receiversFor({ url: URL_GIVEN, secret: 'whsec_abc' })) {
    expect([name, code.includes('whsec_abc')]).toEqual([name, true])
    expect([name, code.includes('sha1') || code.includes('SHA-1')]).toEqual([name, true])
  }
  expect(receiversFor({ url: URL_GIVEN, secret: 'x' })[1]?.file).toBe('app/hooks/leads/route.js')
})

function signed(): string {
  return createHmac('sha1', SECRET).update(BODY).digest('hex')
}

function write(name: string): { dir: string; path: string } {
  const dir = mkdtempSync(join(tmpdir(), 'chatzuri-receiver-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const receiver = receiversFor({ url: URL_GIVEN, secret: SECRET }).find((one) => one.name === name)
  const path = join(dir, 'receiver.mjs')
  writeFileSync(path, receiver?.code ?? '')
  return { dir, path }
}
