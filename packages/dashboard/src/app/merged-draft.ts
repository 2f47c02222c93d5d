/**
 * A form over something that others may change meanwhile, field by field: what one has not touched
 * follows what is saved; what one has typed stays, and where somebody else changed the same field
 * both are known until one has chosen. Pure: the hook is `use-merged-draft.ts`.
 */

export interface Merged<Draft extends object> {
  /** Of what is saved, as far as it is known. */
  version: string
  saved: Draft
  draft: Draft
  /** Fields that were typed in, and that somebody else changed, too. */
  collisions: readonly Collision<Draft>[]
  /** Fields that only somebody else changed, since one began. */
  followed: readonly (keyof Draft)[]
}

interface Collision<Draft extends object> {
  name: keyof Draft
  mine: Draft[keyof Draft]
  theirs: Draft[keyof Draft]
  /** Nobody's is saved over the other's by who has not seen both. */
  isChosen: boolean
}

export function beginDraft<Draft extends object>(saved: Draft, version: string): Merged<Draft> {
  return { version, saved, draft: saved, collisions: [], followed: [] }
}

/** Of another version that was read: `theirs`. */
export function mergeDraft<Draft extends object>(
  before: Merged<Draft>,
  theirs: Draft,
  version: string,
): Merged<Draft> {
  const draft = { ...before.draft }
  const collisions = new Map(before.collisions.map((known) => [known.name, known]))
  const followed = new Set(before.followed)
  for (const name of namesOf(theirs)) {
    if (isSame(theirs[name], before.saved[name])) continue
    const mine = before.draft[name]
    if (isSame(mine, before.saved[name])) {
      draft[name] = theirs[name]
      const known = collisions.get(name)
      // Theirs was chosen, and went on.
      if (known) collisions.set(name, { ...known, theirs: theirs[name] })
      else followed.add(name)
    } else if (isSame(mine, theirs[name])) collisions.delete(name)
    else collisions.set(name, { name, mine, theirs: theirs[name], isChosen: false })
  }
  return {
    version,
    saved: theirs,
    draft,
    collisions: [...collisions.values()],
    followed: [...followed],
  }
}

/** Typed. Over a collision it is mine now. */
export function changeDraft<Draft extends object>(
  before: Merged<Draft>,
  part: Partial<Draft>,
): Merged<Draft> {
  const collisions = before.collisions.map((known) => {
    const typed = part[known.name]
    return typed === undefined || isSame(typed, known.theirs) ? known : { ...known, mine: typed }
  })
  return { ...before, draft: { ...before.draft, ...part }, collisions }
}

/** One of the two: from now on it can be saved. */
export function chooseDraft<Draft extends object>(
  before: Merged<Draft>,
  name: keyof Draft,
  whose: 'mine' | 'theirs',
): Merged<Draft> {
  const draft = { ...before.draft }
  const collisions = before.collisions.map((known) => {
    if (known.name !== name) return known
    draft[name] = known[whose]
    return { ...known, isChosen: true }
  })
  return { ...before, draft, collisions }
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function namesOf<Draft extends object>(draft: Draft): (keyof Draft)[] {
  return Object.keys(draft) as (keyof Draft)[]
}
