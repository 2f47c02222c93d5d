/**
 * A block of JavaScript or TypeScript as a program of its own. What listens or exports a handler is
 * a receiver: it is asked what every receiver must answer. All else has to end well.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GENERATED_SECRET } from '../../packages/receiver/test/sign-request.ts'
import { strangerEnv } from '../packages/package-copy.ts'
import { readLines, watchChild } from '../support/child-processes.ts'
import { until } from '../support/until.ts'
import { askReceiver, PREVIOUS_SECRET } from './ask-receiver.ts'
import { withGiven } from './given.ts'
import { type Block, ROOT } from './page.ts'

const RUN_MS_MAX = 120_000
const RUNNER = fileURLToPath(new URL('run-module.ts', import.meta.url))
const MOVED_PORTS_PROGRAM = new URL('moved-ports.js', import.meta.url).href

/** Each way in which the block is run: on every version of Express that we promise. */
export function variantsOf({ text }: Block): { name: string; text: string }[] {
  if (!/from 'express'/.test(text)) return [{ name: '', text }]
  const onFour = text.replace("from 'express'", "from 'express-4'")
  return [
    { name: 'Express 5', text },
    { name: 'Express 4', text: onFour },
  ]
}

export async function runScript(block: Block, text: string): Promise<void> {
  const { words } = block
  const dir = mkdtempSync(join(tmpdir(), 'chatzuri-docs-'))
  const file = join(dir, `block.m${block.language}`)
  writeFileSync(file, withGiven(block, text))
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  mkdirSync(join(dir, 'ports'))
  const isGuide = /x-chatzuri-signature|require: 'guide'/.test(text)
  // With the newer header the new secret alone is enough; by hand, having both is tried.
  const holdsBoth = !words.given && (isGuide || !text.includes('@chatzuri/webhooks'))
  const secret = holdsBoth ? `${GENERATED_SECRET} ${PREVIOUS_SECRET}` : GENERATED_SECRET
  const child = spawn(process.execPath, ['--import', MOVED_PORTS_PROGRAM, RUNNER, file], {
    cwd: dir,
    env: {
      ...strangerEnv(),
      CHATZURI_SECRET: secret,
      MOVED_PORTS: join(dir, 'ports'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = watchChild(child)
  const lines = collectLines(child)
  try {
    const port = await until(() => portOf(dir) ?? exitOf(child), {
      what: `${block.page}:${block.line} to listen or end`,
      withinMs: RUN_MS_MAX,
    })
    if (port === 0) return
    const url = `http://127.0.0.1:${port}${pathIn(text)}`
    await askReceiver({ url, holdsBoth, isGuide })
  } catch (cause) {
    throw new Error(`${(cause as Error).message}; it said:\n${lines.join('\n')}`, { cause })
  } finally {
    child.kill('SIGKILL')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
}

/** 0 when it ended well. */
function exitOf(child: ChildProcess): 0 | null {
  if (child.exitCode === null && child.signalCode === null) return null
  if (child.exitCode === 0) return 0
  throw new Error(`It ended with ${child.signalCode ?? child.exitCode}`)
}

function portOf(dir: string): number | null {
  const [name] = readdirSync(join(dir, 'ports'))
  const port = name === undefined ? '' : readFileSync(join(dir, 'ports', name), 'utf8')
  return port === '' ? null : Number(port)
}

/** The first path that it names is where it listens. */
function pathIn(text: string): string {
  return /'(\/[\w/-]+)'/.exec(text)?.[1] ?? '/'
}

function collectLines({ stdout, stderr }: ChildProcess): string[] {
  const lines: string[] = []
  for (const stream of [stdout, stderr]) {
    if (stream) readLines(stream, (line) => lines.push(line))
  }
  return lines
}
