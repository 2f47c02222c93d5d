/** A program of `examples/`, run as its reader would run it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Ended, readLines, watchChild } from './child-processes.ts'
import { until } from './until.ts'

export class ExampleProcess {
  /** What it said so far, on both streams. */
  readonly lines: string[] = []
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #name: string
  #hasEnded = false

  /** `name` without folder and ending. */
  constructor(name: string, settings: Record<string, string> = {}) {
    const { PATH = '' } = process.env
    const program = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url))
    this.#name = name
    this.#child = spawn(process.execPath, [program], {
      env: { PATH, PORT: '0', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.ended = watchChild(this.#child).finally(() => {
      this.#hasEnded = true
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) readLines(stream, (line) => this.lines.push(line))
    }
  }

  get text(): string {
    return this.lines.join('\n')
  }

  /** What the pattern's first group captured, or all that it matched, as soon as it was said. */
  async says(pattern: RegExp, withinMs = 30_000): Promise<string> {
    const look = () => {
      const found = pattern.exec(this.text)
      if (found) return found[1] ?? found[0]
      if (this.#hasEnded) throw new Error(`${this.#name} ended: ${this.text}`)
      return null
    }
    const what = `${this.#name} to say ${pattern}`
    return until(look, { what, withinMs }).catch((cause: Error) => {
      throw new Error(`${cause.message}; it said:\n${this.text}`, { cause })
    })
  }

  /** Where a receiver listens. */
  url(): Promise<string> {
    return this.says(/listens on (http:\S+)/)
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#child.kill(signal)
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    this.signal(signal)
    return this.ended
  }
}
