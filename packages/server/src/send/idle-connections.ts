import type { Connection } from './connection.ts'

/** What is open and idle: by origin, and all in the order of use, the least recent first. */
export class IdleConnections {
  readonly #all = new Set<Connection>()
  readonly #byOrigin = new Map<string, Connection[]>()

  get size(): number {
    return this.#all.size
  }

  /** Those taken out meanwhile are passed over. */
  [Symbol.iterator](): Iterator<Connection> {
    return this.#all.values()
  }

  /** In the order of use; the last was used last. */
  of(origin: string): readonly Connection[] {
    return this.#byOrigin.get(origin) ?? []
  }

  add(connection: Connection): void {
    this.#all.add(connection)
    const list = this.#byOrigin.get(connection.origin)
    if (list) list.push(connection)
    else this.#byOrigin.set(connection.origin, [connection])
  }

  remove(connection: Connection): void {
    if (!this.#all.delete(connection)) return
    const list = this.#byOrigin.get(connection.origin) ?? []
    // Mostly it is taken to be used, which is the last.
    if (list.at(-1) === connection) list.pop()
    else list.splice(list.indexOf(connection), 1)
    if (list.length === 0) this.#byOrigin.delete(connection.origin)
  }
}
