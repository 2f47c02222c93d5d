/**
 * Builds a package's JavaScript and declarations into dist/: all of src/ but the tests. Not only what
 * the entry points import, because worker threads are started by URL.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { buildBundle } from './build-bundles.ts'
import { type Manifest, parseManifest } from './publish-manifest.ts'

/** Throws with the compiler's own words when the sources don't compile. */
export async function buildPackage(packageDir: string): Promise<void> {
  const manifest = readManifest(packageDir)
  const siblings = await buildSiblings(packageDir, manifest)
  const distDir = join(packageDir, 'dist')
  rmSync(distDir, { recursive: true, force: true })
  const configDir = join(distDir, '.build')
  mkdirSync(configDir, { recursive: true })
  // Sources read their package.json, which lies outside of src/ and must not be copied into dist/.
  writeFileSync(
    join(configDir, 'json.d.ts'),
    "declare module '*.json' { const value: { version: string }; export default value }\n",
  )
  const config = compilerConfig(listSources(packageDir), siblings)
  runCompiler(configDir, config)
  if (manifest.commonjs === true) buildCommonJs(configDir, config)
  rmSync(configDir, { recursive: true })
  copyAssets(packageDir)
  await addBundles(packageDir, manifest)
}

type CompilerConfig = ReturnType<typeof compilerConfig>

/** The same sources again, into dist/cjs/, whose package.json says how Node is to read them. */
function buildCommonJs(configDir: string, config: CompilerConfig): void {
  const compilerOptions = {
    ...config.compilerOptions,
    module: 'commonjs',
    moduleResolution: 'bundler',
    // It forbids what is wanted here: `import` that becomes `require`.
    verbatimModuleSyntax: false,
    outDir: '../cjs',
  }
  runCompiler(configDir, { ...config, compilerOptions })
  writeFileSync(join(configDir, '../cjs/package.json'), '{"type":"commonjs","sideEffects":false}\n')
}

function compilerConfig(sources: string[], siblings: Map<string, string>) {
  const paths = [...siblings].flatMap(([name, dir]) => [
    [name, [`${dir}/dist/index.d.ts`]],
    [`${name}/*`, [`${dir}/dist/*.d.ts`]],
  ])
  return {
    extends: '../../../../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      noEmitOnError: true,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      resolveJsonModule: false,
      declaration: true,
      rootDir: '../../src',
      outDir: '..',
      paths: Object.fromEntries(paths),
    },
    files: ['json.d.ts', ...sources.map((path) => join('../..', path))],
    include: [],
    exclude: [],
  }
}

/** Packages of this repository that this one needs, by name: their declarations must be there. */
async function buildSiblings(packageDir: string, manifest: Manifest): Promise<Map<string, string>> {
  const built = new Map<string, string>()
  for (const path of globSync('../*/package.json', { cwd: packageDir })) {
    const dir = dirname(resolve(packageDir, path))
    const { name } = readManifest(dir)
    if (manifest.dependencies?.[name] === undefined) continue
    await buildPackage(dir)
    built.set(name, dir)
  }
  return built
}

/** Without the tests and what they stand on. */
function listSources(packageDir: string): string[] {
  return globSync('src/**/*.ts', { cwd: packageDir }).filter((path) => !isForTests(path))
}

function isForTests(path: string): boolean {
  return path.endsWith('.test.ts')
}

/** What sources read beside them at run time. */
function copyAssets(packageDir: string): void {
  cpSync(join(packageDir, 'src'), join(packageDir, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('.ts') && !isForTests(path),
  })
}

/** What browsers get is built by another package, and published with this one. */
async function addBundles(packageDir: string, { bundles = {} }: Manifest): Promise<void> {
  for (const [bundlePackage, place] of Object.entries(bundles)) {
    const bundleDir = resolve(packageDir, bundlePackage)
    await buildBundle(bundleDir)
    cpSync(join(bundleDir, 'dist'), join(packageDir, 'dist', place), { recursive: true })
  }
}

function runCompiler(configDir: string, config: object): void {
  writeFileSync(join(configDir, 'tsconfig.json'), JSON.stringify(config))
  const require = createRequire(import.meta.url)
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  const ran = spawnSync(process.execPath, [compiler, '-p', configDir], { encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`The sources don't compile:\n${ran.stdout}${ran.stderr}`)
}

function readManifest(packageDir: string): Manifest {
  return parseManifest(readFileSync(join(packageDir, 'package.json'), 'utf8'))
}
