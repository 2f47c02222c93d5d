/**
 * Two sides: the server of the working tree and that of another revision, both up at once on fresh
 * stores, one load and one receiver for both. They take turns, so only one has something to do.
 */
import { join } from 'node:path'
import { type BenchWorld, watch, withWorld } from '../bench-world.ts'
import type { Pair } from '../measure.ts'
import { ReceiverProcess } from '../receiver-process.ts'
import type { BenchOptions } from '../scenario.ts'
import type { Revision } from './revision.ts'

/** `a` is the working tree's, `b` the other revision's: ratios are of a to b. */
export type Sides = Pair<BenchWorld>

export async function withSides<T>(
  { revision, options }: { revision: Revision; options: BenchOptions },
  settings: Record<string, string>,
  use: (sides: Sides) => Promise<T>,
): Promise<T> {
  const { store, profileDir } = options
  const receiver = await ReceiverProcess.start(watch)
  const profilesOf = (side: string) => (profileDir === null ? null : join(profileDir, side))
  const ours = { store, settings, receiver, profileDir: profilesOf('working-tree') }
  const theirs = {
    store,
    settings,
    receiver,
    profileDir: profilesOf('against'),
    checkout: revision.folder,
  }
  try {
    return await withWorld(ours, (a) => withWorld(theirs, (b) => use({ a, b })))
  } finally {
    await receiver.stop()
  }
}
