/**
 * Web: hands out the dashboard as it was built. It knows every file by name before the first request,
 * so no path leads anywhere else; it compresses nothing, keeps no session, and answers null for
 * whatever isn't the dashboard's. Without a build it says so on a page.
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Random } from '../random.ts'
import { NOT_BUILT_HEADERS, NOT_BUILT_PAGE } from './not-built.ts'
import { pageHeaders, SITE_HEADERS } from './site-headers.ts'

export interface Site {
  /** Null: not the dashboard's. */
  answer(request: SiteRequest): Promise<SiteAnswer | null>
}

export interface SiteRequest {
  /** Without the query. */
  path: string
  acceptEncoding: string
  ifNoneMatch: string
}

export interface SiteAnswer {
  statusCode: number
  headers: Record<string, string>
  body: Buffer | string
}

const NONCE_MARK = '__NONCE__'
const NONCE_BYTES = 16
/** Names of assets hold a hash of their content. */
const FOREVER = 'public, max-age=31536000, immutable'
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

/** `folder`: see `findSiteFolder`; null: there is no build. */
export function openSite(folder: string | null, random: Random): Site {
  if (folder === null) return siteNotBuilt()
  const index = readFileSync(join(folder, 'index.html'), 'utf8')
  const pages = readPages(folder)
  const files = new Set(globSync('assets/**/*', { cwd: folder }).map(toUrlPath))
  return {
    async answer({ path, ...request }) {
      if (pages.has(firstSegment(path))) return pageAnswer(index, random)
      const name = path.slice(1)
      if (!files.has(name) || TYPES[extname(name)] === undefined) return null
      return assetAnswer({ folder, files, name, ...request })
    },
  }
}

/** The page is the same for every path of the app: what to show is decided in the browser. */
function pageAnswer(index: string, random: Random): SiteAnswer {
  const nonce = random.bytes(NONCE_BYTES).toString('base64url')
  return {
    statusCode: 200,
    headers: pageHeaders(nonce),
    body: index.replaceAll(NONCE_MARK, nonce),
  }
}

interface Asset extends Omit<SiteRequest, 'path'> {
  folder: string
  files: ReadonlySet<string>
  name: string
}

async function assetAnswer(asset: Asset): Promise<SiteAnswer> {
  const { folder, files, name, acceptEncoding, ifNoneMatch } = asset
  const [encoding, ending] = ENCODINGS.find(
    ([word, suffix]) => accepts(acceptEncoding, word) && files.has(name + suffix),
  ) ?? ['', '']
  const body = await readFile(join(folder, name + ending))
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
  const headers = {
    ...SITE_HEADERS,
    etag,
    'cache-control': FOREVER,
    'content-type': TYPES[extname(name)] ?? '',
    vary: 'accept-encoding',
    ...(encoding === '' ? {} : { 'content-encoding': encoding }),
  }
  if (ifNoneMatch === etag) return { statusCode: 304, headers, body: '' }
  return { statusCode: 200, headers, body }
}

/** Without weights: browsers that know an encoding want it. `;q=0` is honoured. */
function accepts(header: string, word: string): boolean {
  return header
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .some((part) => part === word || (part.startsWith(`${word};`) && !/;\s*q=0(\.0*)?$/.test(part)))
}

function siteNotBuilt(): Site {
  return {
    async answer({ path }) {
      if (path !== '/' && path !== '/sign-in') return null
      return { statusCode: 503, headers: NOT_BUILT_HEADERS, body: NOT_BUILT_PAGE }
    },
  }
}

/** First segments of the app's paths; the empty one is the start page. */
function readPages(folder: string): ReadonlySet<string> {
  const path = join(folder, 'pages.json')
  const listed: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []
  const names = Array.isArray(listed) ? listed.filter((name) => typeof name === 'string') : []
  return new Set(['', ...names])
}

function firstSegment(path: string): string {
  return path.split('/', 2)[1] ?? ''
}

function toUrlPath(path: string): string {
  return path.replaceAll('\\', '/')
}
