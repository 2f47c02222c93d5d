/**
 * Install: the packages of the peers, in exact versions, in a folder of their own. They are no part
 * of `npm ci`: who only builds or runs the server never downloads them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATA_ROOT, tell } from '../bench-world.ts'

/** fastify and pg are those of the server, undici that of the bare loop: a peer must not lose by an older one. */
const PACKAGES: Record<string, string> = {
  bullmq: '6.7.0',
  fastify: '5.12.8',
  'graphile-worker': '0.18.0',
  ioredis: '6.0.0',
  pg: '8.23.1',
  'pg-boss': '12.38.0',
  undici: '8.12.4',
}

export const PACKAGES_FOLDER = join(DATA_ROOT, 'peers')
/** Written when npm has succeeded: an install that was cut off is done again. */
const MARK = join(PACKAGES_FOLDER, 'installed.json')
const TOLD_BYTES_MAX = 4_096

let installing: Promise<string | null> | null = null

/** Once for all scenarios of a run. Resolves with why the packages are missing; null: they are there. */
export function installPackages(): Promise<string | null> {
  installing ??= install()
  return installing
}

/** Whether the packages are there, without installing them. */
function hasPackages(): boolean {
  return existsSync(MARK) && readFileSync(MARK, 'utf8') === markText()
}

async function install(): Promise<string | null> {
  if (hasPackages()) return null
  tell(`installing ${specs().join(' ')} below data/, once`)
  rmSync(PACKAGES_FOLDER, { recursive: true, force: true })
  mkdirSync(PACKAGES_FOLDER, { recursive: true })
  writeFileSync(join(PACKAGES_FOLDER, 'package.json'), '{ "private": true }\n')
  const fault = await runNpm()
  if (fault !== null) return `npm could not install the packages (no network?): ${fault}`
  writeFileSync(MARK, markText())
  return null
}

function specs(): string[] {
  return Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`)
}

function markText(): string {
  return `${JSON.stringify(PACKAGES, null, 2)}\n`
}

/** Resolves with what npm complains about; null: nothing. */
async function runNpm(): Promise<string | null> {
  const args = ['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund']
  // The npm that runs this benchmark, if one does: the one in the PATH may be another.
  const { npm_execpath: npm } = process.env
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []]
  const child = spawn(program, [...first, ...args, '--fetch-retries=1', ...specs()], {
    cwd: PACKAGES_FOLDER,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told = (told + text).slice(-TOLD_BYTES_MAX)
  })
  try {
    const [code] = await once(child, 'close')
    return code === 0 ? null : (firstError(told) ?? `npm ended with ${code}`)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function firstError(told: string): string | null {
  return /^npm (?:error|ERR!) (.+)$/m.exec(told)?.[1] ?? null
}
