/** A copy of the server with one bug in it, and the simulation run over that copy. */
import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutation } from './mutation.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = 'packages/server/src'

interface Verdict {
  exitCode: number | null
  /** The broken promise and what was seen; null: nothing was. */
  sentence: string | null
  output: string
}

/** A copy that its mutations are run in one after the other: what they don't touch is compiled once. */
export class MutantFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'chatzuri-mutant-'))

  constructor() {
    copySources(this.#folder)
  }

  /** Throws when the mutation's text is not, or not only once, in its file. */
  async run(mutation: Mutation, seeds: number): Promise<Verdict> {
    const path = join(this.#folder, SOURCES, mutation.file)
    const original = readFileSync(path, 'utf8')
    const worst = mutation.worst === undefined ? [] : ['--worst', mutation.worst]
    writeFileSync(path, mutate(original, mutation))
    try {
      return await simulateIn(this.#folder, ['--seeds', String(seeds), ...worst])
    } finally {
      writeFileSync(path, original)
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}

function copySources(folder: string): void {
  const isSource = (path: string) => !path.endsWith('.test.ts')
  for (const part of [SOURCES, 'packages/server/test', 'test/simulation']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true, filter: isSource })
  }
  for (const file of ['package.json', 'packages/server/package.json']) {
    writeFileSync(join(folder, file), readFileSync(join(ROOT, file)))
  }
  mkdirSync(join(folder, 'packages'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
}

function mutate(text: string, { name, file, find, replace }: Mutation): string {
  const count = text.split(find).length - 1
  if (count !== 1) {
    throw new Error(
      `The mutation "${name}" finds its text ${count} times in ${file}, not once: adapt it`,
    )
  }
  return text.replace(find, () => replace)
}

function simulateIn(folder: string, flags: string[]): Promise<Verdict> {
  const main = join(folder, 'test/simulation/main.ts')
  const child = spawn(process.execPath, [main, ...flags], {
    cwd: folder,
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => {
      const sentence = /seed \d+ broke a promise: (.*)/.exec(output)?.[1] ?? null
      resolve({ exitCode, sentence, output })
    })
  })
}
