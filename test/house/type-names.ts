import type { ESTree } from 'vite'
import { isTest, placeOf, type SourceFile } from './source-file.ts'
import type { SourceModule } from './source-module.ts'

const SERVER_SOURCE = 'packages/server/src/'
/** The two engines have the same files, in which the same thing has the same name. */
const ENGINES = /^packages\/server\/src\/store\/(?:sqlite|postgres)\//

/** TypeScript's own, and what it knows of the platform by names that somebody might choose. */
const GLOBALS = new Set([
  ...Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z][a-z]/.test(name)),
  ...[
    'Awaited',
    'Capitalize',
    'Exclude',
    'Extract',
    'Lowercase',
    'NonNullable',
    'Omit',
    'Parameters',
  ],
  ...['Partial', 'Pick', 'Readonly', 'Record', 'Required', 'ReturnType', 'Uppercase'],
  ...[
    'Iterable',
    'Iterator',
    'Generator',
    'PromiseLike',
    'ArrayLike',
    'Document',
    'Element',
    'Node',
  ],
])

/** One sentence for each exported type whose name says two things. */
export function findDoubleNames(modules: readonly SourceModule[]): string[] {
  const first = new Map<string, string>()
  return modules.flatMap(({ file, program }) => {
    if (!file.path.startsWith(SERVER_SOURCE) || isTest(file.path)) return []
    return exportedTypes(program).flatMap(({ name, start }) => {
      const other = first.get(name)
      if (GLOBALS.has(name)) return [sentence(file, { name, start }, "is TypeScript's own word")]
      if (other === undefined) first.set(name, file.path)
      if (other === undefined || (ENGINES.test(other) && ENGINES.test(file.path))) return []
      return [sentence(file, { name, start }, `is another thing in ${other}`)]
    })
  })
}

function sentence(file: SourceFile, { name, start }: Named, what: string): string {
  return `${name} ${what}: ${placeOf(file, start)}`
}

interface Named {
  name: string
  start: number
}

function exportedTypes({ body }: ESTree.Program): Named[] {
  return body.flatMap((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : null
    switch (declared?.type) {
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
      case 'ClassDeclaration':
        return declared.id ? [{ name: declared.id.name, start: declared.id.start }] : []
      default:
        return []
    }
  })
}
