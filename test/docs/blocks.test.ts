/**
 * Every code block of every page is run, or compared with what it is a part of. What is not run says
 * why on its fence; the reasons are printed at the end. How to write one: CONTRIBUTING.md.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHandler } from '@chatzuri/webhooks/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GENERATED_SECRET } from '../../packages/receiver/test/sign-request.ts'
import { removeDataDirs, ServerProcess } from '../support/server-process.ts'
import { checkTypes } from './check-types.ts'
import { freePort } from './free-port.ts'
import { type Furnished, furnish } from './furnish.ts'
import { type Block, type Page, ROOT, readPages } from './page.ts'
import { PageShell } from './page-shell.ts'
import { report } from './report.ts'
import { runScript, variantsOf } from './run-script.ts'
import { expectAnswer, expectShown } from './same-output.ts'

const SHELLS = ['sh', 'bash']
const SCRIPTS = ['js', 'ts']
/** A page takes 2 to 4 s on a quiet machine. */
const PAGE_TIMEOUT_MS = 240_000
const STARTS_SERVER = /npm start|chatzuri-server/
const pages = readPages().filter(({ blocks }) => blocks.length > 0)
const all = pages.flatMap(({ blocks }) => blocks)

let endpoint: Server
let server: ServerProcess
let surroundings: Furnished
beforeAll(async () => {
  endpoint = createServer(createHandler({ secret: GENERATED_SECRET, on: { '*': () => {} } }))
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
  server = await ServerProcess.start()
  surroundings = await furnish(server, (endpoint.address() as AddressInfo).port)
})
afterAll(async () => {
  await server.stop()
  endpoint.close()
  removeDataDirs()
  process.stderr.write(report(all))
})

describe.each(pages.filter(hasWork))('$path', (page) => {
  const shown = page.blocks.filter(({ words }) => isShown(words))
  if (shown.length > 0) test('shows what is there', () => shown.forEach(expectThere))

  const scripts = page.blocks.filter((block) => isRun(block) && isOneOf(SCRIPTS, block))
  for (const block of scripts) {
    for (const { name, text } of variantsOf(block)) {
      test(`runs line ${block.line} ${name}`, { timeout: PAGE_TIMEOUT_MS }, () =>
        runScript(block, text),
      )
    }
  }

  if (page.blocks.some((block) => isRun(block) && isOneOf(SHELLS, block))) {
    const title = 'runs in a shell, from its first line to its last'
    test(title, { timeout: PAGE_TIMEOUT_MS }, () => runInShell(page))
  }
  const rest = page.blocks.filter(
    (block) => isRun(block) && !isOneOf([...SHELLS, ...SCRIPTS], block),
  )
  if (rest.length > 0) test('has nothing else that nobody looks at', () => rest.forEach(expectRead))
})

test('TypeScript has the right types', async () => {
  await checkTypes(all.filter((block) => isRun(block) && isOneOf(['ts'], block)))
})

test('a block that is not run says why, and a shell could read it', () => {
  for (const block of all.filter((each) => !isRun(each))) {
    expect(block.words['not-run'], place(block)).not.toBe('')
    if (isOneOf(SHELLS, block)) execFileSync('bash', ['-n'], { input: block.text })
  }
})

async function runInShell({ blocks }: Page): Promise<void> {
  const started = blocks.filter(({ words }) => words.starts !== undefined)
  const wanted = started.map(({ text }) => (STARTS_SERVER.test(text) ? '8080' : '3000'))
  const ports = wanted.map(async (port) => [port, await freePort()] as const)
  const shell = new PageShell(surroundings, Object.fromEntries(await Promise.all(ports)))
  try {
    for (const block of blocks) await runInOrder(shell, block)
  } finally {
    await shell.close()
  }
}

async function runInOrder(shell: PageShell, block: Block): Promise<void> {
  const { words, text } = block
  if (words.file !== undefined) shell.writeFile(words.file, text)
  if (words.output !== undefined) {
    const expectSame = block.language === 'json' ? expectAnswer : expectShown
    return expectSame(text, shell.output)
  }
  if (!isRun(block) || !isOneOf(SHELLS, block)) return
  if (words.starts !== undefined) return shell.start(block, words.starts)
  const status = await shell.run(block)
  expect(status, `${place(block)} said:\n${shell.output}`).toBe(Number(words.fails ?? 0))
  if (words.prints !== undefined) expect(shell.output, place(block)).toContain(words.prints)
}

/** A part of a file that something else runs. */
function expectThere({ words, text, ...block }: Block): void {
  const path = words.from ?? words['covered-by']
  if (path === undefined) return
  expect(existsSync(`${ROOT}${path}`), `${block.page}:${block.line}: ${path}`).toBe(true)
  if (words.from === undefined) return
  const whole = trimmed(readFileSync(`${ROOT}${path}`, 'utf8'))
  expect(
    whole,
    `${block.page}:${block.line} is not in ${path} as it stands: node test/docs/refresh-parts.ts`,
  ).toContain(trimmed(text))
}

function trimmed(text: string): string {
  return text.trim().replace(/^\s+|[ \t]+$/gm, '')
}

function expectRead({ language, text, words, ...block }: Block): void {
  if (words.output !== undefined) return
  expect(language, `${block.page}:${block.line}: nothing runs this language`).toBe('json')
  const value = JSON.parse(text)
  if (words.event === undefined) return
  expect(shapeOf(value)).toEqual(shapeOf(JSON.parse(surroundings.leadBody)))
}

/** Keys in their order, and types. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.entries(value).map(([key, one]) => [key, shapeOf(one)])
}

/** More than blocks that are not run. */
function hasWork({ blocks }: Page): boolean {
  return blocks.some(({ words }) => words['not-run'] === undefined)
}

function isShown(words: Block['words']): boolean {
  return words.from !== undefined || words['covered-by'] !== undefined
}

function isRun({ words }: Block): boolean {
  return !isShown(words) && words['not-run'] === undefined
}

function isOneOf(languages: string[], { language }: Block): boolean {
  return languages.includes(language)
}

function place({ page, line }: Block): string {
  return `${page}:${line}`
}
