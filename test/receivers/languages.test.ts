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
import { afterAll, describe, expect, test } from 'vitest'
import { checkEndpoint } from '../../packages/cli/src/check/check.ts'
import { findRuntime, nameMissing } from '../support/runtimes.ts'
import { until } from '../support/until.ts'
import { attack, peakBytes } from './attack.ts'
import { LANGUAGES, type Language } from './languages.ts'
import { answers, type Program, spawnReceiver, startReceiver } from './start.ts'
import {
  makeVectors,
  PREVIOUS_SECRET,
  SECRET,
  signed,
  VECTORS_FILE,
  type Vector,
} from './vectors.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/receivers/', import.meta.url))
const BUILD_TIMEOUT_MS = 180_000
const BODY_BYTES_MAX = 128 * 1024
/** They wait 10 s for a body. */
const ATTACK_MS_MAX = 20_000
/** Half of what one of the attacks sends, and there are several at once. */
const GROWTH_BYTES_MAX = 24 * 1024 * 1024

const all = Object.entries(LANGUAGES)
const found = new Map(
  all.map(([name, { runtime, probe, says }]) => [name, findRuntime(runtime, probe, says)] as const),
)
const installed = all.flatMap(([name, language]) => {
  const runtime = found.get(name)
  return runtime ? [[name, { ...language, runtime }] as const] : []
})
const nowSeconds = () => Math.floor(Date.now() / 1000)
const { vectors, attacks } = makeVectors(nowSeconds())
const BOTH = `${SECRET} ${PREVIOUS_SECRET}`
const dirs: string[] = []
const builds = new Map<Language, Promise<Program>>()

afterAll(async () => {
  for (const dir of dirs) await rm(dir, { recursive: true, force: true })
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

// Beside each other, and beside the attacks, which are waits for most of their time.
describe.concurrent.each(installed)('%s', (_, language) => {
  test('answers every vector as it should, and has no fault', {
    timeout: BUILD_TIMEOUT_MS,
  }, async ({ onTestFinished }) => {
    const program = await buildOnce(language)
    const { url, lines, stop } = await startReceiver(program)
    onTestFinished(async () => void (await stop()))

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

    const secrets = { secret: SECRET, previousSecret: PREVIOUS_SECRET }
    const report = await checkEndpoint({ url: new URL(url), ...secrets, timeoutMs: 30_000 })
    expect(report.findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    expect(report.checks).toBe('modern')
  })

  test('goes on through a rotation, with either secret or with both', {
    timeout: BUILD_TIMEOUT_MS,
  }, async () => {
    const program = await buildOnce(language)
    for (const held of [SECRET, PREVIOUS_SECRET, BOTH]) {
      const env = { ...program.env, CHATZURI_SECRET: held }
      const { url, stop } = await startReceiver({ ...program, env })
      const before = await sendLead(url, [PREVIOUS_SECRET])
      const meanwhile = await sendLead(url, [SECRET, PREVIOUS_SECRET])
      const after = await sendLead(url, [SECRET])
      await stop()
      const answer = (isRight: boolean) => (isRight ? 200 : 400)
      expect([held, before, meanwhile, after]).toEqual([
        held,
        answer(held !== SECRET),
        200,
        answer(held !== PREVIOUS_SECRET),
      ])
    }
  })

  test.each([
    ['', ''],
    ['undefined', 'undefined'],
    ['whsec_!!!!', ''],
    [`${SECRET} whsec_`, ''],
  ])('with the secret "%s" it takes nothing', { timeout: BUILD_TIMEOUT_MS }, async (held, key) => {
    expect(await takesKey(await buildOnce(language), held, key)).toBe(false)
  })
})

test.concurrent('nobody takes the memory or the time of any of them', {
  timeout: BUILD_TIMEOUT_MS,
}, async ({ expect }) => {
  const attacked = installed.map(async ([name, language]) => [name, await underAttack(language)])
  const fallen = Object.fromEntries(await Promise.all(attacked))
  expect(fallen).toEqual(Object.fromEntries(installed.map(([name]) => [name, []])))
})

/** What it did wrong, in words. */
async function underAttack(language: Language): Promise<string[]> {
  const { url, pid, stop } = await startReceiver(await buildOnce(language))
  try {
    // What a first request loads is no growth.
    await sendLead(url, [SECRET, PREVIOUS_SECRET])
    const peakBefore = peakBytes(pid) ?? 0
    const made = await Promise.all(attacks.map((each) => attack(new URL(url), each, ATTACK_MS_MAX)))
    const faults = made.flatMap(({ name, status, isOver }) => [
      ...(status !== null && status < 400 ? [`answers ${status} to ${name}`] : []),
      ...(isOver ? [] : [`still waits after ${name}`]),
    ])
    if (language.hasTrialServer) return faults.filter((fault) => fault.startsWith('answers'))
    const grownBytes = (peakBytes(pid) ?? 0) - peakBefore
    if (grownBytes > GROWTH_BYTES_MAX) faults.push(`grows by ${grownBytes} bytes`)
    const ask = () => sendLead(url, [SECRET, PREVIOUS_SECRET])
    // Again, if the first went over the connection of the start just as that was closed for its age.
    const answer = (await ask()) ?? (await ask())
    return answer === 200 ? faults : [...faults, `answers ${answer} to a lead afterwards`]
  } finally {
    await stop()
  }
}

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
  return send(url, body, signed(body, { id: 'evt_large', nowSeconds: nowSeconds() }))
}

function sendLead(url: string, secrets: string[]): Promise<number | null> {
  const body = vectors.find(({ status }) => status === 200)?.body ?? ''
  const id = `evt_${secrets.join('_and_').replace(/\W/g, '')}`
  return send(url, body, signed(body, { id, nowSeconds: nowSeconds(), secrets }))
}

async function send(url: string, body: string, headers: Record<string, string>) {
  const all = { 'content-type': 'application/json', ...headers }
  const answer = await fetch(url, { method: 'POST', headers: all, body }).catch(() => null)
  await answer?.body?.cancel()
  return answer?.status ?? null
}

/** Whether it starts with a secret that is none, and then believes what anyone can sign. */
async function takesKey(program: Program, held: string, key: string): Promise<boolean> {
  const env = { ...program.env, CHATZURI_SECRET: held }
  const { url, ended, stop } = await spawnReceiver({ ...program, env })
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
  })
  try {
    const up = await until(async () => (hasEnded ? false : await answers(url)), {
      what: 'it to refuse to start, or to answer',
      withinMs: BUILD_TIMEOUT_MS / 2,
    })
    if (!up) return false
    const body = vectors.find(({ status }) => status === 200)?.body ?? ''
    const headers = signed(body, { nowSeconds: nowSeconds() })
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const digest = createHmac('sha256', key).update(content).digest('base64')
    return (await send(url, body, { ...headers, 'webhook-signature': `v1,${digest}` })) === 200
  } finally {
    await stop()
  }
}

function buildOnce(language: Language): Promise<Program> {
  const building = builds.get(language) ?? build(language)
  builds.set(language, building)
  return building
}

async function build({ file, build, run, runtime }: Language): Promise<Program> {
  const dir = await mkdtemp(join(tmpdir(), 'chatzuri-receiver-'))
  dirs.push(dir)
  const place = { runtime, source: join(EXAMPLES, file), dir }
  if (build) {
    const [compiler = '', ...args] = build(place)
    await promisify(execFile)(compiler, args, { cwd: dir })
  }
  return { command: run(place), cwd: dir, env: { CHATZURI_SECRET: BOTH, SEEN_DIR: dir } }
}
