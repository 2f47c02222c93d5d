import { posix } from 'node:path'
import { type ESTree, parseSync, Visitor } from 'vite'
import { isCode, type SourceFile } from './source-file.ts'

/** A file of code, as the bundler's parser reads it. */
export interface SourceModule {
  file: SourceFile
  program: ESTree.Program
  imports: ModuleImport[]
  exports: ModuleExport[]
}

export interface ModuleImport {
  specifier: string
  /** From the root of the repository; null for what is not in it. */
  to: string | null
  /** `*`: all that it exports; null: nothing of it, it is only run. */
  name: string | null
  typeOnly: boolean
  /**
   * How, where it is no plain import: `export * from './x.ts'` hands all on, and
   * `new URL('./worker.ts', import.meta.url)` starts a thread or a process of its own.
   */
  way: 'hands on' | 'starts' | null
  index: number
}

interface ModuleExport {
  name: string
  typeOnly: boolean
  index: number
}

/** Which file a workspace's package offers under a name: `@chatzuri/webhooks/signature`. */
type Entries = ReadonlyMap<string, string>

export function readModules(files: readonly SourceFile[]): SourceModule[] {
  const entries = listEntries(files)
  return files.filter(({ path }) => isCode(path)).map((file) => readModule(file, entries))
}

/** Throws where the text can't be parsed. */
export function readModule(file: SourceFile, entries: Entries = new Map()): SourceModule {
  const { program, module, errors } = parseSync(file.path, file.text)
  if (errors[0] !== undefined) throw new Error(`${file.path}: ${errors[0].message}`)
  const found = [...staticImports(module, file.text), ...otherImports(program)]
  const imports = found.map((each) => ({
    ...each,
    to: resolve(file.path, each.specifier, entries),
  }))
  return { file, program, imports, exports: listExports(module) }
}

type EcmaScriptModule = ReturnType<typeof parseSync>['module']
type Found = Omit<ModuleImport, 'to'>

function staticImports(module: EcmaScriptModule, text: string): Found[] {
  const imported = module.staticImports.flatMap(({ moduleRequest, entries, start: index }) => {
    const from = { specifier: moduleRequest.value, way: null, index }
    if (entries.length === 0) return [{ ...from, name: null, typeOnly: false }]
    return entries.flatMap(({ importName, localName, isType: typeOnly }): Found[] => {
      if (importName.kind === 'Default') return [{ ...from, name: 'default', typeOnly }]
      if (importName.kind === 'Name') return [{ ...from, name: importName.name, typeOnly }]
      const members = membersOf(localName.value, text)
      return members.map((name) => ({ ...from, name, typeOnly }))
    })
  })
  const handedOn = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName, isType: typeOnly, start: index }): Found[] => {
      if (moduleRequest === null) return []
      const { value: specifier } = moduleRequest
      const way = importName.kind === 'AllButDefault' ? 'hands on' : null
      return [{ specifier, name: importName.name ?? '*', typeOnly, way, index }]
    }),
  )
  return [...imported, ...handedOn]
}

/** The names that are read of `import * as local`; the whole where it is used in another way. */
function membersOf(local: string, text: string): string[] {
  const uses = [...text.matchAll(new RegExp(`(?<![\\w$.'"])${local}\\b(?:\\.(\\w+))?`, 'g'))]
  const members = uses.flatMap(([, member]) => member ?? [])
  // One use is the import itself.
  return uses.length > members.length + 1 ? ['*'] : [...new Set(members)]
}

function otherImports(program: ESTree.Program): Found[] {
  const found: Found[] = []
  const take = (specifier: unknown, index: number, typeOnly = false) => {
    if (typeof specifier !== 'string') return
    found.push({ specifier, name: '*', typeOnly, way: null, index })
  }
  new Visitor({
    ImportExpression({ source, start }) {
      if (source.type === 'Literal') take(source.value, start)
    },
    TSImportType({ source, start }) {
      take(source.value, start, true)
    },
    NewExpression({ callee, arguments: [first], start }) {
      if (callee.type !== 'Identifier' || callee.name !== 'URL' || first?.type !== 'Literal') return
      const path = String(first.value)
      if (!isCode(path)) return
      const specifier = path.startsWith('.') ? path : `./${path}`
      found.push({ specifier, name: null, typeOnly: false, way: 'starts', index: start })
    },
  }).visit(program)
  return found
}

function listExports(module: EcmaScriptModule): ModuleExport[] {
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ exportName, isType: typeOnly, start: index }) => {
      const name = exportName.kind === 'Default' ? 'default' : exportName.name
      return name === null ? [] : [{ name, typeOnly, index }]
    }),
  )
}

function resolve(from: string, specifier: string, entries: Entries): string | null {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  return entries.get(specifier) ?? null
}

export function listEntries(files: readonly SourceFile[]): Entries {
  const entries = new Map<string, string>()
  for (const { path, text } of files) {
    if (posix.basename(path) !== 'package.json') continue
    const manifest: { name?: string; exports?: Record<string, unknown> } = JSON.parse(text)
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      if (manifest.name === undefined || typeof target !== 'string') continue
      entries.set(posix.join(manifest.name, entry), posix.join(posix.dirname(path), target))
    }
  }
  return entries
}
