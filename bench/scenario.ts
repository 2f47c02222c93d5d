import type { Figure } from './measure.ts'

/** How the run was asked for. */
export interface BenchOptions {
  /** Fewer rounds and less of everything: for a look, not for a record. */
  quick: boolean
  /** Where servers write CPU profiles when they end; null: none. */
  profileDir: string | null
}

export interface Scenario {
  name: string
  /** One sentence, for `--list`. */
  about: string
  /** Why it can't run here; null: it can. */
  cannotRun?(): string | null
  run(options: BenchOptions): Promise<Figure[]>
}
