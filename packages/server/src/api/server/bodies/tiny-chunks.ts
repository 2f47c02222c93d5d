/**
 * A body in chunks of a byte costs each of them a call, some microseconds: 64 KiB of it hold up
 * everybody for 40 ms, from whoever can open a connection. Nobody who means it sends so.
 */
import type { IncomingMessage } from 'node:http'

/** Until there are so many, any size will do: who streams a small body may flush it word by word. */
export const TINY_CHUNKS_MAX = 10_000
/** On average, past that. */
export const CHUNK_BYTES_MIN = 16

/** To be asked at each chunk; cuts the connection of one too many. */
export function createChunkCheck(raw: IncomingMessage): (chunk: Buffer) => void {
  let chunks = 0
  let bytes = 0
  return (chunk) => {
    chunks += 1
    bytes += chunk.length
    if (chunks > TINY_CHUNKS_MAX && bytes < chunks * CHUNK_BYTES_MIN) raw.socket.destroy()
  }
}
