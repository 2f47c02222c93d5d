/**
 * How many requests a connection may have open at a time. HTTP/1.1 lets a client send the next ones
 * before it has read an answer (RFC 9112 section 9.3.2), and Node takes whatever one read brings:
 * 1,500 small requests, whose answers wait in memory for a client that may never read them.
 * Measured: 20 such connections made a healthy request wait for 2 to 4 s.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Clients that pipeline at all seldom go beyond ten. */
export const PIPELINED_MAX = 32

/** Returns what each request is shown to; false: its connection had too many, and is cut. */
export function createPipelineLimit(): (raw: IncomingMessage, response: ServerResponse) => boolean {
  const open = new WeakMap<Socket, number>()
  return ({ socket }, response) => {
    const count = open.get(socket) ?? 0
    // What was read together with the request that was one too many is still being parsed.
    if (socket.destroyed) return false
    if (count >= PIPELINED_MAX) {
      socket.destroy()
      return false
    }
    open.set(socket, count + 1)
    response.once('close', () => open.set(socket, (open.get(socket) ?? 1) - 1))
    return true
  }
}
