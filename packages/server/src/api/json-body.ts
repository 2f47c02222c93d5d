/** Reads request bodies: `application/json`, UTF-8 to the byte, and nothing that changes silently. */
import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseJsonStrictly } from '../json.ts'
import { apiError, invalidInput } from './error-answer.ts'

export function readJsonBodies(app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parseBody(request, body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** An empty body is as good as none: many clients send the content type with every request. */
function parseBody(request: FastifyRequest, body: Buffer): unknown {
  if (body.length === 0) return undefined
  refuseOtherCharset(request.headers['content-type'] ?? '')
  if (!isUtf8(body)) throw apiError('invalid_json', 'The body is not valid UTF-8')
  const text = body.toString('utf8')
  // Some editors' files begin with a byte order mark; RFC 8259 section 8.1 lets a parser skip it.
  const parsed = parseJsonStrictly(text.startsWith('\ufeff') ? text.slice(1) : text)
  if (parsed.ok) return parsed.value
  const { code, message, path } = parsed
  throw code === 'invalid_json' ? apiError(code, message) : invalidInput([{ path, message }])
}

function refuseOtherCharset(contentType: string) {
  if (contentType.length === 'application/json'.length) return
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw apiError('unsupported_media_type', `JSON is UTF-8, not ${charset}`)
  }
}
