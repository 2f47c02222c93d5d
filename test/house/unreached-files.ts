import { posix } from 'node:path'
import type { SourceFile } from './source-file.ts'
import type { SourceModule } from './source-module.ts'

/** What is found by the form of its name, or copied by whoever reads it. */
const FOUND = [
  /\.(?:test|config|d)\.tsx?$/,
  /^packages\/dashboard\/src\/pages\/[^/]+\/page\.ts$/,
  /^examples\//,
]

/** One sentence for each file of code that nothing imports, starts or names: it is dead. */
export function findUnreachedFiles(
  modules: readonly SourceModule[],
  files: readonly SourceFile[],
): string[] {
  const imported = new Set(modules.flatMap(({ imports }) => imports.flatMap(({ to }) => to ?? [])))
  // A page, or a rule of ours, speaks of files; it runs none.
  const naming = files.filter(({ path }) => !/\.md$|^package-lock\.json$|^test\/house\//.test(path))
  return modules
    .map(({ file }) => file.path)
    .filter((path) => !imported.has(path) && !FOUND.some((form) => form.test(path)))
    .filter((path) => !naming.some((file) => file.path !== path && names(file, path)))
    .map((path) => `${path}: nothing leads to it`)
}

/** By its name and its folder's, or from within the folder by its name alone. */
function names({ path, text }: SourceFile, named: string): boolean {
  const [folder = '', name = ''] = named.split('/').slice(-2)
  if (text.includes(`${folder}/${name}`)) return true
  const isBeside = posix.dirname(path) === posix.dirname(named)
  return isBeside && [`'${name}'`, `'./${name}'`].some((quoted) => text.includes(quoted))
}
