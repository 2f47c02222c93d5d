/**
 * The receiving end, a process of its own: a bare node:http server that answers 200 and counts.
 *
 * The first segment of a path names a group. A group's gate is open at first; while it is shut, its
 * requests are accepted and not answered. That is both an endpoint that hangs and the way to build
 * up a backlog whose draining starts at one instant: when the gate opens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monotonicMs } from './monotonic.ts'
import type { Counts, ReceiverAsk, ReceiverReply } from './receiver-process.ts'

interface Group extends Counts {
  isShut: boolean
  held: Set<ServerResponse>
  /** When each `webhook-id` came first; null: not asked for. */
  stamps: Map<string, number> | null
}

const ANSWER = '{"received":true}'
const ANSWER_HEADERS = { 'content-type': 'application/json', 'content-length': ANSWER.length }

const groups = new Map<string, Group>()

function groupOf(name: string): Group {
  let group = groups.get(name)
  if (!group) {
    const counts = { requests: 0, firstAt: 0, lastAt: 0 }
    group = { ...counts, isShut: false, held: new Set(), stamps: null }
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
  stamp(group, request, arrivedAt)
  if (group.isShut) hold(group, response)
  request.resume().once('end', () => {
    if (!group.held.has(response)) answer(response)
  })
}

function stamp({ stamps }: Group, request: IncomingMessage, arrivedAt: number): void {
  const id = request.headers['webhook-id']
  if (stamps && typeof id === 'string' && !stamps.has(id)) stamps.set(id, arrivedAt)
}

function hold(group: Group, response: ServerResponse): void {
  group.held.add(response)
  response.once('close', () => group.held.delete(response))
}

function answer(response: ServerResponse): void {
  response.writeHead(200, ANSWER_HEADERS).end(ANSWER)
}

function countsOf({ requests, firstAt, lastAt }: Group): Counts {
  return { requests, firstAt, lastAt }
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
      group.stamps = new Map()
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
