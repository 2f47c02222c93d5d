/**
 * Packs a copy of the repository, because packing changes files for its time, and other tests start
 * the server from the very same files.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COPIED = ['packages', 'scripts', 'package.json', 'tsconfig.json', 'LICENSE', '.npmrc']
/** What a package may have lying about; but its own node_modules are needed to build it. */
const LEFT = /^packages\/[^/]+\/(dist|data|\.packing)(\/|$)/

export const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc')
export const TYPE_ROOT = join(ROOT, 'node_modules/@types')

export interface Workspace {
  /** Holds `repository` and whatever a test puts beside it; its name has a space. */
  dir: string
  repository: string
  remove(): Promise<void>
}

export async function copyRepository(): Promise<Workspace> {
  const dir = await mkdtemp(join(tmpdir(), 'chatzuri pack '))
  const repository = join(dir, 'repository')
  await mkdir(repository)
  for (const path of COPIED) {
    const filter = (source: string) => !LEFT.test(source.slice(ROOT.length))
    await cp(join(ROOT, path), join(repository, path), { recursive: true, filter })
  }
  await symlink(join(ROOT, 'node_modules'), join(repository, 'node_modules'))
  return { dir, repository, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** The tarball's path. */
export async function pack(packageDir: string, destination: string): Promise<string> {
  const { stdout } = await npm(packageDir, ['pack', '--json', '--pack-destination', destination])
  const [, filename] = /"filename":\s*"([^"]+)"/.exec(stdout) ?? []
  if (filename === undefined) throw new Error(`npm pack named no file: ${stdout}`)
  return join(destination, filename)
}

/** An empty folder that installs `packages` with npm, as a stranger would. */
export async function installIn(dir: string, flags: string[], packages: string[]): Promise<void> {
  await mkdir(dir)
  await npm(dir, ['init', '--yes'])
  await npm(dir, ['install', '--no-audit', '--no-fund', ...flags, ...packages])
}

export async function npm(cwd: string, args: string[]) {
  return run('npm', args, { cwd, env: strangerEnv(), maxBuffer: 2 ** 26 })
}

/** Runs this Node; rejects with what it wrote when it fails. */
export async function node(cwd: string, args: string[]) {
  return run(process.execPath, args, { cwd, env: strangerEnv() })
}

/**
 * Without what the npm that runs the tests tells its scripts (it would point the inner npm at this
 * repository), and with this Node first, because the inner npm runs scripts that need it.
 */
export function strangerEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_/i.test(name) && !/^(NODE_OPTIONS|VITEST|NODE_ENV)/.test(name),
  )
  const PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`
  return { ...Object.fromEntries(kept), PATH }
}
