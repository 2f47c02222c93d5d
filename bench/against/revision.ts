/**
 * Revision: another state of this program, to be measured against the working tree. A folder is taken
 * as it is; a commit is written into a temporary folder and installed there. It is no `git worktree`:
 * a folder that git knows nothing of needs nothing but to be removed, also after a SIGKILL.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tell, watch, watchFolder } from '../bench-world.ts'
import { removeFolder } from '../cleaning.ts'
import { diskFolder } from '../disk-folder.ts'
import { monotonicMs } from '../monotonic.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PROGRAM = 'packages/server/bin/serve.js'
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024
const COMPLAINT_LINES_MAX = 12

export interface Revision {
  /** As it is told. */
  name: string
  folder: string
}

/** Gives `use` the revision; removes afterwards what was made for it. */
export async function withRevision<T>(
  asked: string,
  use: (revision: Revision) => Promise<T>,
): Promise<T> {
  if (isFolder(asked)) return use({ name: asked, folder: given(asked) })
  const commit = await commitOf(asked)
  const folder = mkdtempSync(join(diskFolder() ?? tmpdir(), 'chatzuri-against-'))
  watchFolder(folder)
  try {
    const startedAt = monotonicMs()
    await writeOut(commit, folder)
    await install(folder)
    const seconds = ((monotonicMs() - startedAt) / 1_000).toFixed(0)
    tell(`${asked} (${commit.slice(0, 12)}) was installed in ${seconds} s`)
    return await use({ name: asked, folder })
  } finally {
    removeFolder(folder)
  }
}

/** A path says that it is one: a branch may have the name of a folder. */
function isFolder(asked: string): boolean {
  return /^(\.{1,2}$|\.{0,2}\/|[A-Za-z]:\\)/.test(asked)
}

function given(path: string): string {
  const folder = resolve(path)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Error(`--against: there is no folder ${folder}`)
  }
  if (!existsSync(join(folder, PROGRAM))) {
    throw new Error(`--against: ${folder} is no checkout of this program (no ${PROGRAM})`)
  }
  if (!existsSync(join(folder, 'node_modules'))) {
    throw new Error(`--against: run "npm ci" in ${folder} first`)
  }
  return folder
}

async function commitOf(asked: string): Promise<string> {
  try {
    const commit = await git(['rev-parse', '--verify', '--quiet', `${asked}^{commit}`])
    return commit.trim()
  } catch (cause) {
    const hint = `a folder is written with a slash: ./${asked}`
    throw new Error(`--against: git knows no commit "${asked}" (${hint})`, { cause })
  }
}

/** By an index of its own, so that the working tree's stays as it is. */
async function writeOut(commit: string, folder: string): Promise<void> {
  const index = { GIT_INDEX_FILE: join(folder, '.index') }
  await git(['read-tree', commit], index)
  await git(['checkout-index', '--all', `--prefix=${folder}/`], index)
  if (!existsSync(join(folder, PROGRAM))) {
    throw new Error(`--against: the commit ${commit} has no ${PROGRAM}`)
  }
}

function git(args: string[], environment: Record<string, string> = {}): Promise<string> {
  return run('git', args, ROOT, environment)
}

/** What a server needs: no compilers, no browsers, no scripts. What npm has kept is not fetched again. */
async function install(folder: string): Promise<void> {
  const args = [
    'ci',
    '--omit=dev',
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]
  try {
    await run('npm', args, folder)
  } catch (cause) {
    const { message } = cause instanceof Error ? cause : new Error(String(cause))
    const advice =
      'Without a network, name a folder where it is installed already: --against ./path'
    throw new Error(`--against: "npm ci" failed. ${advice}\n${tailOf(message)}`, { cause })
  }
}

function tailOf(text: string): string {
  return text.trim().split('\n').slice(-COMPLAINT_LINES_MAX).join('\n')
}

async function run(
  command: string,
  args: string[],
  cwd: string,
  environment: Record<string, string> = {},
): Promise<string> {
  const env = { ...process.env, ...environment }
  const running = promisify(execFile)(command, args, { cwd, env, maxBuffer: OUTPUT_BYTES_MAX })
  watch(running.child)
  return (await running).stdout
}
