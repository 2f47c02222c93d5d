/**
 * The two engines of the store are read side by side: what one has in its road, the other has under
 * the same name, but for what only one of them needs.
 */
import { isTest } from './source-file.ts'

const STORE = 'packages/server/src/store/'
const ENGINES = ['sqlite', 'postgres'] as const

/** Why a file has no twin. */
const ALONE: Record<string, string> = {
  'sqlite/road/upkeep/due-times.ts':
    'a clock of its own may be set; the database of many nodes has its own',
}

/** One sentence for each file of a road without its twin, and for each reason that is none any more. */
export function findLonelyTwins(
  paths: readonly string[],
  alone: Record<string, string> = ALONE,
): string[] {
  const [sqlite, postgres] = ENGINES.map((engine) => namesOf(paths, engine))
  const lonely = [
    ...[...(sqlite ?? [])].filter((name) => !postgres?.has(name)).map((name) => `sqlite/${name}`),
    ...[...(postgres ?? [])].filter((name) => !sqlite?.has(name)).map((name) => `postgres/${name}`),
  ]
  return [
    ...lonely.filter((path) => !(path in alone)).map((path) => `${STORE}${path} has no twin`),
    ...Object.keys(alone)
      .filter((path) => !lonely.includes(path))
      .map((path) => `${path} needs no reason for being alone: take it from the list`),
  ]
}

function namesOf(paths: readonly string[], engine: string): ReadonlySet<string> {
  const folder = `${STORE}${engine}/`
  const road = paths.filter((path) => path.startsWith(`${folder}road/`) && !isTest(path))
  return new Set(road.map((path) => path.slice(folder.length)))
}
