/** Ids and cursors that answers gave away, to be asked for again: alive, deleted or of another kind. */
import { type Draw, onceIn, pick } from './draw.ts'

const ID = /^([a-z]+)_[0-7][0-9a-hjkmnp-tv-z]{25}$/
/** Nobody made it. */
const FOREIGN = '01m2fm1cgye03v13e1wgzp7b71'
const PER_KIND_MAX = 40

export class Pool {
  readonly #ids = new Map<string, string[]>()
  readonly #cursors: string[] = []

  /** Whatever looks like an id, wherever it stands. */
  harvest(value: unknown): void {
    if (typeof value === 'string') {
      const prefix = ID.exec(value)?.[1]
      if (prefix !== undefined) this.#keep(prefix, value)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (key === 'nextCursor' && typeof item === 'string') keepLast(this.#cursors, item)
        this.harvest(item)
      }
    }
  }

  /** One that a server gave away, or one of that kind that nobody made. */
  id(draw: Draw, prefix: string): string {
    return pick(draw, this.#ids.get(prefix) ?? []) ?? `${prefix}_${FOREIGN}`
  }

  /** The newest: most likely alive. */
  newest(prefix: string): string | undefined {
    return this.#ids.get(prefix)?.at(-1)
  }

  cursor(draw: Draw): string {
    return (onceIn(draw, 8) ? undefined : pick(draw, this.#cursors)) ?? 'AAAA'
  }

  forget(id: string): void {
    for (const ids of this.#ids.values()) {
      const at = ids.indexOf(id)
      if (at >= 0) ids.splice(at, 1)
    }
  }

  #keep(prefix: string, id: string): void {
    const ids = this.#ids.get(prefix) ?? []
    this.#ids.set(prefix, ids)
    if (!ids.includes(id)) keepLast(ids, id)
  }
}

function keepLast(list: string[], item: string): void {
  list.push(item)
  if (list.length > PER_KIND_MAX) list.shift()
}

/** The prefix that an id's pattern asks for; null: it asks for something else. */
export function idPrefixOf(pattern: string): string | null {
  return /^\^([a-z]+)_\[0-/.exec(pattern)?.[1] ?? null
}
