/**
 * Run by npm around `npm pack` and `npm publish`, in the folder of a public package:
 *
 *   prepack   node ../../scripts/pack.ts prepare    builds dist/, swaps in what is published
 *   postpack  node ../../scripts/pack.ts restore    brings the source files back
 *
 * npm runs no postpack when packing fails in between, so `prepare` leaves a watcher behind that
 * restores once that npm is gone. Where even that was killed, `npm run check` says that `restore` is
 * to be run by hand.
 */
import { execFileSync, spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildPackage } from './build-package.ts'
import { binFiles, parseManifest, publishManifest, withBuiltImports } from './publish-manifest.ts'
import { isSwappedBy, restoreSources, swapFiles } from './source-swap.ts'

const WATCH_EVERY_MS = 200

const [command, ...rest] = process.argv.slice(2)
if (command === 'prepare') await prepare(process.cwd())
else if (command === 'restore') restoreSources(process.cwd())
else if (command === 'watch') await watch(process.cwd(), Number(rest[0]))
else {
  console.error('Run it in the folder of a package: node ../../scripts/pack.ts prepare|restore')
  process.exitCode = 1
}

/** The swap comes last: what fails before it leaves the sources as they are. */
async function prepare(packageDir: string): Promise<void> {
  restoreSources(packageDir)
  const manifest = parseManifest(readFileSync(join(packageDir, 'package.json'), 'utf8'))
  const published = publishManifest(manifest, siblingVersion(packageDir))
  await buildPackage(packageDir)
  const files = new Map([
    ['package.json', `${JSON.stringify(published, null, 2)}\n`],
    ['LICENSE', readFileSync(resolve(packageDir, '../../LICENSE'), 'utf8')],
  ])
  for (const [path, source] of binFiles(manifest, packageDir)) {
    files.set(path, withBuiltImports(source))
  }
  const npmPid = findNpm()
  swapFiles(packageDir, files, npmPid ?? 0)
  if (npmPid !== null) startWatcher(packageDir, npmPid)
}

/** A dependency on a package of this repository is published at that package's own version. */
function siblingVersion(packageDir: string): (name: string) => string | null {
  const versions = new Map<string, string>()
  for (const path of globSync('../*/package.json', { cwd: packageDir })) {
    const manifest = parseManifest(readFileSync(resolve(packageDir, path), 'utf8'))
    versions.set(manifest.name, manifest.version)
  }
  return (name) => versions.get(name) ?? null
}

function startWatcher(packageDir: string, npmPid: number): void {
  const script = fileURLToPath(import.meta.url)
  spawn(process.execPath, [script, 'watch', String(npmPid)], {
    cwd: packageDir,
    detached: true,
    stdio: 'ignore',
  }).unref()
}

async function watch(packageDir: string, npmPid: number): Promise<void> {
  while (isAlive(npmPid)) await sleep(WATCH_EVERY_MS)
  // A pack that began since then has swapped for itself, and restores for itself.
  if (isSwappedBy(packageDir, npmPid)) restoreSources(packageDir)
}

/** The npm that runs us, a shell or two above; null where `ps` can't tell. */
function findNpm(): number | null {
  let pid = process.ppid
  for (let depth = 0; depth < 5 && pid > 1; depth++) {
    const line = processLine(pid)
    if (line === null) return null
    if (/(^|\/)npm(-cli\.js)?(\s|$)/.test(line.command)) return pid
    pid = line.parentPid
  }
  return null
}

function processLine(pid: number): { parentPid: number; command: string } | null {
  try {
    const text = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], {
      encoding: 'utf8',
    })
    const [, parent, command] = /^\s*(\d+)\s+(.*)/.exec(text) ?? []
    if (parent === undefined || command === undefined) return null
    return { parentPid: Number(parent), command }
  } catch {
    return null // No `ps` on this machine: the watcher is a second net, packing works without it.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
