/**
 * Each receiver of `examples/receivers`, as its own process, against the same vectors. What can't
 * run on this machine is named at the end, once.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { readLines, watchChild } from '../support/child-processes.ts'
import { until } from '../support/until.ts'
import { isInstalled, LANGUAGES, type Language } from './languages.ts'
import { makeVectors, VECTORS_FILE, type Vector } from './vectors.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/receivers/', import.meta.url))
const BUILD_TIMEOUT_MS = 180_000

const all = Object.entries(LANGUAGES)
const installed = all.filter(([, { needs }]) => isInstalled(needs))
const missing = all.filter(([, { needs }]) => !isInstalled(needs))
const { secret, vectors } = makeVectors()
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(() => {
  if (missing.length === 0) return
  const names = missing.map(([name, { needs }]) => `${name} (${needs.join(' ')})`)
  process.stderr.write(`\nReceivers not run here, for want of: ${names.join(', ')}\n`)
})

test('the vectors are what our signer makes', async () => {
  expect(JSON.parse(await readFile(VECTORS_FILE, 'utf8'))).toEqual(makeVectors())
})

test('every receiver is known here', async () => {
  const files = (await readdir(EXAMPLES)).filter((file) => !/\.(json|md)$/.test(file))
  expect(files.sort()).toEqual(all.map(([, { file }]) => file).sort())
})

describe.each(installed)('%s', (_, language) => {
  test('answers every vector as it should', { timeout: BUILD_TIMEOUT_MS }, async () => {
    const { url, lines } = await start(language)
    const answers: Record<string, unknown> = {}
    for (const vector of vectors) answers[vector.name] = await ask(url, vector)
    const expected = vectors.map(({ name, status, duplicate }) => [
      name,
      outcome(status, duplicate),
    ])
    expect(answers).toEqual(Object.fromEntries(expected))
    const handled = vectors.filter(({ status, duplicate }) => status === 200 && !duplicate)
    const printed = () => lines.filter((line) => line.includes('Received:')).length
    await until(() => printed() >= handled.length || null, { what: 'every event to be printed' })
    expect(printed()).toBe(handled.length)
  })
})

const outcome = (status: number, duplicate = false) => ({ status, duplicate })

async function ask(url: string, { method, headers, body }: Vector) {
  const init = method === 'POST' ? { headers: asBytes(headers), body } : {}
  const answer = await fetch(url, { method, ...init })
  if (answer.status === 405) expect(answer.headers.get('allow')).toContain('POST')
  const text = await answer.text()
  return outcome(answer.status, answer.status === 200 && JSON.parse(text).duplicate === true)
}

/** As UTF-8 goes over the wire: `fetch` takes a header's letters for bytes. */
function asBytes(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  )
}

async function start({ file, build, run }: Language) {
  const dir = await mkdtemp(join(tmpdir(), 'chatzuri-receiver-'))
  closers.push(() => rm(dir, { recursive: true, force: true }))
  const source = join(EXAMPLES, file)
  if (build) {
    const [compiler = '', ...args] = build(source, dir)
    await promisify(execFile)(compiler, args, { cwd: dir })
  }
  const port = String(await freePort())
  const [command = '', ...args] = run(source, dir).map((part) => part.replace('PORT', port))
  const child = spawn(command, args, {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: port, SEEN_DIR: dir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = watchChild(child)
  closers.push(() => {
    child.kill('SIGKILL')
    return ended
  })
  const lines = collectLines(child)
  const url = `http://127.0.0.1:${port}/webhook`
  await until(() => answers(url), {
    what: `${file} to answer`,
    withinMs: BUILD_TIMEOUT_MS / 2,
  }).catch((cause: Error) => {
    throw new Error(`${cause.message}; it said:\n${lines.join('\n')}`, { cause })
  })
  return { url, lines }
}

function collectLines(child: ChildProcess): string[] {
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) readLines(stream, (line) => lines.push(line))
  }
  return lines
}

async function answers(url: string): Promise<true | null> {
  const answer = await fetch(url).catch(() => null)
  await answer?.body?.cancel()
  return answer === null ? null : true
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
