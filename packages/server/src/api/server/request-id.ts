/**
 * One name for each request, in `X-Request-Id` of its answer and in what is logged of it. A caller's own
 * is taken, so that one name leads through all systems that a request passes.
 */
import type { IncomingMessage } from 'node:http'
import type { Random } from '../../random.ts'

export const REQUEST_ID_HEADER = 'x-request-id'
export const REQUEST_ID_LENGTH_MAX = 128

/** Printable ASCII, nothing else: it stands in a header and in a line of the log. */
const TAKEN = new RegExp(`^[!-~](?:[ -~]{0,${REQUEST_ID_LENGTH_MAX - 2}}[!-~])?$`)

export interface RequestIds {
  /** Of what came in: the caller's own, or a new one where that can't be taken. */
  of(request: Pick<IncomingMessage, 'headers'>): string
  /** Of what never became a request. */
  next(): string
}

/** Of a draw a request, and no count, which would tell strangers how much comes in. */
const BYTES = 8
/** Drawn at once: each draw is a call into the kernel's generator. */
const DRAWN = 64

export function createRequestIds(random: Pick<Random, 'bytes'>): RequestIds {
  let drawn = ''
  let used = 0
  const next = () => {
    if (used === drawn.length) {
      drawn = random.bytes(BYTES * DRAWN).toString('hex')
      used = 0
    }
    used += 2 * BYTES
    return `req_${drawn.slice(used - 2 * BYTES, used)}`
  }
  return {
    of({ headers }) {
      const given = headers[REQUEST_ID_HEADER]
      return typeof given === 'string' && TAKEN.test(given) ? given : next()
    },
    next,
  }
}
