/**
 * The one core behind every adapter: takes a request, verifies it, calls what the application
 * registered, and says what to answer. Adapters only read bytes and write answers, so that the same
 * request gets the same answer in each runtime. Never throws: whatever goes wrong is an answer.
 */
import {
  type EventPayloads,
  type Format,
  isLeadEventType,
  type KnownEvent,
  LEAD_EVENT_TYPES,
  typeOf,
  type WebhookEvent,
} from './event.ts'
import type { RequestHeaders } from './headers.ts'
import { handleOnce, type SeenStore } from './seen.ts'
import { SignatureError } from './signature-error.ts'
import { warnOfSlips } from './slips.ts'
import {
  liveSecrets,
  type Secrets,
  type Verified,
  type VerifyOptions,
  verifyRequest,
} from './verify.ts'

export const BODY_BYTES_MAX = 128 * 1024

/** `F` says the format of the webhook, for the types of `on` alone: whichever comes is handled. */
export interface HandlerOptions<F extends Format = 'guide'>
  extends Pick<VerifyOptions, 'toleranceSeconds' | 'require' | 'now'> {
  /** The webhook's secret; several while one replaces another. */
  secret: Secrets
  /** What to do, by event type. What has no function here is answered 200 and ignored. */
  on: EventHandlers<F>
  /**
   * Where the ids of handled events are kept, so that a repeat is answered without calling a function
   * again: a Set for a trial, `rememberIds()` for one process, your database for several. Only what
   * the modern header vouches for is dropped: the guide's signs no id.
   */
  seen?: SeenStore
  /** A larger body is answered 413. Default 128 KiB; our deliveries are below 100 KiB. */
  bodyBytesMax?: number
  /**
   * Told of every request that was not handled: a `SignatureError` when it was refused, else what a
   * handler threw. Default: `console.error`, but of refused requests, which anyone can send, the
   * first for each code only.
   */
  onError?: (error: unknown) => void
}

/**
 * Both spellings of the lead event call either key; `*` gets what no other key takes. An event may
 * come twice: pass `seen`, or make what you do with it repeatable by `context.id`.
 */
export interface EventHandlers<F extends Format = 'guide'> extends KnownEventHandlers<F> {
  '*'?: EventHandler<WebhookEvent<F>>
  [eventType: string]: EventHandler<WebhookEvent<F>> | undefined
}

type KnownEventHandlers<F extends Format> = {
  [Type in keyof EventPayloads]?: EventHandler<KnownEvent<Type, F>>
}

/** A method's type, so that a handler may ask for the type of just its own events. */
export type EventHandler<E extends WebhookEvent> = {
  handle(event: E, context: EventContext): unknown
}['handle']

export interface EventContext extends Omit<Verified, 'event'> {
  headers: RequestHeaders
}

/** A request as every runtime can tell it. */
export interface WebhookRequest {
  method: string
  headers: RequestHeaders
  /** The raw body, or how to read it: called once, and only when it is wanted. */
  body: string | Uint8Array | ((bytesMax: number) => Promise<ReadBody>)
}

export type ReadBody =
  | { kind: 'raw'; body: string | Uint8Array }
  /** Somebody parsed it before us, and the bytes are gone. */
  | { kind: 'parsed'; body: unknown }
  | { kind: 'too-large' }

export interface WebhookAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** For runtimes without an adapter: pass the request in, send the answer out. */
export function createHandler<F extends Format = 'guide'>(
  options: HandlerOptions<F>,
): (request: WebhookRequest) => Promise<WebhookAnswer> {
  // At start, so that a forgotten variable shows now and not at the first lead.
  liveSecrets(options.secret)
  warnOfSlips(Object.keys(options.on))
  const onRefusal = options.onError ?? logEachOnce()
  return async (request) => {
    if (request.method !== 'POST') {
      return answer(405, { message: 'Method Not Allowed' }, { allow: 'POST' })
    }
    try {
      const read = await readBody(request, options.bodyBytesMax ?? BODY_BYTES_MAX)
      if (read.kind === 'too-large') return answer(413, { message: 'The body is too large' })
      const verified = await verifyRequest(read.body, request.headers, options.secret, {
        ...options,
        allowReserialized: read.kind === 'parsed',
      })
      return await handleEvent(verified, request.headers, options)
    } catch (error) {
      report(error, onRefusal)
      return answerRefusal(error)
    }
  }
}

async function handleEvent(
  { event, ...signed }: Verified,
  headers: RequestHeaders,
  { on, seen, onError = console.error }: HandlerOptions<Format>,
): Promise<WebhookAnswer> {
  const run = chooseHandler(on, typeOf(event))
  if (run === undefined) return answer(200, { received: true, ignored: true })
  const handle = async () => {
    await run(event, { ...signed, headers })
  }
  try {
    const onForgotten = (error: unknown) => report(error, onError)
    const repeated = await handleOnce(signed.id, seen, { handle, onForgotten })
    // What is undefined isn't written.
    return answer(200, { received: true, duplicate: repeated || undefined })
  } catch (error) {
    report(error, onError)
    return answer(500, { message: "The event couldn't be handled" })
  }
}

async function readBody(request: WebhookRequest, bytesMax: number): Promise<ReadBody> {
  const { body } = request
  return typeof body === 'function' ? body(bytesMax) : withinLimit(body, bytesMax)
}

export function withinLimit(body: string | Uint8Array, bytesMax: number): ReadBody {
  // A string's length never exceeds its length in bytes: a cheap bound is enough here.
  return body.length > bytesMax ? { kind: 'too-large' } : { kind: 'raw', body }
}

function chooseHandler(on: EventHandlers<Format>, eventType: string) {
  const names = isLeadEventType(eventType)
    ? [eventType, ...LEAD_EVENT_TYPES, '*']
    : [eventType, '*']
  // Own keys only: an event type is what the sender says, and `on` inherits from Object.
  return names.map((name) => (Object.hasOwn(on, name) ? on[name] : undefined)).find(Boolean)
}

/** The codes of requests that were signed right: their sender may know what is wrong. */
const TOLD = /^(too|not)_/

function answerRefusal(error: unknown): WebhookAnswer {
  if (!(error instanceof SignatureError)) {
    return answer(400, { message: "The body couldn't be read" })
  }
  if (error.isSetupFault) return answer(500, { message: 'The receiver is not set up right' })
  // One answer for every cause: why it didn't match is the application's to know.
  const message = TOLD.test(error.code) ? error.message : "Signature didn't match"
  return answer(400, { message })
}

/** A fault in the application's own reporting must not change the answer. */
function report(error: unknown, onError: (error: unknown) => void): void {
  try {
    onError(error)
  } catch (cause) {
    console.error(cause)
  }
}

/** Each cause once: whoever sets this up is to see why, and anyone can send what is refused. */
function logEachOnce(): (error: unknown) => void {
  const logged = new Set<string>()
  return (error) => {
    const cause = error instanceof SignatureError ? error.code : ''
    if (!logged.has(cause)) console.error(`${error} (Logged once.)`)
    logged.add(cause)
  }
}

function answer(
  status: number,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): WebhookAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}
