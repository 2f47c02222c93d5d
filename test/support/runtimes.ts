/**
 * Finds the interpreters, compilers and runtimes that tests use where they are installed: by a
 * variable (`RUNTIME_PYTHON3=/opt/venv/bin/python`), on the PATH, where their own installers put
 * them, or among node_modules. What is nowhere is named at the end of the test that wanted it.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDERS = [
  '/usr/bin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/usr/local/go/bin',
  '/usr/share/dotnet',
  '/usr/lib/dotnet',
  ...['.dotnet', '.deno/bin', '.bun/bin', '.cargo/bin'].map((path) => join(homedir(), path)),
]

/** The first of that name that ends well with these arguments, and says so; null: none does. */
export function findRuntime(name: string, probe: string[], says = /^/): string | null {
  const candidates = [
    process.env[variableOf(name)],
    name,
    ...FOLDERS.map((folder) => join(folder, name)),
    // Some come as npm packages, one for each platform: @deno/linux-x64-glibc, @oven/bun-linux-x64.
    ...globSync(`node_modules/@*/*-${process.arch}*/{,bin/}${name}`, { cwd: ROOT }).map((path) =>
      join(ROOT, path),
    ),
    ...globSync(`node_modules/@*/*-64/{,bin/}${name}`, { cwd: ROOT }).map((path) =>
      join(ROOT, path),
    ),
  ]
  const isRight = (path: string | undefined) => {
    const answer = path === undefined ? null : answerTo(path, probe)
    return answer !== null && says.test(answer)
  }
  return candidates.find(isRight) ?? null
}

/** Says once, at the end, what could not be run for want of which runtime. */
export function nameMissing(what: string, missing: Map<string, string>): void {
  if (missing.size === 0) return
  const names = [...missing].map(([each, name]) => `${each} (${name}, or ${variableOf(name)})`)
  process.stderr.write(`\n${what} not run here, for want of: ${names.join(', ')}\n`)
}

function variableOf(name: string): string {
  return `RUNTIME_${name.toUpperCase()}`
}

/** Null: it isn't there, or failed. */
function answerTo(command: string, args: string[]): string | null {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 })
  return status === 0 ? stdout : null
}
