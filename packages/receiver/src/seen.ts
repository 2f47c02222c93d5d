/** Drops repeats by the event's id: what was handled once is not handled again. */

/** Where ids are kept. `Set<string>` is one; each may answer at once or by a Promise. */
export interface SeenStore {
  has(id: string): boolean | Promise<boolean>
  /** Called when the function for the event has ended well, never before: nothing is lost by it. */
  add(id: string): unknown
}

const REMEMBERED_MAX = 10_000

/** Remembers the latest ids in memory: for one process, until it ends. */
export function rememberIds(idsMax = REMEMBERED_MAX): SeenStore {
  const ids = new Set<string>()
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id)
      for (const oldest of ids) {
        if (ids.size <= idsMax) break
        ids.delete(oldest)
      }
    },
  }
}

/** By store, the events that are being handled now. */
const underWay = new WeakMap<SeenStore, Map<string, Promise<boolean>>>()

/**
 * Whether the event was a repeat. A repeat that comes while the first is still being handled waits
 * for it and shares its end: answered before, it would be lost if the first then failed. That holds
 * inside one process; between two, only a unique id in the same transaction as your data does.
 */
export async function handleOnce(
  id: string | null,
  store: SeenStore | undefined,
  { handle, onForgotten }: { handle(): Promise<void>; onForgotten(error: unknown): void },
): Promise<boolean> {
  if (store === undefined || id === null) {
    await handle()
    return false
  }
  const open = underWay.get(store) ?? new Map<string, Promise<boolean>>()
  underWay.set(store, open)
  const first = open.get(id)
  if (first !== undefined) {
    await first
    return true
  }
  const run = async () => {
    if (await store.has(id)) return true
    await handle()
    // The event is handled: a store that fails now costs a repeat, and a retry would be one as well.
    try {
      await store.add(id)
    } catch (error) {
      onForgotten(error)
    }
    return false
  }
  const running = run().finally(() => open.delete(id))
  open.set(id, running)
  return running
}
