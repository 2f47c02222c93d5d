import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../log.ts'
import type { Metrics } from '../../metrics.ts'

export interface AnswerWatch {
  metrics: Pick<Metrics, 'requestAnswered'>
  log: Log
}

interface Answered {
  method: string
  /** The route's pattern, never a URL, which may hold a name. */
  route: string
  /** It ends when its reader goes: how long it took says nothing. */
  endless?: boolean
  request: FastifyRequest
  reply: FastifyReply
}

/** One wide line for each request, and its place in the figures. */
export function observeAnswer({ metrics, log }: AnswerWatch, answered: Answered): void {
  const { method, route, endless, request, reply } = answered
  const { statusCode, elapsedTime } = reply
  if (!endless) metrics.requestAnswered({ method, route, statusCode }, elapsedTime / 1000)
  const level = statusCode >= 400 ? 'info' : 'debug'
  log[level](
    {
      requestId: request.id,
      method: request.method,
      route,
      statusCode,
      code: reply.errorCode || undefined,
      durationMs: Math.round(elapsedTime * 100) / 100,
    },
    'request.answered',
  )
}

declare module 'fastify' {
  interface FastifyReply {
    /** The code of the error that was answered; empty: none. */
    errorCode: string
  }
}
