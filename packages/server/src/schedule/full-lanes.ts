/** Lanes that take nothing straight from a commit: what is accepted for them stays in the store. */
export class FullLanes {
  readonly #full = new Set<string>()
  /** The same list for every offer until it changes: it is sent to another thread. */
  #list: string[] | null = []

  get size(): number {
    return this.#full.size
  }

  list(): readonly string[] {
    this.#list ??= [...this.#full]
    return this.#list
  }

  set(webhookId: string, isFull: boolean): void {
    if (isFull === this.#full.has(webhookId)) return
    if (isFull) this.#full.add(webhookId)
    else this.#full.delete(webhookId)
    this.#list = null
  }
}
