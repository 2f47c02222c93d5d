/**
 * Where a browser's request comes from. A cookie is sent by the browser, not by the page, so what
 * changes something must come from a page of our own. `Sec-Fetch-Site` says so itself, and no script
 * can set it; browsers leave it out on plain http, then `Origin` must be ours: that of PUBLIC_URL, or
 * of the host that was asked for, which a trusted proxy passes on. (A page that was brought to our
 * address under another name has that name for both, but no cookie of ours.) Where PUBLIC_URL is
 * https, a page that came by plain http may be anybody's on its way.
 */
import type { FastifyRequest } from 'fastify'
import { apiError } from '../shapes/error-answer.ts'

interface OriginOptions {
  publicUrl: string
  /** Without a word of where it comes from it is no browser: refused, unless it may be one. */
  need: 'stated' | 'not-foreign'
}

/** Throws a 403 for a request that another site's page sent. */
export function refuseForeignOrigin(request: FastifyRequest, { publicUrl, need }: OriginOptions) {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site !== undefined) {
    if (site === 'same-origin') return
    throw apiError('cross_site')
  }
  if (origin === undefined && need === 'not-foreign') return
  if (origin === undefined || !isOurs(origin, request, publicUrl)) throw apiError('cross_site')
}

function isOurs(origin: string, request: FastifyRequest, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false
  const given = new URL(origin)
  if (URL.canParse(publicUrl) && given.origin === new URL(publicUrl).origin) return true
  if (publicUrl.startsWith('https:') && given.protocol !== 'https:') return false
  return given.host === request.host
}
