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
import type { Mutation } from './mutations.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = 'packages/server/src'

interface Verdict {
  exitCode: number | null
  /** The broken promise and what was seen; null: nothing was. */
  sentence: string | null
  output: string
}

/** Throws when the mutation's text is not, or not only once, in its file. */
export async function runMutant(mutation: Mutation, seeds: number): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'chatzuri-mutant-'))
  try {
    copySources(folder)
    mutate(join(folder, SOURCES, mutation.file), mutation)
    const worst = mutation.worst === undefined ? [] : ['--worst', mutation.worst]
    return await simulateIn(folder, ['--seeds', String(seeds), ...worst])
  } finally {
    rmSync(folder, { recursive: true })
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

function mutate(path: string, { name, file, find, replace }: Mutation): void {
  const text = readFileSync(path, 'utf8')
  const count = text.split(find).length - 1
  if (count !== 1) {
    throw new Error(
      `The mutation "${name}" finds its text ${count} times in ${file}, not once: adapt it`,
    )
  }
  writeFileSync(
    path,
    text.replace(find, () => replace),
  )
}

function simulateIn(folder: string, flags: string[]): Promise<Verdict> {
  const main = join(folder, 'test/simulation/main.ts')
  const child = spawn(process.execPath, [main, ...flags], {
    cwd: folder,
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
