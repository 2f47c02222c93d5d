/**
 * The cookie of a session. `HttpOnly`: no script reads it. `SameSite=Strict`: no other site's page
 * sends it. Over https its name begins with `__Host-`, by which browsers hold it to this very host
 * and to https (RFC 6265bis section 4.1.3.2). It outlives the session's idle time on purpose: when a
 * session ends is the server's to say.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

export const COOKIE_NAME = 'chatzuri_session'

interface CookieOptions {
  publicUrl: string
}

export function readSessionCookie(request: FastifyRequest, options: CookieOptions): string | null {
  const { cookie } = request.headers
  if (cookie === undefined) return null
  const name = nameFor(options)
  for (const pair of cookie.split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name && value) return value
  }
  return null
}

export function setSessionCookie(
  reply: FastifyReply,
  { token, lifeMs }: { token: string; lifeMs: number },
  options: CookieOptions,
) {
  write(reply, `${token}; Max-Age=${Math.floor(lifeMs / 1000)}`, options)
}

export function clearSessionCookie(reply: FastifyReply, options: CookieOptions) {
  write(reply, '; Max-Age=0', options)
}

function write(reply: FastifyReply, value: string, options: CookieOptions) {
  const secure = isSecure(options) ? '; Secure' : ''
  reply.header(
    'set-cookie',
    `${nameFor(options)}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}`,
  )
}

function nameFor(options: CookieOptions): string {
  return isSecure(options) ? `__Host-${COOKIE_NAME}` : COOKIE_NAME
}

function isSecure({ publicUrl }: CookieOptions): boolean {
  return publicUrl.startsWith('https:')
}
