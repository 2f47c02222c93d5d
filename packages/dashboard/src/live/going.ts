/**
 * What is being deleted in this tab. The server's word of it may overtake the answer to the DELETE,
 * while its page is still open: nobody reads again what is about to be gone.
 */
import type { Query } from '@tanstack/react-query'

const goingIds = new Set<string>()

/** For good, unless `remove` fails. */
export async function withoutReadsOf(id: string, remove: () => Promise<unknown>): Promise<void> {
  goingIds.add(id)
  try {
    await remove()
  } catch (error) {
    goingIds.delete(id)
    throw error
  }
}

export function isGoing({ queryHash }: Pick<Query, 'queryHash'>): boolean {
  return [...goingIds].some((id) => queryHash.includes(id))
}
