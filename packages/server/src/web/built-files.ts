/** Files as they were built: known by name before the first request, compressed once, at the build. */
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { acceptsEncoding } from '../text/accept-encoding.ts'

export interface Site {
  /** Null: not one of its files. */
  answer(request: SiteRequest): Promise<SiteAnswer | null>
}

export interface SiteRequest {
  /** Without the query. */
  path: string
  accept: string
  acceptEncoding: string
  ifNoneMatch: string
}

export interface SiteAnswer {
  statusCode: number
  headers: Record<string, string>
  body: Buffer | string
}

/** A folder that was built. */
interface BuiltFolder {
  path: string
  /** Below `assets/`, with that. */
  names: ReadonlySet<string>
}

const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const
const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
}

export function readBuiltFolder(path: string): BuiltFolder {
  const names = globSync('assets/**/*', { cwd: path }).map((name) => name.replaceAll('\\', '/'))
  return { path, names: new Set(names) }
}

/** Null: there is no such file, or it is of no kind that browsers get. `headers` come on top. */
export async function answerFile(
  { path, names }: BuiltFolder,
  name: string,
  { acceptEncoding, ifNoneMatch, headers }: FileRequest,
): Promise<SiteAnswer | null> {
  const contentType = TYPES[extname(name)]
  if (contentType === undefined || !names.has(name)) return null
  const [encoding, ending] = ENCODINGS.find(
    ([word, suffix]) => acceptsEncoding(acceptEncoding, word) && names.has(name + suffix),
  ) ?? ['', '']
  const body = await readFile(join(path, name + ending))
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
  const all = {
    ...headers,
    etag,
    'content-type': contentType,
    vary: 'accept-encoding',
    ...(encoding === '' ? {} : { 'content-encoding': encoding }),
  }
  if (ifNoneMatch === etag) return { statusCode: 304, headers: all, body: '' }
  return { statusCode: 200, headers: all, body }
}

interface FileRequest extends Omit<SiteRequest, 'path' | 'accept'> {
  headers: Readonly<Record<string, string>>
}

/** Asks one after the other. */
export function joinSites(...sites: readonly Site[]): Site {
  return {
    async answer(request) {
      for (const site of sites) {
        const answer = await site.answer(request)
        if (answer !== null) return answer
      }
      return null
    },
  }
}
