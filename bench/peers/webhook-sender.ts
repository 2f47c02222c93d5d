/**
 * What every webhook sender needs around its queue, the same for each peer: HTTP in, signing, the
 * POST, and the conversation with the bench. What differs is a `Queue`.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto'
import { signedHeaders } from '../bare-loop.ts'
import { monotonicMs } from '../monotonic.ts'
import { loadPackage } from './load-package.ts'
import type {
  PeerAsk,
  PeerConfig,
  PeerReady,
  PeerReply,
  RecordedCounts,
  Webhook,
} from './peer-protocol.ts'

/** One event on its way to one webhook: what a job holds. */
export interface Delivery {
  eventId: string
  chatbotId: string
  url: string
  timeoutMs: number
  body: string
}

/** What came of one request. */
export interface Attempt {
  status: number | null
  error: string | null
  durationMs: number
}

interface Queue {
  /** Resolves when the library says that they are kept. */
  enqueue(deliveries: Delivery[]): Promise<void>
}

export interface Tools {
  config: PeerConfig
  /** Never rejects: what went wrong is in the attempt. */
  send(delivery: Delivery): Promise<Attempt>
  /** To be told when the attempt's record is where the peer keeps it. */
  recorded(delivery: Delivery, attempt: Pick<Attempt, 'error'>): void
}

/** As many as our own schedule's first: a receiver that is away for a moment gets everything. */
export const ATTEMPTS_MAX = 5
export const FIRST_RETRY_MS = 1_000

/** `connections`: to one origin; as many as the peer works on at a time. */
export async function runSender(options: {
  connections(config: PeerConfig): number
  openQueue(tools: Tools): Promise<Queue>
}): Promise<void> {
  // Without the bench there is nobody to send for.
  process.on('disconnect', () => process.exit(0))
  process.on('SIGTERM', () => process.exit(0))
  const config = JSON.parse(process.env.PEER ?? '') as PeerConfig
  const counts = new Map<string, RecordedCounts>()
  const webhooks = new Map<string, Webhook[]>()
  answerBench(webhooks, counts)
  const queue = await options.openQueue({
    config,
    send: createSend(options.connections(config)),
    recorded({ chatbotId }, { error }) {
      const count = countsOf(counts, chatbotId)
      if (error === null) count.delivered += 1
      else count.failed += 1
    },
  })
  const url = await listen({ adminKey: config.adminKey, webhooks, queue })
  const ready: PeerReady = { url }
  process.send?.(ready)
}

function countsOf(counts: Map<string, RecordedCounts>, chatbotId: string): RecordedCounts {
  let count = counts.get(chatbotId)
  if (!count) {
    count = { delivered: 0, failed: 0 }
    counts.set(chatbotId, count)
  }
  return count
}

function answerBench(webhooks: Map<string, Webhook[]>, counts: Map<string, RecordedCounts>): void {
  process.on('message', ({ id, command, chatbotId, webhooks: list = [] }: PeerAsk) => {
    if (command === 'webhooks') webhooks.set(chatbotId, list)
    const reply: PeerReply = { id, recorded: countsOf(counts, chatbotId) }
    process.send?.(reply)
  })
}

// ─── out ──────────────────────────────────────────────────────────────────────────────────────────

interface UndiciApi {
  Agent: new (options: { connections: number; pipelining: number }) => object
  request(url: string, options: object): Promise<UndiciAnswer>
}

interface UndiciAnswer {
  statusCode: number
  body: { dump(): Promise<void> }
}

function createSend(connections: number): Tools['send'] {
  const { Agent, request } = loadPackage<UndiciApi>('undici')
  const dispatcher = new Agent({ connections, pipelining: 1 })
  return async ({ eventId, url, timeoutMs, body }) => {
    const startedAt = monotonicMs()
    const took = () => monotonicMs() - startedAt
    const headers = signedHeaders(eventId, body)
    const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }
    try {
      const answer = await request(url, { method: 'POST', headers, body, dispatcher, ...limits })
      await answer.body.dump()
      const { statusCode: status } = answer
      const error = status >= 200 && status < 300 ? null : `answered ${status}`
      return { status, error, durationMs: took() }
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause)
      return { status: null, error, durationMs: took() }
    }
  }
}

// ─── in ───────────────────────────────────────────────────────────────────────────────────────────

interface FastifyApi {
  fastify(options: object): {
    route(route: object): void
    listen(options: { port: number; host: string }): Promise<string>
  }
}

interface LeadRequest {
  headers: { authorization?: string }
  params: { id: string }
  body: Partial<Record<'customerName' | 'customerEmail' | 'customerPhone', string>>
}

interface Reply {
  code(status: number): Reply
}

const text = { type: 'string', maxLength: 320 }
/** Fastify checks the one and writes the other with compiled code: as its documentation advises. */
const LEAD_SCHEMA = {
  body: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: { customerName: text, customerEmail: text, customerPhone: text },
  },
  response: { 202: { type: 'object', properties: { eventId: { type: 'string' } } } },
}

function listen(options: {
  adminKey: string
  webhooks: Map<string, Webhook[]>
  queue: Queue
}): Promise<string> {
  const { webhooks, queue } = options
  const expected = Buffer.from(`Bearer ${options.adminKey}`)
  const app = loadPackage<FastifyApi>('fastify').fastify({ logger: false })
  app.route({
    method: 'POST',
    url: '/api/v1/chatbots/:id/leads',
    schema: LEAD_SCHEMA,
    async handler({ headers, params, body }: LeadRequest, reply: Reply) {
      if (!isSame(headers.authorization, expected)) {
        reply.code(401)
        return { message: 'A key is missing' }
      }
      const targets = webhooks.get(params.id)
      if (!targets) {
        reply.code(404)
        return { message: 'There is no such chatbot' }
      }
      const event = leadEvent(params.id, body)
      await queue.enqueue(targets.map((target) => ({ ...event, ...target })))
      reply.code(202)
      return { eventId: event.eventId }
    },
  })
  return app.listen({ port: 0, host: '127.0.0.1' })
}

function isSame(given: string | undefined, expected: Buffer): boolean {
  const bytes = Buffer.from(given ?? '')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** The bytes that our own server sends for the lead. */
function leadEvent(chatbotId: string, lead: LeadRequest['body']) {
  const { customerEmail = '', customerName = '', customerPhone = '' } = lead
  const conversationId = `conv_${randomUUID()}`
  const payload = { conversationId, customerEmail, customerName, customerPhone }
  const body = JSON.stringify({ eventType: 'lead.submit', chatbotId, payload })
  return { eventId: `evt_${randomUUID()}`, chatbotId, body }
}
