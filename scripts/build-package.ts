/**
 * Builds a package's JavaScript and declarations into dist/, from its entry points on: tests and
 * what only tests use are reached by no import, so they are not built.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { entrySources, type Manifest, parseManifest } from './publish-manifest.ts'

const MODULE_URL = /new URL\(\s*(['"])(\.[^'"]+)\.ts\1,\s*import\.meta\.url/g

/** Throws with the compiler's own words when the sources don't compile. */
export function buildPackage(packageDir: string): void {
  const manifest = readManifest(packageDir)
  const siblings = buildSiblings(packageDir, manifest)
  const distDir = join(packageDir, 'dist')
  rmSync(distDir, { recursive: true, force: true })
  const configDir = join(distDir, '.build')
  mkdirSync(configDir, { recursive: true })
  // Sources read their package.json, which lies outside of src/ and must not be copied into dist/.
  writeFileSync(
    join(configDir, 'json.d.ts'),
    "declare module '*.json' { const value: { version: string }; export default value }\n",
  )
  const sources = [...entrySources(manifest, packageDir), ...workerSources(packageDir)]
  const config = compilerConfig(sources, siblings)
  writeFileSync(join(configDir, 'tsconfig.json'), JSON.stringify(config))
  runCompiler(configDir)
  rmSync(configDir, { recursive: true })
  rewriteModuleUrls(distDir)
  copyAssets(packageDir)
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
function buildSiblings(packageDir: string, manifest: Manifest): Map<string, string> {
  const built = new Map<string, string>()
  for (const path of globSync('../*/package.json', { cwd: packageDir })) {
    const dir = dirname(resolve(packageDir, path))
    const { name } = readManifest(dir)
    if (manifest.dependencies?.[name] === undefined) continue
    buildPackage(dir)
    built.set(name, dir)
  }
  return built
}

/** Worker threads are started by URL, which the compiler neither follows nor rewrites. */
function workerSources(packageDir: string): string[] {
  return globSync('src/**/*.ts', { cwd: packageDir, exclude: (path) => path.endsWith('.test.ts') })
    .flatMap((path) => {
      const text = readFileSync(join(packageDir, path), 'utf8')
      return [...text.matchAll(MODULE_URL)].map(([, , url]) => join(dirname(path), `${url}.ts`))
    })
    .filter((path) => existsSync(join(packageDir, path)))
}

function rewriteModuleUrls(distDir: string): void {
  for (const path of globSync('**/*.js', { cwd: distDir })) {
    const text = readFileSync(join(distDir, path), 'utf8')
    const rewritten = text.replace(MODULE_URL, "new URL('$2.js', import.meta.url")
    if (rewritten !== text) writeFileSync(join(distDir, path), rewritten)
  }
}

/** What sources read beside them at run time. */
function copyAssets(packageDir: string): void {
  cpSync(join(packageDir, 'src'), join(packageDir, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  })
}

function runCompiler(configDir: string): void {
  const require = createRequire(import.meta.url)
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  const ran = spawnSync(process.execPath, [compiler, '-p', configDir], { encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`The sources don't compile:\n${ran.stdout}${ran.stderr}`)
}

function readManifest(packageDir: string): Manifest {
  return parseManifest(readFileSync(join(packageDir, 'package.json'), 'utf8'))
}
