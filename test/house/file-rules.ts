/** Rules for single files: each gives one sentence for each place that breaks it. */
import { posix } from 'node:path'
import { isCode, isTest, placeOf, type SourceFile, withoutComments } from './source-file.ts'

const LINES_MAX = 400
/** Nobody reads from its top to its end what a program wrote. */
const MADE = /^\/\/ Made by `npm run \w+`/
const WORLD_FILES = ['packages/server/src/clock.ts', 'packages/server/src/random.ts']
const WORLD_CALLS = [
  /\bDate\.now\b/g,
  /\bMath\.random\b/g,
  /\bperformance\.now\b/g,
  /\bnew Date\(\s*\)/g,
  // Not `socket.setTimeout`, which belongs to the network.
  /(?<![\w.]|\bfunction )set(?:Timeout|Interval)\b/g,
  /\bglobalThis\.set(?:Timeout|Interval)\b/g,
  /['"](?:node:)?timers(?:\/promises)?['"]/g,
]
const EMPTY_WORDS = ['util', 'common', 'helper', 'model', 'service', 'manager']
const CODE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|config|d))?\.[a-z]+$/
const ANY = /\bas\s+any\b|[:,|&<]\s*any\b(?!\s*[:(])/g
/** A home or a checkout on somebody's machine, not a path inside of a URL or of the repository. */
const MACHINE_PATH = /(?<![\w.}/-])\/(?:work|root|home\/\w+|Users\/\w+)\//g
const REGISTRY = /\bregistry\.[a-z0-9-]+\.[a-z]{2,}|\bnpm\.pkg\.github\.com|_auth[T]oken/g
const VERSION_FIELDS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
] as const

/** Time and chance are passed in, so that a test or a simulation can be the world. */
export function findWorldCalls(file: SourceFile): string[] {
  if (!file.path.startsWith('packages/server/src/') || !isCode(file.path)) return []
  if (isTest(file.path) || WORLD_FILES.includes(file.path)) return []
  return findAll(file, WORLD_CALLS, 'take the Clock or the Random as a parameter')
}

export function findBadName(file: SourceFile): string[] {
  if (!isCode(file.path)) return []
  const name = posix.basename(file.path)
  if (!CODE_NAME.test(name)) return [`${file.path}: a file's name is kebab-case`]
  const words = file.path.replace(/\.[a-z.]+$/, '').split(/[/.-]/)
  const empty = words.find((word) => EMPTY_WORDS.includes(word.replace(/s$/, '')))
  return empty === undefined ? [] : [`${file.path}: "${empty}" says nothing; name what it does`]
}

export function findTooLong(file: SourceFile): string[] {
  if (!isCode(file.path) || isTest(file.path) || MADE.test(file.text)) return []
  const lines = file.text.replace(/\n$/, '').split('\n').length
  if (lines <= LINES_MAX) return []
  return [`${file.path} has ${lines} lines; more than ${LINES_MAX} want to be two files`]
}

export function findAny(file: SourceFile): string[] {
  if (!/\.tsx?$/.test(file.path)) return []
  return findAll({ ...file, text: withoutStrings(file.text) }, [ANY], 'parse it, or say unknown')
}

export function findMachineTraces(file: SourceFile): string[] {
  // In full, comments and strings too: none of it is anybody's business.
  const places = [MACHINE_PATH, REGISTRY].flatMap((pattern) => [...file.text.matchAll(pattern)])
  return places.map(
    ({ 0: found, index }) => `${placeOf(file, index)} names "${found}": it belongs to one machine`,
  )
}

export function findLockedAddresses(file: SourceFile): string[] {
  if (posix.basename(file.path) !== 'package-lock.json') return []
  const found = [...file.text.matchAll(/"resolved":\s*"http/g)]
  return found.map(({ index }) => `${placeOf(file, index)} holds a download address`)
}

export function findLooseVersions(file: SourceFile): string[] {
  if (posix.basename(file.path) !== 'package.json') return []
  const manifest: Partial<Record<string, Record<string, string>>> = JSON.parse(file.text)
  return VERSION_FIELDS.flatMap((field) => Object.entries(manifest[field] ?? {}))
    .filter(([, version]) => !/^(?:npm:[\w@/.-]+@)?\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(version))
    .map(([name, version]) => `${file.path}: ${name} "${version}" is not an exact version`)
}

/** A package that was left as it is published would hand out stale builds of itself. */
export function findSwappedManifest(file: SourceFile): string[] {
  if (!/^packages\/[^/]+\/package\.json$/.test(file.path)) return []
  const manifest: { exports?: unknown } = JSON.parse(file.text)
  if (!JSON.stringify(manifest.exports ?? {}).includes('"./dist/')) return []
  return [`${file.path} was left as packing swapped it: node ../../scripts/pack.ts restore, there`]
}

function findAll(file: SourceFile, patterns: RegExp[], advice: string): string[] {
  const text = withoutComments(file.text)
  return patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(({ 0: found, index }) => `${placeOf(file, index)} has "${found.trim()}": ${advice}`)
}

/** Sentences may say "any". Template strings stay: there is code in them. */
function withoutStrings(text: string): string {
  return withoutComments(text).replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''")
}
