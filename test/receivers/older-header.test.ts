/** The older header in other languages: the vectors of every format, and what stands in for none of them. */
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LEAD_BODIES, VECTORS } from '../../packages/receiver/test/formats.ts'
import { SECRET } from '../../packages/receiver/test/sign-request.ts'
import { findRuntime, nameMissing } from '../support/runtimes.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/older-header/', import.meta.url))
const LANGUAGES: Record<string, { runtime: string; probe: string[]; file: string }> = {
  Python: { runtime: 'python3', probe: ['--version'], file: 'older_header.py' },
  Go: { runtime: 'go', probe: ['version'], file: 'older_header.go' },
  PHP: { runtime: 'php', probe: ['--version'], file: 'older_header.php' },
}
const found = Object.entries(LANGUAGES).map(
  ([name, { runtime, probe, file }]) =>
    [name, { runtime: findRuntime(runtime, probe), file }] as const,
)
const installed = found.flatMap(([name, { runtime, file }]) =>
  runtime === null ? [] : [[name, { runtime, file }] as const],
)
const BUILD_TIMEOUT_MS = 120_000
let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chatzuri-older-'))
})
afterAll(async () => {
  await rm(dir, { recursive: true, force: true })
  const missing = found.filter(([, { runtime }]) => runtime === null)
  const named = missing.map(([name]) => [name, LANGUAGES[name]?.runtime ?? name] as const)
  nameMissing('Programs of the older header were', new Map(named))
})

describe.each(installed)('%s', (_, { runtime, file }) => {
  test('takes every vector, and nothing else for one', { timeout: BUILD_TIMEOUT_MS }, async () => {
    const ask = await programOf(runtime, file)
    for (const [, body, signature] of VECTORS) {
      expect(await ask(signature, body)).toBe('signed\n')
      expect(await ask(signature, body, `an-old-secret-that-goes ${SECRET}`)).toBe('signed\n')
      expect(await ask(signature, `${body} `)).toBe('not signed\n')
      expect(await ask(signature.toUpperCase(), body)).toBe('not signed\n')
      expect(await ask(signature, body, SECRET.slice(1))).toBe('not signed\n')
    }
    const body = LEAD_BODIES.event
    const [sha1, sha256] = ['sha1', 'sha256'].map((hash) =>
      createHmac(hash, SECRET).update(body).digest('hex'),
    )
    const wrong = [`sha256=${sha1}`, `SHA256=${sha256}`, `${sha256}`, `sha1=${sha1}`, 'sha256=', '']
    for (const header of [...wrong, `sha256=${sha256}\n`, `sha256=${sha256}0`, ` ${sha1}`]) {
      expect([header, await ask(header, body)]).toEqual([header, 'not signed\n'])
    }
    for (const held of ['', ' ', 'undefined', `${SECRET} undefined`]) {
      expect(await ask(`${sha1}`, body, held)).toBe('')
    }
  })
})

type Ask = (header: string, body: string, secret?: string) => Promise<string>

async function programOf(runtime: string, file: string): Promise<Ask> {
  const built = join(dir, 'older-header')
  const source = join(EXAMPLES, file)
  if (file.endsWith('.go')) {
    await run(runtime, ['build', '-o', built, source], { env: process.env, input: '' })
  }
  const [command, args] = file.endsWith('.go') ? [built, []] : [runtime, [source]]
  return (header, body, secret = SECRET) => {
    const env = { ...process.env, CHATZURI_SECRET: secret }
    return run(command, [...args, header], { env, input: body })
  }
}

async function run(
  command: string,
  args: string[],
  { env, input }: { env: NodeJS.ProcessEnv; input: string },
): Promise<string> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
  // One that ends before it has read is judged by what it said.
  child.stdin.on('error', () => {}).end(input)
  return text(child.stdout)
}
