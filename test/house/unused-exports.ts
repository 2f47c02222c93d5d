import { lineOf } from './source-file.ts'
import type { SourceModule } from './source-module.ts'

/** What is exported there is taken by somebody whom no import shows. */
const TAKEN: [path: RegExp, by: string][] = [
  [/(?:^|\/)vite(?:st)?\.config\.ts$/, 'the tool that it configures'],
  [
    /^test\/support\/(?:global-setup|left-out|slowest-files)\.ts$/,
    'vitest, by its path in vitest.config.ts',
  ],
  [/^packages\/dashboard\/src\/pages\/[^/]+\/page\.ts$/, 'import.meta.glob, in app/page.ts'],
  [/^packages\/dashboard\/src\/api\/schema\.ts$/, 'nobody: a program writes it whole'],
  [
    /^test\/openapi-client\/whole-way\.ts$/,
    'the compiler, as a reader of the client would write it',
  ],
  [/^examples\//, 'who copies it'],
]

/** One sentence for each export that no other file imports. */
export function findUnusedExports(
  modules: readonly SourceModule[],
  entries: ReadonlyMap<string, string>,
): string[] {
  const uses = listUses(modules)
  const published = new Set(entries.values())
  const isTaken = (path: string) => published.has(path) || TAKEN.some(([form]) => form.test(path))
  return modules
    .filter(({ file }) => !isTaken(file.path))
    .flatMap(({ file, exports }) =>
      exports
        .filter(({ name }) => !uses(file.path, name).length && !uses(file.path, '*').length)
        .map(
          ({ name, index }) => `${file.path}: nobody imports ${name} (line ${lineOf(file, index)})`,
        ),
    )
}

/** Which files import an export, also by way of others that hand it on. */
function listUses(modules: readonly SourceModule[]): (path: string, name: string) => string[] {
  const byPath = new Map(modules.map((module) => [module.file.path, module]))
  const uses = new Map<string, Set<string>>()
  const use = (path: string, name: string, by: string): void => {
    const key = `${path} ${name}`
    const users = uses.get(key) ?? new Set()
    if (users.has(by)) return
    uses.set(key, users.add(by))
    const module = byPath.get(path)
    if (module?.exports.some((each) => each.name === name)) return
    for (const { to, way } of module?.imports ?? []) {
      if (way === 'hands on' && to !== null) use(to, name, by)
    }
  }
  for (const { file, imports } of modules) {
    for (const { to, name, way } of imports) {
      if (to !== null && name !== null && way !== 'hands on') use(to, name, file.path)
    }
  }
  return (path, name) => [...(uses.get(`${path} ${name}`) ?? [])]
}
