/**
 * The receiving end, a process of its own: a bare node:http server that answers 200 and counts.
 *
 * The first segment of a path names a group. A group's gate is open at first; while it is shut, its
 * requests are accepted and not answered. That is both an endpoint that hangs and the way to build
 * up a backlog whose draining starts at one instant: when the gate opens. A group may have a rule of
 * its own for what it takes (ReceiverRule).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monotonicMs } from './monotonic.ts'
import type { Counts, ReceiverAsk, ReceiverReply, ReceiverRule } from './receiver-process.ts'

interface Group extends Counts {
  isShut: boolean
  held: Set<ServerResponse>
  /** When each `webhook-id` or email came first; null: not asked for. */
  stamps: Map<string, number> | null
  /** Stamps are by the email in the body, which is there whoever sent it. */
  byEmail: boolean
  rule: ReceiverRule
  /** Of the second that runs. */
  second: { at: number; taken: number }
}

const ANSWER = '{"received":true}'
const ANSWER_HEADERS = { 'content-type': 'application/json', 'content-length': ANSWER.length }

const groups = new Map<string, Group>()

function groupOf(name: string): Group {
  let group = groups.get(name)
  if (!group) {
    const counts = { requests: 0, taken: 0, firstAt: 0, lastAt: 0 }
    const second = { at: 0, taken: 0 }
    group = {
      ...counts,
      isShut: false,
      held: new Set(),
      stamps: null,
      byEmail: false,
      rule: {},
      second,
    }
    groups.set(name, group)
  }
  return group
}

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  const arrivedAt = monotonicMs()
  const group = groupOf(request.url?.split('/', 2)[1] ?? '')
  group.requests += 1
  group.lastAt = arrivedAt
  if (group.requests === 1) group.firstAt = arrivedAt
  const refused = refusal(group, arrivedAt)
  if (refused === null) {
    group.taken += 1
    stamp(group, request, arrivedAt)
  }
  if (group.isShut) hold(group, response)
  const { afterMs } = group.rule
  request.resume().once('end', () => {
    if (refused !== null) refuse(response, refused)
    else if (afterMs !== undefined) setTimeout(answer, afterMs, response)
    else if (!group.held.has(response)) answer(response)
  })
}

interface Refusal {
  status: number
  retryAfterSeconds: number | null
}

/** Null: it is taken. */
function refusal({ rule, second }: Group, now: number): Refusal | null {
  const { refuses, failShare, perSecond } = rule
  if (refuses) return refuses
  if (failShare !== undefined && Math.random() < failShare) {
    return { status: 503, retryAfterSeconds: null }
  }
  if (perSecond === undefined) return null
  if (now - second.at >= 1_000) Object.assign(second, { at: now, taken: 0 })
  second.taken += 1
  if (second.taken <= perSecond) return null
  return { status: 429, retryAfterSeconds: rule.retryAfterSeconds ?? null }
}

function refuse(response: ServerResponse, { status, retryAfterSeconds }: Refusal): void {
  const headers = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
  response.writeHead(status, { ...headers, 'content-length': 0 }).end()
}

const EMAIL = /customer\d+@example\.com/

function stamp({ stamps, byEmail }: Group, request: IncomingMessage, arrivedAt: number): void {
  if (!stamps) return
  const set = (key: string | undefined) => {
    if (key !== undefined && !stamps.has(key)) stamps.set(key, arrivedAt)
  }
  if (!byEmail) {
    set(request.headers['webhook-id']?.toString())
    return
  }
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  request.once('end', () => set(EMAIL.exec(body)?.[0]))
}

function hold(group: Group, response: ServerResponse): void {
  group.held.add(response)
  response.once('close', () => group.held.delete(response))
}

function answer(response: ServerResponse): void {
  response.writeHead(200, ANSWER_HEADERS).end(ANSWER)
}

function countsOf({ requests, taken, firstAt, lastAt }: Group): Counts {
  return { requests, taken, firstAt, lastAt }
}

/** Carries out what the bench asks for, and tells what it found. */
function obey(ask: ReceiverAsk): ReceiverReply['reply'] {
  const group = groupOf(ask.group)
  switch (ask.command) {
    case 'shut':
      group.isShut = true
      break
    case 'open':
      group.isShut = false
      for (const response of group.held) answer(response)
      group.held.clear()
      break
    case 'drop':
      for (const response of group.held) response.destroy()
      group.held.clear()
      break
    case 'stamp':
    case 'stamp-leads':
      group.stamps = new Map()
      group.byEmail = ask.command === 'stamp-leads'
      break
    case 'rule':
      group.rule = ask.rule ?? {}
      break
    case 'counts':
      break
  }
  const stamps = ask.command === 'counts' && group.stamps ? [...group.stamps] : []
  return { at: monotonicMs(), counts: countsOf(group), stamps }
}

const server = createServer({ keepAliveTimeout: 60_000 }, onRequest)
server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 }, () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ id: 0, url: `http://127.0.0.1:${port}` })
})
process.on('message', (ask: ReceiverAsk) => process.send?.({ id: ask.id, reply: obey(ask) }))
// Without the bench there is nobody to receive for.
process.on('disconnect', () => process.exit(0))
