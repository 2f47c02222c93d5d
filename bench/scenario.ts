import type { Figure } from './measure.ts'
import type { StoreName } from './stores.ts'

/** How the run was asked for. */
export interface BenchOptions {
  store: StoreName
  /** Fewer rounds and less of everything: for a look, not for a record. */
  quick: boolean
  /** Where servers write CPU profiles when they end; null: none. */
  profileDir: string | null
  /** How often two sides take turns; null: as often as the scenario says. */
  rounds: number | null
  /** Finished deliveries in the store of the scenario `history`; null: as many as are promised. */
  history: number | null
  /** Where filled stores stay for the next run; null: they are removed. */
  keepDir: string | null
}

export interface Scenario {
  name: string
  /** Default: any. */
  stores?: readonly StoreName[]
  /** One sentence, for `--list`. */
  about: string
  /** Why it can't run here; null: it can. */
  cannotRun?(): string | null
  run(options: BenchOptions): Promise<Figure[]>
}
