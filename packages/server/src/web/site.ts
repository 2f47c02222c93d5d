/**
 * Web: hands out the dashboard as it was built. It knows every file by name before the first request,
 * so no path leads anywhere else; it compresses nothing, keeps no session, and answers null for
 * whatever isn't the dashboard's. Without a build it says so on a page.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../random.ts'
import { answerFile, readBuiltFolder, type Site, type SiteAnswer } from './built-files.ts'
import { NOT_BUILT_HEADERS, NOT_BUILT_PAGE } from './not-built.ts'
import { pageHeaders, SITE_HEADERS } from './site-headers.ts'

const NONCE_MARK = '__NONCE__'
const NONCE_BYTES = 16
/** Names of assets hold a hash of their content. */
const FOREVER = 'public, max-age=31536000, immutable'

/** `folder`: see `findSiteFolder`; null: there is no build. */
export function openSite(folder: string | null, random: Random): Site {
  if (folder === null) return siteNotBuilt()
  const index = readFileSync(join(folder, 'index.html'), 'utf8')
  const pages = readPages(folder)
  const files = readBuiltFolder(folder)
  const headers = { ...SITE_HEADERS, 'cache-control': FOREVER }
  return {
    async answer({ path, ...request }) {
      if (pages.has(firstSegment(path))) return pageAnswer(index, random)
      return answerFile(files, path.slice(1), { ...request, headers })
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
