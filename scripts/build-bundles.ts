/**
 * Builds what runs in browsers, where it is missing or older than its sources; else it is silent and
 * takes a few milliseconds. Run before `npm start` and `npm test`; packing the server does it too.
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** What a bundle is made of, from its package's folder. */
const SOURCES = [
  'src/**/*',
  'index.html',
  'package.json',
  'vite.config.ts',
  // The dashboard shows the widget itself as a preview.
  '../widget/src/**/*',
  // The one rule of what people type is the server's, too.
  '../server/src/text/typed-text.ts',
  '../../package-lock.json',
]
const STAMP = 'sources.sha256'
const COMPRESSED = /\.(js|css|svg|json)$/
/** Below it the headers weigh as much as what is saved. */
const COMPRESSED_BYTES_MIN = 1_024

const BUNDLES = ['dashboard', 'widget']

if (import.meta.filename === process.argv[1]) await buildBundles()

export async function buildBundles(): Promise<void> {
  for (const name of BUNDLES) await buildBundle(join(ROOT, 'packages', name))
}

/** Throws with Vite's own words when the sources don't build. */
export async function buildBundle(packageDir: string): Promise<void> {
  const distDir = join(packageDir, 'dist')
  const stamp = stampOf(packageDir)
  if (readStamp(distDir) === stamp) return
  const startedAt = performance.now()
  const draftDir = `${distDir}-draft-${process.pid}`
  try {
    await runVite(packageDir, draftDir)
    compress(draftDir)
    writeFileSync(join(draftDir, STAMP), stamp)
    replaceFolder(distDir, draftDir)
  } finally {
    rmSync(draftDir, { recursive: true, force: true })
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.error(`Built the ${basename(packageDir)} in ${seconds} s.`)
}

async function runVite(packageDir: string, outDir: string): Promise<void> {
  // Loaded only when needed: it is most of what this script could cost.
  const { build } = await import('vite')
  // Tests run with another one, and React would be built as it is for developers: slower, and effects run twice.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({
      configFile: join(packageDir, 'vite.config.ts'),
      root: packageDir,
      mode: 'production',
      logLevel: 'warn',
      build: { outDir, emptyOutDir: true },
    })
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
}

/** Once, at the highest level, so that the server never compresses anything. */
function compress(dir: string): void {
  for (const path of globSync('assets/**/*', { cwd: dir })) {
    if (!COMPRESSED.test(path)) continue
    const content = readFileSync(join(dir, path))
    if (content.length < COMPRESSED_BYTES_MIN) continue
    const options = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }
    writeFileSync(join(dir, `${path}.br`), brotliCompressSync(content, options))
    writeFileSync(join(dir, `${path}.gz`), gzipSync(content, { level: 9 }))
  }
}

/**
 * Whoever reads meanwhile finds the old folder or the new one, never half of one. Where another build
 * was quicker, its folder stays: it is made of the same sources.
 */
function replaceFolder(target: string, draft: string): void {
  const old = `${draft}-old`
  try {
    if (existsSync(target)) renameSync(target, old)
    renameSync(draft, target)
  } catch (error) {
    if (!existsSync(join(target, STAMP))) throw error
  } finally {
    rmSync(old, { recursive: true, force: true })
  }
}

/** By content: times of change say nothing after a checkout. */
function stampOf(packageDir: string): string {
  const hash = createHash('sha256')
  const files = SOURCES.flatMap((pattern) =>
    globSync(pattern, { cwd: packageDir, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  for (const path of files.sort()) {
    hash
      .update(`${path.slice(packageDir.length)}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  return hash.digest('hex')
}

function readStamp(distDir: string): string | null {
  const path = join(distDir, STAMP)
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}
