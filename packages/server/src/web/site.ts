/**
 * Web: hands out the dashboard as it was built. It knows every file by name before the first request,
 * so no path leads anywhere else; it compresses nothing, keeps no session, and answers null for
 * whatever isn't the dashboard's. Without a build it says so on a page.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../random.ts'
import { createNonce, pageHeaders, type SecurityHeaders } from '../security-headers.ts'
import { answerFile, readBuiltFolder, type Site, type SiteAnswer } from './built-files.ts'
import { notBuilt } from './not-built.ts'

const NONCE_MARK = '__NONCE__'
const HTML = { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY' }
/** Names of assets hold a hash of their content. */
const FOREVER = 'public, max-age=31536000, immutable'

interface SiteOptions {
  /** See `findSiteFolder`; null: there is no build. */
  folder: string | null
  random: Random
  /** Of every answer of this server. */
  headers: SecurityHeaders
}

export function openSite({ folder, random, headers }: SiteOptions): Site {
  if (folder === null) return siteNotBuilt(headers)
  const index = readFileSync(join(folder, 'index.html'), 'utf8')
  const pages = readPages(folder)
  const files = readBuiltFolder(folder)
  const fileHeaders = { ...headers, 'cache-control': FOREVER }
  return {
    async answer({ path, ...request }) {
      if (pages.has(firstSegment(path))) return pageAnswer(index, { random, headers })
      return answerFile(files, path.slice(1), { ...request, headers: fileHeaders })
    },
  }
}

/** The page is the same for every path of the app: what to show is decided in the browser. */
function pageAnswer(
  index: string,
  { random, headers }: Pick<SiteOptions, 'random' | 'headers'>,
): SiteAnswer {
  const nonce = createNonce(random)
  return {
    statusCode: 200,
    // It names the hashed files of one build and holds this answer's nonce: no cache keeps it.
    headers: { ...headers, ...pageHeaders({ nonce, ownFiles: true }), ...HTML },
    body: index.replaceAll(NONCE_MARK, nonce),
  }
}

function siteNotBuilt(headers: SecurityHeaders): Site {
  return {
    async answer({ path }) {
      if (path !== '/' && path !== '/sign-in') return null
      return notBuilt(headers)
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
