/** What was asked and what came back, counted. */
import type { Operation } from './operations.ts'

export class FuzzReport {
  readonly seed: number
  memoryGrownBytes = 0
  asked = 0
  readonly faults = new Map<string, { count: number; told: string }>()
  readonly #byOperation = new Map<string, Map<string, number>>()
  readonly #byMutation = new Map<string, number>()
  readonly #operations: readonly Operation[]

  constructor(seed: number, operations: readonly Operation[]) {
    this.seed = seed
    this.#operations = operations
  }

  count(
    { operation, mutation }: { operation: Operation | null; mutation: string },
    outcome: number | string,
  ): void {
    this.asked += 1
    const name = operation?.name ?? '(no request)'
    const outcomes = this.#byOperation.get(name) ?? new Map<string, number>()
    this.#byOperation.set(name, outcomes)
    outcomes.set(String(outcome), (outcomes.get(String(outcome)) ?? 0) + 1)
    for (const one of mutation === '' ? [] : mutation.split(', ')) {
      this.#byMutation.set(one, (this.#byMutation.get(one) ?? 0) + 1)
    }
  }

  /** Operations that need no more than a key, and of which none succeeded. */
  neverAccepted(): string[] {
    return this.#operations
      .filter(({ takesKey }) => takesKey)
      .map(({ name }) => name)
      .filter((name) => ![...(this.#byOperation.get(name)?.keys() ?? [])].some(isSuccess))
  }

  /** Of faults that are alike the first is shown. */
  fault(sort: string, told: string): void {
    const known = this.faults.get(sort)
    this.faults.set(sort, { count: (known?.count ?? 0) + 1, told: known?.told ?? told })
  }

  get mutations(): ReadonlyMap<string, number> {
    return this.#byMutation
  }

  lines(): string[] {
    const operations = [...this.#byOperation].map(([name, outcomes]) => {
      const told = [...outcomes].sort().map(([outcome, count]) => `${outcome}×${count}`)
      return `  ${name.padEnd(28)} ${told.join(' ')}`
    })
    return [
      `${this.asked} requests of seed ${this.seed} to ${operations.length} operations`,
      ...operations,
      `  memory grew by ${Math.round(this.memoryGrownBytes / 1024 / 1024)} MiB`,
    ]
  }
}

function isSuccess(outcome: string): boolean {
  return /^[23]\d\d$/.test(outcome)
}
