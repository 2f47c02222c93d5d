/**
 * Reads request bodies: `application/json`, UTF-8 to the byte, and nothing that changes silently. What
 * can be refused by its headers is refused before a byte of it is read, and so is what the budget has
 * no room for.
 */
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ApiError } from '../../../errors.ts'
import { isId } from '../../../id.ts'
import type { Metrics } from '../../../metrics.ts'
import { parseJsonStrictly } from '../../../text/json.ts'
import { apiError } from '../../shapes/error-answer.ts'
import { addressKey } from '../address-key.ts'
import type { ContinueQuestions } from '../expect-continue.ts'
import { BodyBudget, type BodyLimits, type HeldBody } from './body-budget.ts'
import { BodyParts, faultError, type PartsSpec, type ReadingTurns } from './body-parts.ts'
import { GatheredBytes } from './gathered-bytes.ts'
import { createChunkCheck } from './tiny-chunks.ts'

interface ReadBodiesOptions extends ReadingTurns {
  limits: BodyLimits
  continues: ContinueQuestions
  metrics: Pick<Metrics, 'requestRefused'>
}

/** Up to here a body is parsed at once: a hostile one takes some ten milliseconds. */
const WHOLE_BYTES_MAX = 256 * 1024
/** For others to be done with: each takes a fraction of a second, and a large one is dear to send again. */
const RETRY_AFTER_SECONDS = { small: 1, large: 5 }

export function readJsonBodies(app: FastifyInstance, options: ReadBodiesOptions) {
  const budgets = {
    owners: new BodyBudget(options.limits.owners),
    strangers: new BodyBudget(options.limits.strangers),
  }
  app.decorateRequest('heldBody', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', (request, raw, done) => {
    // Nobody asks for the body of what no route takes.
    if (request.is404) return done(null, undefined)
    // Gone while its key was looked up: no event tells of it any more.
    if (raw.destroyed) return done(endedEarly())
    // Read once: it is made anew each time.
    const { bodyLimit, config } = request.routeOptions
    const length = lengthOf(request)
    const refused = refusalByHeaders(request.headers, { length, bodyLimit })
    if (refused) return done(refused)
    const held = hold(request, budgets)
    const giveUp = (error: Error) => {
      held.release()
      done(error)
    }
    if (!held.grow(length ?? 0)) return giveUp(noRoom(request, options))
    options.continues.grant(raw)
    const collecting = { request, length, bytesMax: bodyLimit, held, options }
    collect(raw, collecting, (error, bytes) => {
      if (error) return giveUp(error)
      let body: unknown
      try {
        body = parseBody(bytes, config.bodyParts, options)
      } catch (thrown) {
        return giveUp(thrown as Error)
      }
      // From here on it is its call's, which goes on also when the client has gone.
      request.heldBody = held
      done(null, body)
    })
  })
}

/** Charged to whose it is; what the operator's key brings for a chatbot, to that chatbot. */
function hold(
  request: FastifyRequest,
  { owners, strangers }: Record<keyof BodyLimits, BodyBudget>,
): HeldBody {
  const { caller, params } = request
  const { id } = params as { id?: string }
  const chatbotId = caller?.chatbotId ?? (id !== undefined && isId('chatbot', id) ? id : null)
  return caller ? owners.hold(chatbotId ?? caller.actor) : strangers.hold(addressKey(request.ip))
}

function noRoom(request: FastifyRequest, { metrics }: ReadBodiesOptions): ApiError {
  metrics.requestRefused('bodies')
  const isLarge = (lengthOf(request) ?? WHOLE_BYTES_MAX + 1) > WHOLE_BYTES_MAX
  const message = 'So many bodies are under way that there is no room for this one'
  return apiError('busy', message, {
    retryAfterSeconds: RETRY_AFTER_SECONDS[isLarge ? 'large' : 'small'],
  })
}

function endedEarly(): ApiError {
  return apiError('bad_request', 'The connection ended before the body did')
}

function tooLarge(): ApiError {
  return apiError('body_too_large', 'The body is larger than this route takes')
}

/** Null: chunked, and not known. */
function lengthOf({ headers }: FastifyRequest): number | null {
  const length = headers['content-length']
  return length === undefined ? null : Number(length)
}

function refusalByHeaders(
  headers: IncomingHttpHeaders,
  { length, bodyLimit }: { length: number | null; bodyLimit: number },
): ApiError | null {
  const coding = headers['content-encoding']
  if (coding !== undefined && !/^\s*(?:identity)?\s*$/i.test(coding)) {
    return unsupported(`A body must be sent as it is: ${shown(coding)} is not unpacked`)
  }
  const transfer = headers['transfer-encoding']
  if (transfer !== undefined && !/^\s*chunked\s*$/i.test(transfer)) {
    return unsupported(`A body may be chunked, but no more: ${shown(transfer)} is not unpacked`)
  }
  if ((length ?? 0) > bodyLimit) return tooLarge()
  // Nothing was said in no charset.
  return headers['content-length'] === '0' ? null : refusalByCharset(headers['content-type'] ?? '')
}

function refusalByCharset(contentType: string): ApiError | null {
  if (contentType.length === 'application/json'.length) return null
  for (const [, charset = ''] of contentType.matchAll(/;\s*charset\s*=\s*"?([^";\s]*)/gi)) {
    if (!/^utf-?8$/i.test(charset)) return unsupported(`JSON is UTF-8, not ${shown(charset)}`)
  }
  return null
}

function unsupported(message: string): ApiError {
  return apiError('unsupported_media_type', message)
}

function shown(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value
}

interface Collecting {
  request: FastifyRequest
  /** Null: chunked, and not known. */
  length: number | null
  bytesMax: number
  held: HeldBody
  options: ReadBodiesOptions
}

/** What is left of a body when it is given up, whoever answers drops. */
function collect(
  raw: IncomingMessage,
  { request, length, bytesMax, held, options }: Collecting,
  done: (error: Error | null, body: Buffer) => void,
): void {
  const gathered = new GatheredBytes({ length, bytesMax })
  const checkChunk = createChunkCheck(raw)
  raw.on('data', onData)
  raw.on('end', onEnd)
  // Also after an error, which nobody hears: it says no more than that.
  raw.on('close', onClose)

  function finish(error: Error | null) {
    // Each: what hears of a request until it is over keeps all of this alive, for 5 µs of each lead.
    raw.off('data', onData)
    raw.off('end', onEnd)
    raw.off('close', onClose)
    done(error, gathered.bytes())
  }

  function onData(chunk: Buffer) {
    checkChunk(chunk)
    if (gathered.length + chunk.length > bytesMax) return finish(tooLarge())
    if (length === null && !held.grow(chunk.length)) return finish(noRoom(request, options))
    gathered.add(chunk)
  }

  function onClose() {
    finish(endedEarly())
  }

  function onEnd() {
    const isWhole = length === null || length === gathered.length
    finish(isWhole ? null : apiError('bad_request', 'The body has another length than it says'))
  }
}

/** An empty body is as good as none: many clients send the content type with every request. */
function parseBody(sent: Buffer, bodyParts: PartsSpec | undefined, reading: ReadingTurns): unknown {
  if (sent.length === 0) return undefined
  if (!isUtf8(sent)) throw apiError('invalid_json', 'The body is not valid UTF-8')
  // Some editors' files begin with a byte order mark; RFC 8259 section 8.1 lets a parser skip it.
  const isMarked = sent[0] === 0xef && sent[1] === 0xbb && sent[2] === 0xbf
  const body = isMarked ? sent.subarray(3) : sent
  if (bodyParts && body.length > WHOLE_BYTES_MAX) return new BodyParts(body, bodyParts, reading)
  const parsed = parseJsonStrictly(body.toString('utf8'))
  if (parsed.ok) return parsed.value
  throw faultError(parsed)
}

declare module 'fastify' {
  interface FastifyContextConfig {
    bodyParts?: PartsSpec
  }
  interface FastifyRequest {
    /** What this request's body has of the budget, once it is read and until its call is over. */
    heldBody: HeldBody | null
  }
}
