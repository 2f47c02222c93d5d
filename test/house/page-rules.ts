/** What pages and comments name in the repository is there, and the map shows the whole house. */
import { posix } from 'node:path'
import { isCode, isTest, placeOf, type SourceFile } from './source-file.ts'

const SERVER_SOURCE = 'packages/server/src/'
/** What a path on a page may begin at, besides the page's own folder. */
const ROOTS = ['', SERVER_SOURCE, 'packages/server/', 'packages/', 'test/', 'docs/']
/** Of these each entry has a line in the map; of the source itself each file and folder. */
const MAPPED = ['api/', 'store/']
/** What a page says of the past stays as it was. */
const HISTORY = /^CHANGELOG\.md$|^docs\/decisions\/\d/
/** `docs/decisions/NNNN-name.md`: whoever reads it puts something in its place. */
const PLACEHOLDER = /(?:^|[/-])[A-Z]{4,}(?=[./-])/
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*|^ *-- [^\n]*/gm
const MENTION = /(?<![\w./@-])(?:\.{1,2}\/)*[\w*-]+(?:\/[\w*-]+)*\.ts\b/g
const PATH = /^[\w@.*-]+(?:\/[\w@.*-]+)*\/?$/

export function isPage({ path }: SourceFile): boolean {
  return path.endsWith('.md') && !HISTORY.test(path)
}

/** One sentence for each path in `code` on the page that leads nowhere. */
export function findDeadPaths(page: SourceFile, paths: readonly string[]): string[] {
  const known = withFolders(paths)
  return inlineCode(page.text).flatMap(({ code, index }) => {
    if (!isOurPath(code, known) || leads(code, posix.dirname(page.path), known)) return []
    return [`${placeOf(page, index)} names ${code}, which is not there`]
  })
}

/** The same for files that a comment in the server's source names, those in its SQL included. */
export function findDeadMentions(file: SourceFile, paths: readonly string[]): string[] {
  if (!file.path.startsWith(SERVER_SOURCE) || !isCode(file.path)) return []
  const known = withFolders(paths)
  return [...file.text.matchAll(COMMENTS)].flatMap((comment) =>
    [...comment[0].matchAll(MENTION)].flatMap(({ 0: name, index }) => {
      // `road/accept.ts` may be of either engine.
      if (leads(name, posix.dirname(file.path), known) || endsAny(known, `/${name}`)) return []
      return [`${placeOf(file, comment.index + index)} speaks of ${name}, which is not there`]
    }),
  )
}

/** One sentence for each file of the source, and each folder of `MAPPED`, without a line in the map. */
export function findUnmapped(page: SourceFile, paths: readonly string[]): string[] {
  const [, section = ''] = page.text.split(/^## The map$/m)
  const rows = section.split(/^## /m)[0]?.match(/^\| `[^|]*\|/gm) ?? []
  const mapped = new Set(rows.flatMap((row) => inlineCode(row).map(({ code }) => code)))
  return toMap(paths)
    .filter((entry) => !mapped.has(entry))
    .map((entry) => `${page.path} has no line for ${entry} in its map`)
}

/** One sentence for each word of the glossary that the server's source doesn't use. */
export function findUnusedWords(page: SourceFile, files: readonly SourceFile[]): string[] {
  const sources = files.filter(({ path }) => path.startsWith(SERVER_SOURCE) && !isTest(path))
  const source = sources.map(({ text }) => text.toLowerCase()).join('\n')
  const rows = page.text.match(/^\| \*\*[^|]*\|/gm) ?? []
  const words = rows.flatMap((row) =>
    [...row.matchAll(/\*\*([^*]+)\*\*/g)].map((found) => found[1] ?? ''),
  )
  // Two words are one name in code.
  const isUsed = (word: string) => source.includes(word) || source.includes(word.replace(' ', ''))
  return words
    .filter((word) => !isUsed(word))
    .map((word) => `${page.path} explains "${word}", which the source doesn't say`)
}

/** Tests have their home beside what they test. */
function toMap(paths: readonly string[]): string[] {
  const sources = paths.filter((path) => !isTest(path))
  const entries = [...withFolders(sources)]
    .filter((path) => path.startsWith(SERVER_SOURCE))
    .map((path) => path.slice(SERVER_SOURCE.length))
  return entries.filter((entry) => {
    const isTop = /^[^/]+\/?$/.test(entry)
    const isMapped = MAPPED.some((folder) => entry.startsWith(folder))
    return isTop || (isMapped && (entry.endsWith('/') || entry.split('/').length === 2))
  })
}

/** Fenced blocks are run by test/docs; what stands in them are others' paths. */
function inlineCode(text: string): { code: string; index: number }[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '))
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((found) => ({
    code: found[1] ?? '',
    index: found.index,
  }))
}

/** Under a folder of ours, or a source file's bare name. */
function isOurPath(code: string, known: ReadonlySet<string>): boolean {
  if (!PATH.test(code) || PLACEHOLDER.test(code)) return false
  const [first = ''] = code.split('/')
  if (code.includes('/')) return ROOTS.some((root) => known.has(`${root}${first}/`))
  return /^[a-z][a-z0-9*-]+\.ts$/.test(code)
}

function endsAny(known: ReadonlySet<string>, tail: string): boolean {
  return [...known].some((path) => path.endsWith(tail))
}

function leads(code: string, folder: string, known: ReadonlySet<string>): boolean {
  if (code.startsWith('.')) return known.has(posix.join(folder, code))
  const tail = code
    .split('*')
    .map((part) => part.replace(/[.\\]/g, '\\$&'))
    .join('[^/]*')
  const roots = code.includes('/') ? [...ROOTS, `${folder}/`].join('|') : '(?:.*/)?'
  const pattern = new RegExp(`^(?:${roots})${tail}/?$`)
  return [...known].some((path) => pattern.test(path))
}

/** The paths, and every folder above one of them, with a `/` at its end. */
function withFolders(paths: readonly string[]): ReadonlySet<string> {
  const found = new Set(paths)
  for (const path of paths) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      found.add(path.slice(0, end + 1))
    }
  }
  return found
}
