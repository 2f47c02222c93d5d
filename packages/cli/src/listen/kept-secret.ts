/**
 * The secret of `listen`, kept between its starts, so that a developer's server is told it once: in a
 * file of the user's own, one secret for each server and chatbot. Without a place to keep it each start
 * has another.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { isValidSecret } from '@chatzuri/webhooks/signature'

/** XDG Base Directory Specification: what is worth keeping, and of this machine alone. */
export function secretsPath(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state')
  return join(state, 'chatzuri', 'listen.json')
}

/** Undefined: none is kept, or what is there can't be read. */
export function keptSecret(path: string, place: string): string | undefined {
  const secret = readAll(path)[place]
  return secret !== undefined && isValidSecret(secret) === null ? secret : undefined
}

/** Whether it could be kept. */
export function keepSecret(path: string, place: string, secret: string): boolean {
  const text = `${JSON.stringify({ ...readAll(path), [place]: secret }, null, 2)}\n`
  const written = `${path}.${process.pid}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(written, text, { mode: 0o600 })
    renameSync(written, path)
    return true
  } catch {
    return false
  }
}

function readAll(path: string): Record<string, string> {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const entries = Object.entries((found ?? {}) as Record<string, unknown>)
    return Object.fromEntries(entries.filter(([, secret]) => typeof secret === 'string')) as Record<
      string,
      string
    >
  } catch {
    return {}
  }
}
