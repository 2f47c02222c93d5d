/** `chatzuri listen`, the real command as a process of its own, and what it says. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, readLines, watchChild } from './child-processes.ts'
import { until } from './until.ts'

const CLI_PROGRAM = fileURLToPath(new URL('../../packages/cli/bin/chatzuri.js', import.meta.url))
const PATIENCE_MS = 60_000

interface ListenLine {
  listening?: true
  webhookId?: string
  secret?: string
  eventId: string
  deliveryId: string
  attemptNumber: number
  status: number | null
  error: string | null
  durationMs: number
  recorded: boolean
  state: string | null
}

/** Of all that this process starts; where a user's secrets are kept is nobody's else. */
const STATE_HOME = mkdtempSync(join(tmpdir(), 'chatzuri-state-'))
process.once('exit', () => rmSync(STATE_HOME, { recursive: true, force: true }))

export class ListenProcess {
  readonly lines: ListenLine[] = []
  /** What it says to people. */
  readonly notices: string[] = []
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess

  constructor(server: { url: string; adminKey: string }, args: string[]) {
    const { PATH = '' } = process.env
    const env = {
      PATH,
      CHATZURI_URL: server.url,
      CHATZURI_KEY: server.adminKey,
      XDG_STATE_HOME: STATE_HOME,
    }
    this.#child = spawn(process.execPath, [CLI_PROGRAM, 'listen', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.ended = watchChild(this.#child)
    const { stdout, stderr } = this.#child
    if (stdout) readLines(stdout, (line) => this.lines.push(JSON.parse(line)))
    if (stderr) readLines(stderr, (line) => this.notices.push(line))
  }

  /** The first line, which says that it listens. */
  async listening(): Promise<{ webhookId: string; secret: string | undefined }> {
    const { webhookId = '', secret } = await this.line((line) => line.listening === true)
    return { webhookId, secret }
  }

  line(wanted: (line: ListenLine) => boolean): Promise<ListenLine> {
    const what = 'a line of listen'
    return until(() => this.lines.find(wanted) ?? null, { what, withinMs: PATIENCE_MS }).catch(
      (cause: Error) => {
        const said = [...this.lines.map((line) => JSON.stringify(line)), ...this.notices]
        throw new Error([cause.message, ...said].join('\n'), { cause })
      },
    )
  }

  notice(text: string): Promise<string> {
    const look = () => this.notices.find((line) => line.includes(text)) ?? null
    return until(look, { what: `listen to say "${text}"`, withinMs: PATIENCE_MS })
  }

  /** As Ctrl-C does. */
  interrupt(signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> {
    this.#child.kill(signal)
    return this.ended
  }

  /** Its reader goes, as `head -1` does. */
  closePipe(): void {
    this.#child.stdout?.destroy()
  }

  kill(): Promise<Ended> {
    this.#child.kill('SIGKILL')
    return this.ended
  }
}
