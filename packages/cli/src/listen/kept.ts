/**
 * What `listen` keeps between its starts, for each server and chatbot: the secret, so that the developer's server
 * need not be told another each time, and which webhooks were made and not removed yet, because a process that
 * is killed removes nothing. In the user's state folder (XDG), for the user alone.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { isValidSecret } from '@chatzuri/webhooks/signature'

interface Running {
  pid: number
  eventTypes: string[]
}

export class Kept {
  readonly #folder: string

  constructor(env: NodeJS.ProcessEnv, of: { server: string; chatbot: string }) {
    const name = createHash('sha256').update(`${of.server}\n${of.chatbot}`).digest('hex')
    this.#folder = join(stateHome(env), 'chatzuri', 'listen', name.slice(0, 16))
  }

  /** Made when there is none. Of two that start at once both get the same. Throws where no file can be made. */
  secret(): string {
    const path = join(this.#folder, 'secret')
    const kept = readSecret(path)
    if (kept !== null) return kept
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    // What is there and can't be read as one is of no use.
    if (existsSync(path) && readSecret(path) === null) rmSync(path, { force: true })
    const made = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
    writeFileSync(made, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' })
    try {
      linkSync(made, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(made, { force: true })
    }
    return readSecret(path) ?? newSecret()
  }

  /** Before it is used: who is killed leaves this behind. */
  begin(webhookId: string, eventTypes: string[]): void {
    const running: Running = { pid: process.pid, eventTypes }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    writeFileSync(this.#path(webhookId), JSON.stringify(running), { mode: 0o600 })
  }

  end(webhookId: string): void {
    rmSync(this.#path(webhookId), { force: true })
  }

  /** Of processes that are no more; each is told to one caller only. */
  takeLeft(): { webhookId: string; eventTypes: string[] }[] {
    return namesIn(this.#folder).flatMap((name) => {
      const webhookId = /^(wh_\w+)\.json$/.exec(name)?.[1]
      const running = webhookId === undefined ? null : readRunning(this.#path(webhookId))
      if (webhookId === undefined || running === null || isAlive(running.pid)) return []
      const taken = `${this.#path(webhookId)}.${process.pid}`
      try {
        renameSync(this.#path(webhookId), taken)
      } catch {
        return []
      }
      rmSync(taken, { force: true })
      return [{ webhookId, eventTypes: running.eventTypes }]
    })
  }

  #path(webhookId: string): string {
    return join(this.#folder, `${webhookId}.json`)
  }
}

/** A path that is not absolute doesn't count (XDG Base Directory Specification). */
function stateHome({ XDG_STATE_HOME = '', LOCALAPPDATA = '', HOME }: NodeJS.ProcessEnv): string {
  if (isAbsolute(XDG_STATE_HOME)) return XDG_STATE_HOME
  if (process.platform === 'win32' && LOCALAPPDATA !== '') return LOCALAPPDATA
  return join(HOME ?? homedir(), '.local', 'state')
}

/** As the server makes them: no `+` or `/`, safe in a `.env` file. */
function newSecret(): string {
  for (;;) {
    const text = randomBytes(24).toString('base64')
    if (!/[+/]/.test(text)) return `whsec_${text}`
  }
}

function readSecret(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return isValidSecret(text) === null ? text : null
  } catch {
    return null
  }
}

function readRunning(path: string): Running | null {
  try {
    const { pid, eventTypes } = JSON.parse(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && Array.isArray(eventTypes) ? { pid, eventTypes } : null
  } catch {
    return null
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
