/** What differs between a package as it is developed (TypeScript sources) and as it is published. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Manifest {
  name: string
  version: string
  exports?: Record<string, unknown>
  bin?: Record<string, string>
  dependencies?: Record<string, string>
  /** Packages for browsers whose build is published with this one: their folder, and its place in dist/. */
  bundles?: Record<string, string>
  /** Published as CommonJS, too: for those whose Node can't require a module. */
  commonjs?: boolean
  [key: string]: unknown
}

/** Of use only to those who work on the package. */
const LEFT_OUT = new Set(['scripts', 'devDependencies', 'bundles', 'commonjs'])

/** Throws where a dependency isn't pinned: what was tested is what its users get. */
export function publishManifest(
  source: Manifest,
  siblingVersion: (name: string) => string | null,
): Manifest {
  if (source.private === true) throw new Error(`${source.name} is private: it is not published.`)
  for (const [name, version] of Object.entries(source.dependencies ?? {})) {
    checkDependency(source.name, { name, version }, siblingVersion(name))
  }
  const kept = Object.entries(source).filter(([key]) => !LEFT_OUT.has(key))
  return {
    ...(Object.fromEntries(kept) as Manifest),
    ...(source.exports ? { exports: builtExports(source.exports, source.commonjs === true) } : {}),
    files: ['dist', ...(source.bin ? ['bin'] : [])],
  }
}

/** Each file of `bin`, by its path, with its text. */
export function binFiles(manifest: Manifest, packageDir: string): Map<string, string> {
  const paths = Object.values(manifest.bin ?? {})
  return new Map(paths.map((path) => [path, readFileSync(join(packageDir, path), 'utf8')]))
}

/** A bin file's `'../src/cli/serve.ts'` as `'../dist/cli/serve.js'`. */
export function withBuiltImports(text: string): string {
  return text.replace(BIN_IMPORT, "'../dist/$2.js'")
}

export function parseManifest(text: string): Manifest {
  const value: unknown = JSON.parse(text)
  if (isManifest(value)) return value
  throw new Error('A package.json needs a name and a version.')
}

const BIN_IMPORT = /(['"])\.\.\/src\/([^'"]+)\.ts\1/g

function builtExports(
  exports: Record<string, unknown>,
  commonjs: boolean,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(exports).map(([entry, target]) => {
      if (!isSource(target)) return [entry, target]
      const built = target.replace('./src/', './dist/').slice(0, -'.ts'.length)
      // `default`, not `import`: so that `require` finds it too, where Node can require a module.
      const module = { types: `${built}.d.ts`, default: `${built}.js` }
      if (!commonjs) return [entry, module]
      const required = built.replace('./dist/', './dist/cjs/')
      return [
        entry,
        { import: module, require: { types: `${required}.d.ts`, default: `${required}.js` } },
      ]
    }),
  )
}

function checkDependency(
  packageName: string,
  { name, version }: { name: string; version: string },
  sibling: string | null,
): void {
  if (sibling !== null && version !== sibling) {
    throw new Error(`${packageName} wants ${name} ${version}, but here it is ${sibling}.`)
  }
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
    throw new Error(`${packageName} does not pin ${name}: "${version}" is not an exact version.`)
  }
}

function isSource(target: unknown): target is string {
  return typeof target === 'string' && /^\.\/src\/.*\.ts$/.test(target)
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  return (
    'name' in value &&
    typeof value.name === 'string' &&
    'version' in value &&
    typeof value.version === 'string'
  )
}
