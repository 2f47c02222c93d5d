/**
 * Lets a page in, or not: by the origin that its browser names, which no page can forge. Only then
 * does the answer carry CORS headers: another page learns nothing, not even whether there is such a
 * chatbot. What is no browser can send any origin; for that there are rates, tokens and sizes.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Chatbot } from '../../chatbot.ts'
import { assert } from '../../errors.ts'
import { isId } from '../../id.ts'
import type { RequestLimits, WidgetCaller } from '../access/request-limits.ts'
import type { ApiDeps } from '../deps.ts'
import { apiError, notFound } from '../shapes/error-answer.ts'

export interface WidgetAdmission {
  /** A route's `admit`; `spend` takes from the rates of what it does. */
  admit(
    spend?: (caller: WidgetCaller) => void,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  /** Whose widget the admitted request is of, and whence it comes. */
  admitted(request: FastifyRequest): Admitted
}

interface Admitted {
  chatbot: Chatbot
  caller: WidgetCaller
}

type AdmissionDeps = Pick<ApiDeps, 'store' | 'metrics' | 'config'>

export function createWidgetAdmission(deps: AdmissionDeps, limits: RequestLimits): WidgetAdmission {
  const { store, metrics, config } = deps
  const admitted = new WeakMap<FastifyRequest, Admitted>()
  return {
    admit: (spend) => async (request, reply) => {
      const { origin } = request.headers
      reply.header('vary', 'Origin')
      // Before the look-up: a flood must not reach the store.
      limits.widgetRequest(request.ip)
      const { id } = request.params as { id: string }
      const chatbot = isId('chatbot', id) ? await store.getChatbot(id) : null
      if (!chatbot) throw notFound('chatbot')
      if (origin === undefined || !mayUse(chatbot, origin, config.publicUrl)) {
        metrics.requestRefused('origin')
        throw apiError('origin_not_allowed')
      }
      reply.header('access-control-allow-origin', origin)
      reply.header('access-control-expose-headers', 'Retry-After')
      const caller = { chatbotId: chatbot.id, origin, address: request.ip }
      admitted.set(request, { chatbot, caller })
      spend?.(caller)
    },
    admitted(request) {
      const found = admitted.get(request)
      assert(found, 'a widget route handles only what it has admitted')
      return found
    },
  }
}

/** The hosted page is ours, whatever other pages a chatbot allows. */
function mayUse(chatbot: Chatbot, origin: string, publicUrl: string): boolean {
  return isOwn(origin, publicUrl) || chatbot.allowedOrigins.includes(origin)
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/** In development people open this machine by any of its names: all of them are us. */
function isOwn(origin: string, publicUrl: string): boolean {
  const { protocol, hostname, port } = new URL(publicUrl)
  const names = LOOPBACK_NAMES.includes(hostname) ? LOOPBACK_NAMES : [hostname]
  const end = port === '' ? '' : `:${port}`
  return names.some((name) => origin === `${protocol}//${name}${end}`)
}

/** Two hours: more than that no browser keeps. */
const PREFLIGHT_SECONDS = 7_200

export const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'Content-Type, Idempotency-Key',
  'access-control-max-age': String(PREFLIGHT_SECONDS),
}
