import type { ModuleImport, SourceModule } from './source-module.ts'

type Arrows = ReadonlyMap<string, ReadonlySet<string>>

/** The parts of a simulated world know the world that they are parts of. */
const WORLD = 'test/simulation/sim-world.ts'

/**
 * The ways by which imports, those of types included, come back to where they began: none of these
 * files can be read, moved or deleted without the others. A part of the graph with several such ways
 * gives the shortest of them.
 */
export function findCircles(modules: readonly SourceModule[]): string[] {
  const known = new Set(modules.map(({ file }) => file.path))
  const isArrow = ({ to, typeOnly, way }: ModuleImport) =>
    to !== null && known.has(to) && way !== 'starts' && !(to === WORLD && typeOnly)
  const arrows = new Map(
    modules.map(({ file, imports }) => {
      const targets = imports.filter(isArrow).flatMap(({ to }) => to ?? [])
      return [file.path, new Set(targets)]
    }),
  )
  return tangled(arrows).map((part) => [...wayAround(part, arrows), part[0]].join(' → '))
}

/** Parts of which each file leads to each other, by Tarjan's algorithm; those of a single file only where it imports itself. */
function tangled(arrows: Arrows): string[][] {
  const parts: string[][] = []
  const places = new Map<string, number>()
  const open: string[] = []
  /** Returns the earliest place on the open way that is reached from here. */
  const visit = (path: string): number => {
    const place = places.size
    places.set(path, place)
    open.push(path)
    let earliest = place
    for (const target of arrows.get(path) ?? []) {
      const seen = places.get(target)
      if (seen === undefined) earliest = Math.min(earliest, visit(target))
      else if (open.includes(target)) earliest = Math.min(earliest, seen)
    }
    if (earliest === place) parts.push(open.splice(open.indexOf(path)))
    return earliest
  }
  for (const path of [...arrows.keys()].sort()) if (!places.has(path)) visit(path)
  return parts.filter(
    ([first = '', ...others]) => others.length > 0 || arrows.get(first)?.has(first),
  )
}

/** From the part's first file to one that leads back to it. */
function wayAround([first = '', ...others]: readonly string[], arrows: Arrows): string[] {
  const ways = [[first]]
  const unseen = new Set(others)
  for (const way of ways) {
    const targets = arrows.get(way.at(-1) ?? first) ?? new Set()
    if (targets.has(first)) return way
    for (const target of targets) if (unseen.delete(target)) ways.push([...way, target])
  }
  return []
}
