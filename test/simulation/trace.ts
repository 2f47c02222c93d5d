/** What happened in a world, line by line: its digest tells whether a seed replays to the letter. */
import { createHash } from 'node:crypto'

const KEPT = 400

export class Trace {
  readonly #hash = createHash('sha256')
  readonly #print: ((line: string) => void) | null
  #lines: string[] = []

  constructor(print: ((line: string) => void) | null = null) {
    this.#print = print
  }

  note(atMs: number, text: string): void {
    const line = `${(atMs / 1000).toFixed(3).padStart(9)} ${text}`
    this.#hash.update(line)
    this.#print?.(line)
    this.#lines.push(line)
    if (this.#lines.length > KEPT * 2) this.#lines = this.#lines.slice(-KEPT)
  }

  last(count: number): string[] {
    return this.#lines.slice(-count)
  }

  /** Ends the trace. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}

/** Enough of an id to tell it from the others of a world. */
export function short(id: string): string {
  return `${id.slice(0, id.indexOf('_') + 1)}${id.slice(-5)}`
}
