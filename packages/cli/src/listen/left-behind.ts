/**
 * Which webhooks `listen` made and has not removed yet: a process that is killed removes nothing, and the next
 * start takes up what it left. One file for each in the user's state folder, so that many may listen at once.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Left {
  webhookId: string
  eventTypes: string[]
}

export class LeftBehind {
  readonly #folder: string

  /** `secretsPath`: the file beside which they are noted. `place`: the server and the chatbot. */
  constructor(secretsPath: string, place: string) {
    const name = createHash('sha256').update(place).digest('hex').slice(0, 16)
    this.#folder = join(dirname(secretsPath), 'listening', name)
  }

  /** Where nothing can be noted, the server removes it by itself, an hour after the last contact. */
  begin({ webhookId, eventTypes }: Left): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      const text = JSON.stringify({ pid: process.pid, eventTypes })
      writeFileSync(this.#path(webhookId), text, { mode: 0o600 })
    } catch {}
  }

  end(webhookId: string): void {
    rmSync(this.#path(webhookId), { force: true })
  }

  /** Of processes that are no more; each is told to one caller only. */
  take(): Left[] {
    return namesIn(this.#folder).flatMap((name) => {
      const webhookId = /^(wh_\w+)\.json$/.exec(name)?.[1]
      const noted = webhookId === undefined ? null : readNote(this.#path(webhookId))
      if (webhookId === undefined || noted === null || isAlive(noted.pid)) return []
      const taken = `${this.#path(webhookId)}.${process.pid}`
      try {
        renameSync(this.#path(webhookId), taken)
      } catch {
        return []
      }
      rmSync(taken, { force: true })
      return [{ webhookId, eventTypes: noted.eventTypes }]
    })
  }

  #path(webhookId: string): string {
    return join(this.#folder, `${webhookId}.json`)
  }
}

function readNote(path: string): { pid: number; eventTypes: string[] } | null {
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
