/**
 * Each receiver of `examples/receivers`, as its own process, against the same vectors, and then
 * looked at by `chatzuri check`. What can't run on this machine is named at the end, once.
 */
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { checkEndpoint } from '../../packages/cli/src/check/check.ts'
import { findRuntime, nameMissing } from '../support/runtimes.ts'
import { until } from '../support/until.ts'
import { LANGUAGES, type Language } from './languages.ts'
import { answers, spawnReceiver, startReceiver } from './start.ts'
import { makeVectors, VECTORS_FILE, type Vector } from './vectors.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/receivers/', import.meta.url))
const BUILD_TIMEOUT_MS = 180_000
const BODY_BYTES_MAX = 128 * 1024

const all = Object.entries(LANGUAGES)
const found = new Map(
  all.map(([name, { runtime, probe, says }]) => [name, findRuntime(runtime, probe, says)] as const),
)
const installed = all.flatMap(([name, language]) => {
  const runtime = found.get(name)
  return runtime ? [[name, { ...language, runtime }] as const] : []
})
const { secret, vectors } = makeVectors()
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(() => {
  const missing = all.filter(([name]) => !found.get(name))
  nameMissing('Receivers were', new Map(missing.map(([name, { runtime }]) => [name, runtime])))
})

test('the vectors are what our signer makes', async () => {
  expect(JSON.parse(await readFile(VECTORS_FILE, 'utf8'))).toEqual(makeVectors())
})

test('every receiver is known here', async () => {
  const files = (await readdir(EXAMPLES)).filter((file) => !/\.(json|md)$/.test(file))
  expect(files.sort()).toEqual(all.map(([, { file }]) => file).sort())
})

describe.each(installed)('%s', (_, language) => {
  test('answers every vector as it should, and has no fault', {
    timeout: BUILD_TIMEOUT_MS,
  }, async () => {
    const program = await build(language)
    const { url, lines, stop } = await startReceiver(program)
    closers.push(stop)

    const given: Record<string, unknown> = {}
    for (const vector of vectors) given[vector.name] = await ask(url, vector)
    const expected = vectors.map(({ name, status, duplicate }) => [
      name,
      outcome(status, duplicate),
    ])
    expect(given).toEqual(Object.fromEntries(expected))
    expect(await sendTooLarge(url)).not.toBe(200)
    const handled = vectors.filter(({ status, duplicate }) => status === 200 && !duplicate)
    const printed = () => lines.filter((line) => line.includes('Received:')).length
    await until(() => printed() >= handled.length || null, { what: 'every event to be printed' })
    expect(printed()).toBe(handled.length)

    const report = await checkEndpoint({ url: new URL(url), secret, timeoutMs: 30_000 })
    expect(report.findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])

    await stop()
    expect(await takesAnEmptyKey(program)).toBe(false)
  })
})

const outcome = (status: number, duplicate = false) => ({ status, duplicate })

async function ask(url: string, { method, headers, body }: Vector) {
  const init = method === 'POST' ? { headers: asBytes(headers), body } : {}
  const answer = await fetch(url, { method, ...init })
  const text = await answer.text()
  if (answer.status === 405) expect(answer.headers.get('allow')).toContain('POST')
  else expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/)
  if (answer.status === 400) expect(JSON.parse(text).message).toBe("Signature didn't match")
  if (answer.status === 200) expect(JSON.parse(text).received).toBe(true)
  return outcome(answer.status, answer.status === 200 && JSON.parse(text).duplicate === true)
}

/** As UTF-8 goes over the wire: `fetch` takes a header's letters for bytes. */
function asBytes(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  )
}

/** Signed right. Null: the connection was closed before all of it was sent, which is an answer, too. */
async function sendTooLarge(url: string): Promise<number | null> {
  const body = JSON.stringify({
    eventType: 'order.paid',
    chatbotId: 'bot_1',
    payload: { note: 'x'.repeat(BODY_BYTES_MAX) },
  })
  const answer = await fetch(url, { method: 'POST', headers: signed(body, secret), body }).catch(
    () => null,
  )
  await answer?.body?.cancel()
  return answer?.status ?? null
}

/** Whether it starts without a secret and then believes what anyone can sign. */
async function takesAnEmptyKey(program: Awaited<ReturnType<typeof build>>): Promise<boolean> {
  const env = { ...program.env, WEBHOOK_SECRET: '' }
  const { url, ended, stop } = await spawnReceiver({ ...program, env })
  closers.push(stop)
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
  })
  const up = await until(async () => (hasEnded ? false : await answers(url)), {
    what: 'it to refuse to start, or to answer',
    withinMs: BUILD_TIMEOUT_MS / 2,
  })
  if (!up) return false
  const body = vectors.find(({ status }) => status === 200)?.body ?? ''
  const answer = await fetch(url, { method: 'POST', headers: signed(body, ''), body })
  await answer.body?.cancel()
  return answer.ok
}

function signed(body: string, key: string): Record<string, string> {
  const digest = createHmac('sha1', key).update(body).digest('hex')
  return { 'content-type': 'application/json', 'x-chatzuri-signature': digest }
}

async function build({ file, build, run, runtime }: Language) {
  const dir = await mkdtemp(join(tmpdir(), 'chatzuri-receiver-'))
  closers.push(() => rm(dir, { recursive: true, force: true }))
  const place = { runtime, source: join(EXAMPLES, file), dir }
  if (build) {
    const [compiler = '', ...args] = build(place)
    await promisify(execFile)(compiler, args, { cwd: dir })
  }
  return { command: run(place), cwd: dir, env: { WEBHOOK_SECRET: secret, SEEN_DIR: dir } }
}
