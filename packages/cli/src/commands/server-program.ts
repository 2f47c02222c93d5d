/** `serve`, `migrate`, `keys` and the like are the server's: run where it is installed beside us. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CommandError, EXIT } from '../command-error.ts'

export const SERVER_COMMANDS = ['serve', 'backup', 'restore', 'hold', 'migrate', 'keys', 'erase']
const PROGRAM = '@chatzuri/server/bin/serve.js'

/** Its exit code. Signals reach it through us. */
export async function runServerProgram(argv: string[]): Promise<number> {
  const program = findProgram()
  if (program === null) {
    throw new CommandError(
      EXIT.usage,
      `"chatzuri ${argv[0]}" comes with the server: npm install @chatzuri/server, beside this package.`,
    )
  }
  const child = spawn(process.execPath, [program, ...argv], { stdio: 'inherit' })
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
  // A terminal's Ctrl+C reaches both; that of a supervisor reaches us alone.
  for (const signal of signals) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? EXIT.no))
  })
}

/** Looked for where we are installed and where we are called; found in any folder above, as Node does. */
function findProgram(): string | null {
  const homes = [fileURLToPath(import.meta.url), join(process.cwd(), 'package.json')]
  for (const home of homes) {
    for (const folder of createRequire(home).resolve.paths(PROGRAM) ?? []) {
      const path = join(folder, PROGRAM)
      if (existsSync(path)) return path
    }
  }
  return null
}
