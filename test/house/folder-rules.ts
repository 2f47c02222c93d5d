/**
 * Inside the two rooms that are large enough to have folders: arrows between these go down only, and
 * each level can be taken in at a glance.
 */
import { isTest, placeOf, type SourceFile } from './source-file.ts'
import type { SourceModule } from './source-module.ts'

const ENTRIES_MAX = 25

/**
 * From the top to the bottom: what stands in a line may import what stands in the lines below it, and
 * nothing beside it. `*.ts`: the files of the folder itself that are not named, as one.
 */
const ORDERS: Record<string, string[][]> = {
  'packages/server/src/api/': [
    ['api.ts'],
    ['document/', 'routes/', 'widget/'],
    ['deps.ts', 'route.ts'],
    ['access/'],
    ['server/'],
    ['shapes/'],
  ],
  'packages/server/src/store/': [
    ['copying/', 'looking/'],
    ['postgres/', 'sqlite/'],
    ['desk/'],
    ['reading/'],
    ['rules/'],
    ['sealing/'],
    ['*.ts'],
  ],
}

/** One sentence for each import inside of a room that goes up, or aside. */
export function findArrowsUp({ file, imports }: SourceModule): string[] {
  const folder = Object.keys(ORDERS).find((room) => file.path.startsWith(room))
  if (folder === undefined || isTest(file.path)) return []
  const from = placeIn(folder, file.path)
  if (from === null) return [`${file.path} has no place in the order of ${folder}`]
  return imports.flatMap(({ to, index }) => {
    if (!to?.startsWith(folder)) return []
    const target = placeIn(folder, to)
    if (target === null || target.name === from.name || target.depth > from.depth) return []
    const way = target.depth === from.depth ? 'beside' : 'above'
    return [`${placeOf(file, index)} imports ${to}: ${target.name} stands ${way} ${from.name}`]
  })
}

function placeIn(folder: string, path: string): { name: string; depth: number } | null {
  const [first = '', ...rest] = path.slice(folder.length).split('/')
  const names = rest.length > 0 ? [`${first}/`] : [first, '*.ts']
  for (const name of names) {
    const depth = ORDERS[folder]?.findIndex((line) => line.includes(name)) ?? -1
    if (depth >= 0) return { name, depth }
  }
  return null
}

/** One sentence for each folder in which one has to search. */
export function findCrowdedFolders(files: readonly SourceFile[]): string[] {
  const entries = new Map<string, Set<string>>()
  for (const { path } of files) {
    if (!Object.keys(ORDERS).some((room) => path.startsWith(room))) continue
    const names = path.split('/')
    for (const [at, name] of names.entries()) {
      const folder = names.slice(0, at).join('/')
      entries.set(folder, (entries.get(folder) ?? new Set()).add(name))
    }
  }
  return [...entries]
    .filter(([, { size }]) => size > ENTRIES_MAX)
    .map(([folder, { size }]) => `${folder}/ has ${size} entries, of ${ENTRIES_MAX} at most`)
}
